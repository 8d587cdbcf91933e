"""What was sealed is kept as it came, on every database, and what was kept before stays when the room is upgraded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from chatroom.conversations.models import Exchange, Listing, Part
from tests.conversations.conftest import MakeRun

ODD: list[Any] = [{"b": 2, "a": [1, None, "é\0\ud800😀\\u0000"]}, "x", [], {"": {"z": 1.5, "y": True}}]
BEFORE = "0003"


@pytest.mark.parametrize("value", [ODD, [], {}, "text", None], ids=["odd", "empty", "object", "text", "null"])
def test_a_value_is_kept_as_it_came(make_run: MakeRun, value: Any) -> None:
    run, now = make_run(), timezone.now()
    Part.objects.create(run=run, index=0, kind="content", opaque=value, started_at=now)
    Exchange.objects.create(run=run, number=1, request_headers=value, response_headers=value, sent_at=now)
    Listing.objects.create(provider="p", listed=value, tried_at=now)
    exchange = Exchange.objects.get()
    for kept in (
        Part.objects.get().opaque,
        exchange.request_headers,
        exchange.response_headers,
        Listing.objects.get().listed,
    ):
        assert json.dumps(kept) == json.dumps(value)


@pytest.fixture
def after(transactional_db: None) -> Iterator[None]:
    """A database that is up to date at the end, whatever happens."""
    yield
    call_command("migrate", verbosity=0)


def test_what_was_kept_before_stays(after: None, make_run: MakeRun) -> None:
    kept = [{"data": "é\\u", "n": 1}, {"signature": "x=="}]
    cast = "::jsonb" if connection.vendor == "postgresql" else ""
    run = make_run()
    call_command("migrate", "conversations", BEFORE, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations_part"
            ' (run_id, "index", kind, provenance, name, text, breaks, opaque, started_at)'
            f" VALUES (%s, 0, 'content', '', '', 'Said.', '[]', %s{cast}, %s)",
            [run.pk, json.dumps(kept), timezone.now()],
        )
    call_command("migrate", verbosity=0)
    part = Part.objects.get()
    assert (part.text, part.opaque) == ("Said.", kept)
