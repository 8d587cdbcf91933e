"""`manage.py providers`: what is there, and what it was last heard to say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from pytest_django import DjangoAssertNumQueries, Settings

from chatroom.conversations.models import Listing, Run, Status
from chatroom.conversations.offers.last_heard import last_heard, outcome
from chatroom.providers.provider import Provider
from tests.conversations.conftest import MakeRun
from tests.support.provider import MODELS, ScriptedProvider

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
GONE = Provider("gone", "Gone", "openai-chat", "http://127.0.0.1:1/v1", api_key="sk-very-secret")


@pytest.fixture(autouse=True)
def only(settings: Settings, transactional_db: None) -> Settings:
    """No provider, no discovery, no demo, until a test says so."""
    settings.PROVIDERS, settings.DISCOVER, settings.DEMO = [], False, False
    return settings


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("providers", *arguments, stdout=out)
    return out.getvalue()


def listing(*names: str, **fields: Any) -> Listing:
    rows = [{"id": name} for name in names]
    defaults = {"provider": "gone", "base_url": GONE.base_url, "listed": rows, "fetched_at": NOON, "tried_at": NOON}
    return Listing.objects.create(**(defaults | fields))


def ended(make_run: MakeRun, minutes: int, **fields: Any) -> Run:
    defaults = {"provider": "gone", "model": "m", "status": Status.COMPLETED, "worker": ""}
    return make_run(**(defaults | {"ended_at": NOON + timedelta(minutes=minutes)} | fields))


def test_what_is_kept_is_shown_while_the_provider_is_away(only: Settings) -> None:
    only.PROVIDERS = [GONE]
    listing("deepseek-r1", "gpt-5")
    assert said() == (
        "gone  Gone  openai-chat  http://127.0.0.1:1/v1\n"
        "    2 models, listed 2026-11-21 12:00\n"
        "    deepseek-r1, gpt-5\n"
    )


def test_asking_now_says_why_it_failed_and_keeps_that(only: Settings) -> None:
    only.PROVIDERS = [GONE]
    listing("deepseek-r1")
    text = said("--refresh")
    assert "    1 model, listed 2026-11-21 12:00\n    not reached " in text
    assert "Cannot reach Gone at 127.0.0.1:1." in text
    stored = Listing.objects.get()
    assert (stored.error, stored.listed) == ("Cannot reach Gone at 127.0.0.1:1.", [{"id": "deepseek-r1"}])
    assert "secret" not in text


def test_who_was_never_asked_is_asked_and_the_answer_kept(only: Settings, provider: ScriptedProvider) -> None:
    only.PROVIDERS = [Provider("played", "Played", "openai-chat", provider.base_url)]
    assert f"    {len(MODELS)} models, listed 20" in said()
    assert {row["id"] for row in Listing.objects.get().listed} == set(MODELS)


def test_one_provider_is_shown_with_all_its_models(only: Settings) -> None:
    only.PROVIDERS = [GONE, Provider("set", "Set", "openai-chat", "http://x/v1", models=("gpt-5", "gpt-4.1", "who"))]
    listing("m")
    assert said("set") == (
        "set  Set  openai-chat  http://x/v1\n"
        "    3 models, as configured\n"
        "    gpt-5    always thinks (minimal, low, medium, high)\n"
        "    gpt-4.1  does not think\n"
        "    who\n"
    )
    assert not Listing.objects.filter(provider="set").exists()
    with pytest.raises(CommandError, match="no provider “sett”"):
        said("sett")


def test_four_hundred_models_are_told_in_a_few_lines(only: Settings) -> None:
    only.PROVIDERS = [GONE]
    listing(*(f"maker-{n:03}/some-model-of-{n:03}" for n in range(400)))
    text = said()
    assert len(text.splitlines()) < 10
    assert "and 388 more: providers gone" in text
    assert "maker-000/some-model-of-000," in text  # nothing is cut at a hyphen
    assert len(said("gone").splitlines()) == 402


def test_each_model_says_what_it_was_last_heard_to_say(only: Settings, make_run: MakeRun) -> None:
    only.PROVIDERS, only.DEMO = [GONE], True
    listing("m")
    ended(make_run, 1, status=Status.FAILED, error="Rate limit reached.")
    ended(make_run, 2, output_tokens=412, reasoning_tokens=321)
    ended(make_run, 3, model="limited", status=Status.FAILED, error="Rate limit reached.")
    ended(make_run, 4, provider="demo", model="thinker", status=Status.STOPPED)
    ended(make_run, 5, provider="before", model="old")
    # These go on: they have not been heard yet.
    make_run(provider="gone", model="m")
    make_run(provider="gone", model="never")
    assert said().splitlines()[3:] == [
        "    limited: failed 2026-11-21 12:03: Rate limit reached.",
        "    m: completed 2026-11-21 12:02, 412 tokens, 78 % thinking",
        "demo  Demo (built in)  runs inside the room's server",
        "    thinker: stopped 2026-11-21 12:04",
        "before  not configured now",
        "    old: completed 2026-11-21 12:05",
    ]


@pytest.mark.parametrize(
    ("output", "reasoning", "text"),
    [(None, None, ""), (0, 0, ", 0 tokens"), (10, None, ", 10 tokens"), (10, 0, ", 10 tokens, 0 % thinking")],
)
def test_numbers_that_are_not_known_are_not_said(
    make_run: MakeRun, output: int | None, reasoning: int | None, text: str
) -> None:
    run = ended(make_run, 0, output_tokens=output, reasoning_tokens=reasoning)
    assert outcome(run) == f"completed 2026-11-21 12:00{text}"


def test_the_record_is_not_read_through(make_run: MakeRun, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for minute in range(6):
        ended(make_run, minute, model=f"m{minute % 2}")
    # One step a provider and a model and one beyond, and one for each model's last run.
    with django_assert_num_queries(2 + 3 + 2) as captured:
        assert {model: run.ended_at for model, run in last_heard()["gone"].items()} == {
            "m0": NOON + timedelta(minutes=4),
            "m1": NOON + timedelta(minutes=5),
        }
    with transaction.atomic(), connection.cursor() as cursor:
        for query in captured.captured_queries:
            assert uses_index(cursor, query["sql"], "run_last_heard")


def uses_index(cursor: CursorWrapper, query: str, index: str) -> bool:
    """Whether the database finds what `query` asks for by an index alone, without going through the table."""
    if connection.vendor == "sqlite":
        cursor.execute(f"EXPLAIN QUERY PLAN {query}")
        return [f"INDEX {index}" in row[3] for row in cursor.fetchall()] == [True]
    # A table this small is read through all the same, unless that is made to look dear.
    for dear in ("seqscan", "bitmapscan", "sort"):
        cursor.execute(f"SET LOCAL enable_{dear} = off")
    cursor.execute(f"EXPLAIN {query}")
    plan = "\n".join(row[0] for row in cursor.fetchall())
    return f" {index} " in plan and "Sort" not in plan and "Filter" not in plan


def test_it_works_before_the_room_was_ever_started(tmp_path: Path) -> None:
    from tests.test_configuration import manage

    listed = manage(tmp_path, "providers", CHATROOM_DISCOVER="0")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert listed.stdout == "demo  Demo (built in)  runs inside the room's server\n"
