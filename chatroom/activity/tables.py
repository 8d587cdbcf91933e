"""Headed rows of words, beside the charts and instead of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chatroom.activity import saying
from chatroom.activity.charts import Axis, Box, axis_over, box
from chatroom.activity.figures import Figures
from chatroom.activity.quantiles import Quantiles
from chatroom.ledger.models import Measure


@dataclass(frozen=True, slots=True)
class Cell:
    """Words, and in small letters over how many replies it goes, where not over all of the row."""

    words: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What it is about (perhaps with an address), a drawing, and its cells."""

    head: str
    cells: Sequence[Cell]
    href: str = ""
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """A value along the axis of the drawings in a table."""

    x: str
    anchor: str
    words: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; with `ticks` there is a drawing in each row."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Row]
    ticks: Sequence[Tick] = field(default=())


SUM_HEADS = ("Replies", "Not finished", "Tokens in", "Tokens out", "Thinking", "Share", "Cost")
SPREAD_HEADS = ("Replies", "10 %", "25 %", "Median", "75 %", "90 %")


def of_known(amount: int, known: int, of: int) -> Cell:
    """A sum, and over how many replies it goes."""
    return Cell(saying.of_known(amount, known, of), _of(known, of))


def _of(known: int, of: int) -> str:
    return f"of {saying.count(known)}" if 0 < known < of else ""


def sum_cells(one: Figures) -> list[Cell]:
    """The cells below `SUM_HEADS`. Where all tokens are known of the same replies, that is said once."""
    told = {one.inputs, one.outputs, one.reasonings, one.shares}
    once = len(told) == 1 and 0 < one.inputs < one.runs
    tokens = [
        of_known(one.input_tokens, one.inputs, one.runs),
        of_known(one.output_tokens, one.outputs, one.runs),
        of_known(one.reasoning_tokens, one.reasonings, one.runs),
        Cell(saying.per_cent(one.share) if one.runs else saying.NONE, _of(one.shares, one.runs)),
    ]
    return [
        Cell(saying.count(one.runs), f"{saying.count(one.inputs)} with tokens" if once else ""),
        Cell(saying.count(one.unfinished)),
        *([Cell(cell.words) for cell in tokens] if once else tokens),
        Cell(saying.cost(one), _of(one.costs, one.runs)),
    ]


def sums(caption: str, of: str, rows: Iterable[tuple[str, str, Figures]]) -> Table:
    """What replies came to, for each of `(what, address, figures)`."""
    return Table(caption, (of, *SUM_HEADS), [Row(what, sum_cells(some), href) for what, href, some in rows])


def spreads(caption: str, of: str, measure: int, rows: Iterable[tuple[str, Quantiles | None]]) -> Table | None:
    """How a measure is spread, for each of `(what, quantiles)`, with boxes on one axis; None where nothing is known."""
    known = [(what, some) for what, some in rows if some]
    if not known:
        return None
    axis = Axis(0, 1000) if measure == Measure.SHARE else axis_over([cut for _, some in known for cut in some.cuts])
    found = [
        Row(
            what,
            [
                Cell(saying.count(some.replies)),
                *[Cell(saying.value(measure, cut, some.exact)) for cut in some.cuts],
            ],
            box=box(some.cuts, axis),
        )
        for what, some in known
    ]
    return Table(caption, (of, *SPREAD_HEADS), found, _ticks(axis, measure))


def _ticks(axis: Axis, measure: int) -> list[Tick]:
    values = axis.ticks()
    anchors: Mapping[int, str] = {0: "start", len(values) - 1: "end"}
    return [
        Tick(f"{axis.at(value):.2f}%", anchors.get(place, "middle"), saying.tick(measure, value))
        for place, value in enumerate(values)
    ]
