"""Entries → what they come to by day and month, and how that gets into the tables.

Sums are whole numbers, so that they are the same in whatever order they are made.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection, models

from chatroom.ledger.models import Entry, Grain, HouseSum, Measure, PersonSum, Spread, Sums

# A step of a share is so many thousandths; of times and speeds there are so many steps from one to its double.
SHARE_STEP = 50
STEPS_AN_OCTAVE = 4

ROWS_A_STATEMENT = 400

KEYS_OF: Mapping[type[models.Model], tuple[str, ...]] = {
    HouseSum: ("grain", "start", "asked_id", "effort"),
    PersonSum: ("grain", "start", "person_id", "asked_id", "effort"),
    Spread: ("grain", "start", "measure", "asked_id", "effort", "step"),
}
_NOT_SUMMED = {"id", "grain", "start", "asked", "effort"}
SUMMED = tuple(each.name for each in Sums._meta.get_fields() if each.name not in _NOT_SUMMED)
_PLACE = {name: place for place, name in enumerate(SUMMED)}

# What is added up wherever it is known, and the column that counts in how many entries it was.
_KNOWN = (
    ("input_tokens", "inputs"),
    ("output_tokens", "outputs"),
    ("reasoning_tokens", "reasonings"),
    ("thought_ms", "thoughts"),
    ("first_thought_ms", "first_thoughts"),
    ("first_word_ms", "first_words"),
    ("total_ms", "totals"),
)
_MEASURED = (
    (Measure.SHARE, "share"),
    (Measure.FIRST_THOUGHT, "first_thought_ms"),
    (Measure.FIRST_WORD, "first_word_ms"),
    (Measure.TOTAL, "total_ms"),
    (Measure.SPEED, "speed"),
)

Key = tuple[Any, ...]


@dataclass(slots=True)
class Books:
    """Sums of some entries, by the table and the key of the row that they are to be added to."""

    house: dict[Key, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * len(SUMMED)))
    people: dict[Key, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * len(SUMMED)))
    spread: Counter[Key] = field(default_factory=Counter)

    def enter(self, entry: Entry) -> None:
        """Take an entry in. Copies count nowhere."""
        if entry.taken:
            return
        added = _amounts(entry)
        steps = [
            (measure, step(measure, value))
            for measure, name in _MEASURED
            if (value := getattr(entry, name)) is not None
        ]
        for grain, start in starts(entry.at):
            _add(self.house[grain, start, entry.asked_id, entry.effort], added)
            _add(self.people[grain, start, entry.person_id, entry.asked_id, entry.effort], added)
            for measure, place in steps:
                self.spread[grain, start, measure, entry.asked_id, entry.effort, place] += 1

    def save(self) -> None:
        """Add them to what the tables say. Call it in a transaction."""
        _upsert(HouseSum, SUMMED, self.house)
        _upsert(PersonSum, SUMMED, self.people)
        _upsert(Spread, ("entries",), {key: [count] for key, count in self.spread.items()})

    @property
    def rows(self) -> int:
        """How many rows that are."""
        return len(self.house) + len(self.people) + len(self.spread)


def starts(at: int) -> Sequence[tuple[str, date]]:
    """The day and the month in which a time (milliseconds since the epoch) lies."""
    return _starts(at // 86_400_000)


@lru_cache(maxsize=1024)
def _starts(day: int) -> Sequence[tuple[str, date]]:
    start = datetime.fromtimestamp(day * 86_400, UTC).date()
    return ((Grain.DAY.value, start), (Grain.MONTH.value, start.replace(day=1)))


def step(measure: int, value: float) -> int:
    """The step on which a value lies: thousandths for a share, milliseconds for times, tokens a second for speed."""
    if measure == Measure.SHARE:
        return int(value) // SHARE_STEP
    return math.floor(math.log2(max(value, 0.01)) * STEPS_AN_OCTAVE)


def bounds(measure: int, place: int) -> tuple[float, float]:
    """From where to where a step goes, in the unit of its measure."""
    if measure == Measure.SHARE:
        return place * SHARE_STEP, min(1000, (place + 1) * SHARE_STEP)
    return 2 ** (place / STEPS_AN_OCTAVE), 2 ** ((place + 1) / STEPS_AN_OCTAVE)


def _amounts(entry: Entry) -> list[tuple[int, int]]:
    """What an entry adds: pairs of a column's place and an amount."""
    added = {"runs": 1, entry.status: 1, "thought_chars": entry.thought_chars, "answer_chars": entry.answer_chars}
    for name, counted in _KNOWN:
        if (value := getattr(entry, name)) is not None:
            added[name] = value
            added[counted] = 1
    if entry.share is not None and entry.reasoning_tokens is not None and entry.output_tokens is not None:
        added |= {"share_reasoning": entry.reasoning_tokens, "share_output": entry.output_tokens, "shares": 1}
    if entry.cost is not None:
        how = "computed" if entry.cost_computed else "reported"
        added |= {f"cost_{how}": entry.cost, f"costs_{how}": 1}
    return [(_PLACE[name], amount) for name, amount in added.items()]


def _add(row: list[int], added: Iterable[tuple[int, int]]) -> None:
    for place, amount in added:
        row[place] += amount


def _upsert(model: type[models.Model], summed: Sequence[str], rows: Mapping[Key, list[int]]) -> None:
    """Add to the rows of these keys, or make them.

    In one order, whoever does it: so that of two processes each waits for the other at most once.
    """
    keys = KEYS_OF[model]
    table = model._meta.db_table
    columns = (*keys, *summed)
    place = f"({', '.join(['%s'] * len(columns))})"
    grown = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in summed)
    with connection.cursor() as cursor:
        for some in _batches(sorted(rows.items(), key=lambda item: [str(part) for part in item[0]])):
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([place] * len(some))}"  # noqa: S608
                f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {grown}",
                [value for key, amounts in some for value in (*key, *amounts)],
            )


def _batches(rows: Sequence[tuple[Key, list[int]]]) -> Iterator[Sequence[tuple[Key, list[int]]]]:
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        yield rows[start : start + ROWS_A_STATEMENT]
