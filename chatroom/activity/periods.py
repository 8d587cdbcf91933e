"""The books over a range of days: months where they are whole, days at the edges.

A year of a busy house is thousands of rows by month and a hundred thousand by day. Sums are whole numbers, so a month
can also be had the other way round: all of it less the days that are not asked for. Of a month in which little is
missing that is what is read; a month in which nothing else happened counts as whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db.models import Model, QuerySet, Sum

from chatroom.activity.ranges import ONE_DAY, Range, month_end
from chatroom.ledger.models import Grain

Row = TypeVar("Row", bound=Model)
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of one grain that begin on these days, to be added (1) or taken away (-1)."""

    sign: int
    grain: Grain
    first: date
    last: date


def pieces(asked: Range, extent: tuple[date, date] | None) -> list[Piece]:
    """What to read so that it comes to the range, where all that there is lies within `extent` (None: nothing is)."""
    if extent is None or asked.last < extent[0] or asked.first > extent[1]:
        return []
    first = extent[0].replace(day=1) if asked.first <= extent[0] else asked.first
    last = month_end(extent[1]) if asked.last >= extent[1] else asked.last
    found: list[Piece] = []
    whole: list[date] = []
    month = first.replace(day=1)
    while month <= last:
        end = month_end(month)
        start, stop = max(first, month), min(last, end)
        if (start, stop) == (month, end):
            whole.append(month)
        else:
            found += _part_of(month, end, start, stop)
        month = end + ONE_DAY
    return ([Piece(1, Grain.MONTH, whole[0], whole[-1])] if whole else []) + found


def _part_of(month: date, end: date, start: date, stop: date) -> Iterator[Piece]:
    inside = (stop - start).days + 1
    if 2 * inside <= end.day + 1:
        yield Piece(1, Grain.DAY, start, stop)
        return
    yield Piece(1, Grain.MONTH, month, month)
    if start > month:
        yield Piece(-1, Grain.DAY, month, start - ONE_DAY)
    if stop < end:
        yield Piece(-1, Grain.DAY, stop + ONE_DAY, end)


def extent_of(rows: QuerySet[Row]) -> tuple[date, date] | None:
    """The first and the last day on which there is anything in rows of sums; None where there is nothing."""
    days = rows.filter(grain=Grain.DAY).values_list("start", flat=True)
    first, last = days.order_by("start").first(), days.order_by("-start").first()
    return (first, last) if first and last else None


def over(rows: QuerySet[Row], read: Sequence[Piece], by: Sequence[str], columns: Sequence[str]) -> dict[Key, list[int]]:
    """Sums of `columns` for each value of the columns `by`. Keys of which nothing is left do not stand there."""
    found: dict[Key, list[int]] = defaultdict(lambda: [0] * len(columns))
    for piece in read:
        some = rows.filter(grain=piece.grain, start__range=(piece.first, piece.last)).order_by()
        for row in _summed(some, by, columns):
            sums = found[row[: len(by)]]
            for place, amount in enumerate(row[len(by) :]):
                sums[place] += piece.sign * amount
    return {key: sums for key, sums in found.items() if any(sums)}


def _summed(rows: QuerySet[Row], by: Sequence[str], columns: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    if by:
        found: Iterable[tuple[Any, ...]] = rows.values_list(*by).annotate(*[Sum(name) for name in columns])
        return found
    return [tuple(amount or 0 for amount in rows.aggregate(*[Sum(name) for name in columns]).values())]


def by_bucket(rows: QuerySet[Row], asked: Range, columns: Sequence[str]) -> list[list[int]]:
    """Sums of `columns` for each bar of a chart over the range, in their order."""
    buckets = asked.buckets
    sums = [[0] * len(columns) for _ in buckets]
    # Of months only the first and the last can be parts; what lies between is read whole.
    if asked.grain == "month":
        for place, (first, last) in enumerate(buckets):
            if place in (0, len(buckets) - 1):
                found = over(rows, pieces(Range(first, last), (first.replace(day=1), month_end(last))), (), columns)
                sums[place] = found.get((), sums[place])
        grain, middle = Grain.MONTH, buckets[1:-1]
    else:
        grain, middle = Grain.DAY, buckets
    if not middle:
        return sums
    place_of = {first: place for place, (first, _) in enumerate(buckets)}
    span = (middle[0][0], middle[-1][1])
    place = 0
    days = rows.filter(grain=grain, start__range=span).order_by("start").values_list("start")
    for start, *amounts in days.annotate(*[Sum(name) for name in columns]):
        if grain == Grain.MONTH:
            place = place_of[start]
        else:
            while buckets[place][1] < start:
                place += 1
        for column, amount in enumerate(amounts):
            sums[place][column] += amount
    return sums
