"""Entries for runs that have ended, with the sums that they change: exactly one each, whoever makes it.

The mark on the run, the entry and the sums are written in one transaction. Whatever is not marked is due: so nothing is
forgotten when a process dies, and what was said before there were books comes into them as well.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import connection, transaction
from django.db.models import Case, TextField, Value, When
from django.db.models.functions import Length, Substr

from chatroom.conversations.models import Part, Run
from chatroom.ledger.facts import LOOKED_AT, Said, facts_of
from chatroom.ledger.models import Asked, Entry
from chatroom.ledger.sums import Books
from chatroom.providers.parts import PartKind

RUNS_AT_A_TIME = 200
DICE = 2**31


def book(limit: int = RUNS_AT_A_TIME) -> int:
    """Book runs that are due, at most `limit`. Returns how many were."""
    # Texts are read and looked at before anything is locked: on SQLite nobody else could write meanwhile.
    due = Run.objects.filter(booked=False, ended_at__isnull=False).select_related("reply__conversation")
    runs = list(due.order_by("pk").defer("thought", "error", "reply__text")[:limit])
    if not runs:
        return 0
    made = {run.pk: entry for run, entry in zip(runs, _entries(runs), strict=True)}
    with transaction.atomic():
        still = Run.objects.filter(pk__in=made, booked=False)
        if connection.features.has_select_for_update_skip_locked:
            still = still.select_for_update(skip_locked=True)
        mine = list(still.order_by("pk").values_list("pk", flat=True))
        entries = [made[pk] for pk in mine]
        Entry.objects.bulk_create(entries)
        Run.objects.filter(pk__in=mine).update(booked=True)
        books = Books()
        for entry in entries:
            books.enter(entry)
        books.save()
    return len(mine)


def _entries(runs: Sequence[Run]) -> list[Entry]:
    parts = _parts(run.pk for run in runs)
    asked = _asked(runs)
    return [
        Entry(
            run=run,
            conversation_id=run.reply.conversation_id,
            person_id=run.reply.conversation.owner_id,
            asked=asked[run.provider, run.model],
            dice=secrets.randbelow(DICE),
            **facts_of(run, parts[run.pk]),
        )
        for run in runs
    ]


def _parts(run_ids: Iterable[int]) -> dict[int, list[Said]]:
    beginning = Substr("text", 1, LOOKED_AT)
    thought = Case(When(kind=PartKind.REASONING, then=beginning), default=Value(""), output_field=TextField())
    columns = ("kind", "provenance", "characters", "started_at", "ended_at", "thought")
    rows = Part.objects.filter(run__in=run_ids).annotate(characters=Length("text"), thought=thought).order_by()
    found: dict[int, list[Said]] = defaultdict(list)
    for run_id, *said in rows.values_list("run", *columns):
        found[run_id].append(Said(*said))
    return found


def _asked(runs: Iterable[Run]) -> dict[tuple[str, str], Asked]:
    """The rows for the models of some runs; made where they are new. A name for people that is new replaces the old."""
    labels = {(run.provider, run.model): run.label for run in runs}
    found = _known(labels)
    new = [
        Asked(provider=provider, model=model, label=label)
        for (provider, model), label in sorted(labels.items())
        if (known := found.get((provider, model))) is None or (label and label != known.label)
    ]
    if not new:
        return found
    # Not get_or_create: of two processes that see a model for the first time one would fail.
    Asked.objects.bulk_create(new, update_conflicts=True, unique_fields=["provider", "model"], update_fields=["label"])
    return _known(labels)


def _known(names: Collection[tuple[str, str]]) -> dict[tuple[str, str], Asked]:
    rows = Asked.objects.filter(model__in={model for _, model in names})
    return {(row.provider, row.model): row for row in rows}
