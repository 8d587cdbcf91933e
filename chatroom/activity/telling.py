"""What a page of numbers tells, whoever's they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from chatroom.accounts.models import User
from chatroom.activity.figures import COLUMNS, Figures, figures
from chatroom.activity.outliers import Kind, Outlier
from chatroom.activity.periods import Piece, Row, by_bucket, over
from chatroom.activity.quantiles import Quantiles
from chatroom.activity.ranges import Range
from chatroom.conversations.models import Conversation
from chatroom.ledger.models import Asked, Measure

# Of a model and an effort; of all where one is None.
Cell = tuple[int | None, str | None]
TIMES = (Measure.FIRST_THOUGHT, Measure.FIRST_WORD, Measure.TOTAL, Measure.SPEED)


@dataclass(slots=True)
class Telling:
    """All that is told of a range."""

    asked_for: Range
    total: Figures
    cells: Mapping[Cell, Figures]
    buckets: Sequence[tuple[date, date, Figures]]
    models: Mapping[int, Asked]
    # By measure: the share for every cell, the others for models and in all.
    spreads: Mapping[tuple[int, Cell], Quantiles] = field(default_factory=dict)
    outliers: Sequence[tuple[Kind, Sequence[Outlier]]] = ()
    # What is read reply by reply goes over so many of the latest; 0: over all.
    latest: int = 0
    # One's own; None: of conversations that are deleted, together.
    conversations: Sequence[tuple[Conversation | None, Figures]] = ()
    # The house's; None: people who are gone, together.
    people: Sequence[tuple[User | None, Figures]] = ()


def told(sums: QuerySet[Row], read: Sequence[Piece], asked_for: Range) -> Telling:
    """The sums of a range: in all, by model and effort, by time."""
    found: dict[Cell, Figures] = {}
    total = Figures()
    for (asked, effort), amounts in over(sums, read, ("asked_id", "effort"), COLUMNS).items():
        for cell in ((asked, effort), (asked, None), (None, effort)):
            found.setdefault(cell, Figures()).add(amounts)
        total.add(amounts)
    bars = by_bucket(sums, asked_for, COLUMNS) if total.runs else [[0] * len(COLUMNS) for _ in asked_for.buckets]
    return Telling(
        asked_for,
        total,
        found,
        [(first, last, figures(bar)) for (first, last), bar in zip(asked_for.buckets, bars, strict=True)],
        Asked.objects.in_bulk({asked for asked, _ in found if asked is not None}),
    )
