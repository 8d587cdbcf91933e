"""What happened day by day (or week by week, month by month), as bars, each with its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chatroom.activity import saying
from chatroom.activity.charts import Bars, bars
from chatroom.activity.figures import Figures
from chatroom.activity.tables import Cell, Row, Table, of_known
from chatroom.activity.telling import Telling


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, what their colours mean `(kind, words)`, and the same as a table."""

    title: str
    note: str
    drawing: Bars
    legend: Sequence[tuple[str, str]]
    table: Table


def tokens(telling: Telling) -> Chart:
    """Output by day: thinking, the answer, and what is not known to be either."""
    columns, rows = [], []
    for first, last, one in telling.buckets:
        parts = (("thinking", one.share_reasoning), ("answer", one.answered), ("undivided", one.undivided))
        said = [saying.count(amount) + f" {what}" for what, amount in parts if amount]
        columns.append((_few(telling, first, last), _title(first, last, one, said), parts))
        cells = [
            Cell(saying.count(one.runs)),
            of_known(one.share_reasoning, one.shares, one.runs),
            of_known(one.answered, one.shares, one.runs),
            Cell(saying.count(one.undivided) if one.undivided else saying.NONE),
            of_known(one.input_tokens, one.inputs, one.runs),
        ]
        rows.append(Row(saying.days(first, last), cells))
    legend = [("thinking", "thinking"), ("answer", "answer")]
    if telling.total.undivided:
        legend.append(("undivided", "output of which the share of thinking is unknown"))
    heads = (_period(telling), "Replies", "Thinking", "Answer", "Undivided", "Tokens in")
    table = Table("Tokens of output", heads, rows)
    return Chart("Tokens of output", "", bars(columns, saying.axis_count), legend, table)


def cost(telling: Telling) -> Chart:
    """Cost by day: reported, computed."""
    columns, rows = [], []
    for first, last, one in telling.buckets:
        parts = (("reported", one.cost_reported), ("computed", one.cost_computed))
        said = [f"{saying.money(amount)} {what}" for what, amount in parts if amount]
        if unknown := one.runs - one.costs:
            said.append(f"unknown for {saying.replies(unknown)}")
        columns.append((_few(telling, first, last), _title(first, last, one, said), parts))
        cells = [
            Cell(saying.count(one.runs)),
            Cell(saying.money(one.cost_reported) if one.costs_reported else saying.NONE),
            Cell(saying.money(one.cost_computed) if one.costs_computed else saying.NONE),
            Cell(saying.count(one.runs - one.costs)),
        ]
        rows.append(Row(saying.days(first, last), cells))
    legend = [("reported", "reported by the provider"), ("computed", "computed from prices")]
    heads = (_period(telling), "Replies", "Reported", "Computed", "Replies of unknown cost")
    note = "" if telling.total.costs else "No provider told a cost, and no prices are known."
    return Chart("Cost", note, bars(columns, saying.axis_money), legend, Table("Cost", heads, rows))


def failures(telling: Telling) -> Chart:
    """Replies that did not come to their end, by day."""
    columns, rows = [], []
    for first, last, one in telling.buckets:
        parts = (("failed", one.failed), ("interrupted", one.interrupted), ("stopped", one.stopped))
        columns.append((_few(telling, first, last), _title(first, last, one, [saying.failures(one)]), parts))
        cells = [Cell(saying.count(number)) for number in (one.runs, *(amount for _, amount in parts))]
        rows.append(Row(saying.days(first, last), cells))
    legend = [
        ("failed", "failed at the provider"),
        ("interrupted", "interrupted: the room went down"),
        ("stopped", "stopped by a person"),
    ]
    heads = (_period(telling), "Replies", "Failed", "Interrupted", "Stopped")
    note = "" if telling.total.unfinished else "All replies came to their end."
    drawing = bars(columns, saying.axis_count, whole=True)
    return Chart("Not finished", note, drawing, legend, Table("Not finished", heads, rows))


def _title(first: date, last: date, one: Figures, said: Sequence[str]) -> str:
    return f"{saying.days(first, last)}: " + (
        ", ".join(filter(None, [saying.replies(one.runs), *said])) if one.runs else "nothing"
    )


def _few(telling: Telling, first: date, last: date) -> str:
    return saying.few(first, last, telling.asked_for.grain)


def _period(telling: Telling) -> str:
    return {"day": "Day (UTC)", "week": "Seven days (UTC)", "month": "Month (UTC)"}[telling.asked_for.grain]
