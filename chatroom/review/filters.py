"""What a queue is narrowed down to: from the query of its address, and back."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import QueryDict

from chatroom.accounts.models import User
from chatroom.conversations.models import Status
from chatroom.conversations.refusals import BadInput
from chatroom.ledger.booking import DICE
from chatroom.ledger.facts import BILLION, OPENNESS
from chatroom.ledger.models import REPEATS
from chatroom.review.models import Verdict
from chatroom.review.rules import pseudonym

IN = {"": "anywhere", "reasoning": "in the thought", "content": "in the answer", "prompt": "in the prompt"}
PROVENANCES = {**{str(kind): str(kind) for kind in OPENNESS}, "none": "no thought"}
STATUSES = {
    status.value: str(status.label) for status in (Status.COMPLETED, Status.STOPPED, Status.FAILED, Status.INTERRUPTED)
}
IS = {
    "empty": "the answer is empty",
    "repeated": "the thought repeats itself",
    "flagged": "flagged by its owner",
    "marked": "has marks",
    "copy": "a copy of a shared one",
}
VERDICTS = {**dict(Verdict.Value.choices), "any": "Any", "none": "None yet"}
# The range of a number: how it is called in the address, the column, and how many of the column's units one is.
RANGES = {
    "thought": ("thought_ms", 1_000, "seconds of thought"),
    "tokens": ("reasoning_tokens", 1, "reasoning tokens"),
    "share": ("share", 10, "share of thinking in %"),
    "cost": ("cost", BILLION, "cost in $"),
    "seconds": ("total_ms", 1_000, "seconds in all"),
}
MOST_SAMPLED = 500
# Of a page, not of the queue.
_PAGING = {"before", "after", "mark", "page"}
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Condition:
    """A column of the entry, which has an index, a lookup and a value."""

    field: str
    lookup: str
    value: Any


@dataclass(frozen=True, slots=True)
class Filters:
    """A queue. Names and numbers as they were given; `conditions` follow from them."""

    query: str = ""
    words: str = ""
    where: str = ""
    person: str = ""
    provider: str = ""
    model: str = ""
    verdict: str = ""
    label: int | None = None
    assignee: str = ""
    kinds: frozenset[str] = frozenset()
    conditions: Sequence[Condition] = ()
    sample: int = 0
    seed: int = 0
    stratified: bool = False
    given: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, told: QueryDict) -> Filters:
        """Read them. Raises BadInput with a sentence that names what cannot be read."""
        one = _Reader(told)
        kinds = frozenset(one.several("is", IS))
        conditions = [
            *one.equal("effort"),
            *one.among("status", STATUSES),
            *one.equal("finish", "finish_reason"),
            *one.among("provenance", PROVENANCES, lambda kind: "" if kind == "none" else kind),
            *(condition for name in RANGES for condition in one.range(name)),
            *one.days(),
        ]
        if "empty" in kinds:
            conditions += [Condition("answer_chars", "exact", 0), Condition("status", "exact", Status.COMPLETED)]
        if "repeated" in kinds:
            conditions.append(Condition("repeated", "gte", REPEATS))
        if "copy" in kinds:
            conditions.append(Condition("taken", "in", (True,)))
        sample = one.number("sample", 0, MOST_SAMPLED)
        verdict = one.one_of("verdict", VERDICTS)
        kept = told.copy()
        for name in [name for name in kept if name in _PAGING or not any(kept.getlist(name))]:
            del kept[name]
        return cls(
            query=kept.urlencode(),
            words=one.text("q"),
            where=one.one_of("in", IN),
            person=one.text("person"),
            provider=one.text("provider"),
            model=one.text("model"),
            verdict=verdict,
            label=one.number("label", 1, 2**31) or None,
            assignee=one.text("assignee"),
            kinds=kinds,
            conditions=tuple(conditions),
            sample=sample,
            seed=one.number("seed", 0, DICE),
            stratified=one.one_of("per", {"model": ""}) == "model",
            given={name: kept.getlist(name) if name in _SEVERAL else kept[name] for name in kept},
        )

    def person_wanted(self) -> User | None:
        """The person whose replies these are to be. Raises BadInput where there is nobody of that name."""
        if not self.person:
            return None
        numbered = re.fullmatch(pseudonym(0).replace("0", r"(\d{1,15})"), self.person, re.IGNORECASE)
        people = (
            User.objects.filter(pk=int(numbered[1])) if numbered else User.objects.filter(username__iexact=self.person)
        )
        if not numbered and not settings.REVIEW_NAMES:  # a name that is not shown cannot be tried out
            people = people.none()
        if (found := people.first()) is None:
            raise BadInput(f"There is nobody called “{self.person}” here.")
        return found


_SEVERAL = {"status", "provenance", "is"}


class _Reader:
    """The query of an address, read name by name."""

    def __init__(self, told: QueryDict) -> None:
        self._told = told

    def text(self, name: str) -> str:
        """What was typed."""
        return self._told.get(name, "").replace("\0", "").strip()[:_LONGEST]

    def one_of(self, name: str, known: dict[str, Any]) -> str:
        value = self.text(name)
        if value and value not in known:
            raise BadInput(f"“{value}” is no {name}; there are {', '.join(key for key in known if key)}.")
        return value

    def several(self, name: str, known: dict[str, str]) -> Sequence[str]:
        values = [value for value in self._told.getlist(name) if value]
        for value in values:
            if value not in known:
                raise BadInput(f"“{value[:_LONGEST]}” is no {name}; there are {', '.join(known)}.")
        return values

    def number(self, name: str, least: int, most: int) -> int:
        value = self.text(name)
        if not value:
            return 0
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise BadInput(f"{name}: a whole number from {least} to {most:,}, not “{value}”.")
        return int(value)

    def equal(self, name: str, column: str = "") -> Iterator[Condition]:
        if value := self.text(name):
            yield Condition(column or name, "exact", "" if value == "none" else value)

    def among(
        self, name: str, known: dict[str, str], stored: Callable[[str], str] = lambda value: value
    ) -> Iterator[Condition]:
        if values := self.several(name, known):
            yield Condition(name, "in", tuple(stored(value) for value in values))

    def range(self, name: str) -> Iterator[Condition]:
        column, unit, what = RANGES[name]
        for end, lookup in (("from", "gte"), ("to", "lte")):
            value = self.text(f"{name}_{end}").replace(",", ".").strip("%$ ")
            if not value:
                continue
            try:
                number = float(value)
                if not 0 <= number * unit < 2**53 or not math.isfinite(number):
                    raise ValueError
            except ValueError:
                raise BadInput(f"{what[0].upper()}{what[1:]}: a number, not “{value}”.") from None
            yield Condition(column, lookup, min(round(number * unit), 2**63 - 1 if column == "cost" else 2**31 - 1))

    def days(self) -> Iterator[Condition]:
        for name, lookup, further in (("from", "gte", 0), ("to", "lt", 1)):
            value = self.text(name)
            if not value:
                continue
            try:
                day = date.fromisoformat(value) + timedelta(days=further)
                start = datetime(day.year, day.month, day.day, tzinfo=UTC)
            except (ValueError, OverflowError):
                raise BadInput(f"“{value}” is not a day; write it like 2026-03-31.") from None
            yield Condition("at", lookup, round(start.timestamp() * 1000))
        if upto := self.number("upto", 0, 2**53):
            yield Condition("at", "lte", upto)
