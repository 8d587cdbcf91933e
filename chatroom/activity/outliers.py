"""Replies that stand out: much thought for a short answer, the longest thought, the highest cost.

They are found by indexes alone. Where there are few replies to look at, they are read by their times. Else the largest
of all are looked through, from the top of the index of what they are large in, until enough of them are found; after
`LOOKED_THROUGH` that is given up, so that a range whose replies were all small costs no more than another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import BigIntegerField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.expressions import CombinedExpression

from chatroom.activity.ranges import Range
from chatroom.conversations.models import Status
from chatroom.ledger.models import Entry

OUTLIERS = 6
# Of a thousand tokens at least so many were thought: then the answer was short for it.
SHORT_ANSWER = 900
FEW = 10_000
LOOKED_THROUGH = 50_000


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to stand out: in which column, and which replies can (told past the indexes)."""

    column: str
    heading: str
    meaning: str
    fitting: Q


KINDS = (
    Kind(
        "reasoning_tokens",
        "Much thought for a short answer",
        "The most thinking among finished replies that were at least nine tenths thinking.",
        Q(part__gte=SHORT_ANSWER) & ~Q(status__in=[Status.STOPPED, Status.FAILED, Status.INTERRUPTED]),
    ),
    Kind("thought_ms", "Longest thought", "By the time spent thinking.", Q()),
    Kind("cost", "Dearest", "By what is known of the cost, reported or computed.", Q()),
)


@dataclass(frozen=True, slots=True)
class Outlier:
    """A reply that stands out; `what` says whose it is, `href` where the viewer may read it (empty: nowhere)."""

    entry: Entry
    what: str
    href: str

    @property
    def at(self) -> datetime:
        """When it ended."""
        return datetime.fromtimestamp(self.entry.at / 1000, UTC)


def by_time(kind: Kind, rows: QuerySet[Entry]) -> list[Entry]:
    """Of some entries, which are few, those that stand out."""
    some = rows.annotate(size=_hidden(kind.column), part=_hidden("share")).filter(kind.fitting, size__gt=0)
    return _read(some.order_by("-size", "-id"))


def by_size(kind: Kind, asked_for: Range) -> list[Entry]:
    """Of all the house's entries in a range those that stand out."""
    known = Entry.objects.filter(**{f"{kind.column}__gt": 0}).order_by(f"-{kind.column}")
    floor = known.values_list(kind.column, flat=True)[LOOKED_THROUGH : LOOKED_THROUGH + 1]
    large = known.filter(**{f"{kind.column}__gte": next(iter(floor), 1)})
    start, end = asked_for.milliseconds
    return _read(
        large.annotate(when=_hidden("at"), part=_hidden("share")).filter(
            kind.fitting, when__gte=start, when__lt=end, taken=False
        )
    )


def _hidden(column: str) -> ExpressionWrapper[CombinedExpression]:
    """The column plus nothing: what it says, without its index, so that a database goes by the one that is meant."""
    return ExpressionWrapper(F(column) + 0, output_field=BigIntegerField())


def _read(rows: QuerySet[Entry]) -> list[Entry]:
    """The first of them. What they refer to is joined to these alone."""
    first = list(rows.values_list("pk", flat=True)[:OUTLIERS])
    known = Entry.objects.select_related("asked", "person", "run__reply__conversation").in_bulk(first)
    return [known[pk] for pk in first if pk in known]


def told(entries: list[Entry], what: Callable[[Entry], str], where: Callable[[Entry], str]) -> list[Outlier]:
    """The same with names and places."""
    return [Outlier(entry, what(entry), where(entry)) for entry in entries]
