"""One line a reply, as CSV, made a piece at a time while it is sent.

Each piece is a query of its own, which begins after the last line of the one before: nothing is held open meanwhile,
in the database or in memory, however slowly it is taken. What is not known is an empty cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from chatroom.conversations.threads import DatabaseThreads
from chatroom.ledger.facts import BILLION
from chatroom.ledger.models import Entry
from chatroom.ledger.spreadsheets import guarded

LINES_AT_A_TIME = 1_000

_threads = DatabaseThreads("downloads", 2)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: where its value stands, and how it is written."""

    head: str
    field: str
    write: Callable[[Any], Any] = str


def _time(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")


def _seconds(ms: int) -> str:
    return f"{Decimal(ms) / 1000:.3f}"


def _dollars(billionths: int) -> str:
    return f"{Decimal(billionths) / BILLION:.9f}"


ENDED = Column("ended_at_utc", "at", _time)
# Whose it is: on one's own, where it stands; on the house's, who asked.
OWN = (
    Column("reply", "run__reply_id"),
    Column("conversation", "run__reply__conversation_id"),
    Column("title", "run__reply__conversation__title"),
)
HOUSE = (Column("run", "run_id"), Column("person", "person__username"))
REST = (
    Column("provider", "asked__provider"),
    Column("model", "asked__model"),
    Column("model_name", "asked__label"),
    Column("effort", "effort"),
    Column("status", "status"),
    Column("finish_reason", "finish_reason"),
    Column("error", "error_kind"),
    Column("provenance", "provenance"),
    Column("input_tokens", "input_tokens"),
    Column("output_tokens", "output_tokens"),
    Column("reasoning_tokens", "reasoning_tokens"),
    Column("share_of_thinking", "share", lambda share: f"{share / 1000:.3f}"),
    Column("thinking_seconds", "thought_ms", _seconds),
    Column("first_thought_seconds", "first_thought_ms", _seconds),
    Column("first_word_seconds", "first_word_ms", _seconds),
    Column("total_seconds", "total_ms", _seconds),
    Column("tokens_a_second", "speed", lambda speed: f"{speed:.2f}"),
    Column("cost_usd", "cost", _dollars),
    # Written by `_line`, which looks whether there is a cost at all.
    Column("cost_is", "cost_computed", lambda computed: "computed" if computed else "reported"),
    Column("thought_characters", "thought_chars"),
    Column("answer_characters", "answer_chars"),
)


async def lines(rows: QuerySet[Entry], whose: Sequence[Column]) -> AsyncIterator[bytes]:
    """The file, the newest reply first."""
    columns = (ENDED, *whose, *REST)
    yield _written([[column.head for column in columns]])
    after: tuple[int, int] | None = None
    while True:
        some = await _threads.run(_piece, rows, [column.field for column in columns], after)
        if some:
            yield _written([_line(columns, values) for _, *values in some])
        if len(some) < LINES_AT_A_TIME:
            return
        after = some[-1][1], some[-1][0]


def _piece(rows: QuerySet[Entry], fields: Sequence[str], after: tuple[int, int] | None) -> list[tuple[Any, ...]]:
    if after:
        at, pk = after
        rows = rows.filter(at__lte=at).exclude(at=at, id__gte=pk)
    return list(rows.order_by("-at", "-id").values_list("id", *fields)[:LINES_AT_A_TIME])


def _line(columns: Sequence[Column], values: Sequence[Any]) -> list[str]:
    said = {
        column.head: "" if value is None else column.write(value) for column, value in zip(columns, values, strict=True)
    }
    if not said["cost_usd"]:
        said["cost_is"] = ""
    return [guarded(cell) for cell in said.values()]


def _written(rows: Sequence[Sequence[str]]) -> bytes:
    page = io.StringIO()
    csv.writer(page).writerows(rows)
    return page.getvalue().encode()
