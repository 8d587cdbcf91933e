"""A made-up room: the same arguments, the same rows; and rows as the room itself would have written them."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chatroom.accounts.models import User
from chatroom.conversations.models import LIVE, Conversation, Delta, Message, Part, Run
from chatroom.conversations.pages import load_turns

UNTIL = datetime(2026, 3, 31, tzinfo=UTC)


def generate(messages: int, people: int = 3, seed: int = 1, **more: Any) -> None:
    call_command(
        "generate", messages=messages, people=people, seed=seed, until=f"{UNTIL:%Y-%m-%d}", verbosity=0, **more
    )


def digest() -> str:
    """All rows, but for what the database itself counts."""
    made = hashlib.sha256()
    first = {model: model._default_manager.order_by("pk")[0].pk for model in (Conversation, Message, Run, Part, User)}
    for table in (Conversation, Message, Run, Part, Delta):
        for row in table._default_manager.order_by("pk").values():
            for name, of in (("owner_id", User), ("conversation_id", Conversation), ("run_id", Run)):
                if row.get(name):
                    row[name] -= first[of]
            for name in ("parent_id", "reply_id"):
                if row.get(name):
                    row[name] -= first[Message]
            row.pop("id", None)
            made.update(repr(sorted(row.items())).encode())
    return made.hexdigest()


def test_the_same_seed_makes_the_same_room(transactional_db: None) -> None:
    made = []
    for seed in (1, 1, 2):
        generate(400, seed=seed)
        made.append(digest())
        Conversation.objects.all().delete()
        User.objects.all().delete()
    assert made[0] == made[1] != made[2]


def test_the_rows_are_as_the_room_writes_them(transactional_db: None) -> None:
    generate(5_000, people=4)
    assert Message.objects.count() in range(5_000, 5_010)
    assert {user.has_usable_password() for user in User.objects.all()} == {False}
    runs = Run.objects.select_related("reply__conversation")
    assert not runs.filter(status__in=LIVE).exists()
    assert not runs.filter(ended_at=None).exists()
    assert not Message.objects.filter(role="assistant", run=None).exists()
    assert {"completed", "stopped", "failed", "interrupted"} == set(runs.values_list("status", flat=True))
    deltas = Delta.objects.order_by("run", "seq").values_list("run", "seq", "part", "kind", "text")
    texts: dict[tuple[int, int], str] = {}
    for run, rows in groupby(deltas, lambda row: row[0]):
        for place, (_, seq, part, kind, text) in enumerate(rows, 1):
            assert seq == place
            texts[run, part] = texts.get((run, part), "") + (text if kind == "text" else "")
    for part in Part.objects.select_related("run__reply__conversation"):
        assert texts[part.run_id, part.index] == part.text
        assert part.owner_id == part.run.reply.conversation.owner_id
        assert part.started_at <= part.ended_at  # type: ignore[operator]
    for run in runs:
        assert run.created_at <= run.started_at <= run.ended_at  # type: ignore[operator]
        assert run.reply.owner_id == run.reply.conversation.owner_id
        assert run.reply.conversation.touched_at >= run.created_at


def test_a_year_of_talks_of_many_lengths(transactional_db: None) -> None:
    generate(5_000, people=4)
    lengths = Counter(Message.objects.values_list("conversation", flat=True))
    assert max(lengths.values()) == 1_000
    assert min(lengths.values()) == 2
    assert len(set(lengths.values())) > 15
    long = max(lengths, key=lambda pk: lengths[pk])
    assert len(load_turns(long)) == 500
    begun = Conversation.objects.order_by("created_at").values_list("created_at", flat=True)
    assert begun[0] < UNTIL - timedelta(days=360)
    assert UNTIL - timedelta(days=5) < begun.reverse()[0] < UNTIL
    months = Counter(at.month for at in Run.objects.values_list("created_at", flat=True))
    assert len(months) == 12
    assert max(months.values()) < 3 * min(months.values())
    assert {"raw", "summary", "hidden", "encrypted", ""} > set(Part.objects.values_list("provenance", flat=True))


def test_what_is_there_is_not_mixed_with_what_is_made_up(transactional_db: None) -> None:
    Conversation.objects.create(owner=User.objects.create_user("somebody"), title="Of somebody's own")
    with pytest.raises(CommandError, match="--add"):
        generate(100)
    generate(100, add=True)
    assert Conversation.objects.filter(owner__username="somebody").count() == 1
    mine = Conversation.objects.create(owner=User.objects.get(username="somebody"), title="And another")
    assert mine.pk > max(Conversation.objects.exclude(pk=mine.pk).values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("wrong", "sentence"), [({"messages": 0}, "--messages"), ({"people": 0}, "--people"), ({"until": "May"}, "--until")]
)
def test_nonsense_is_refused(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("generate", **({"messages": 10, "people": 1} | wrong))
