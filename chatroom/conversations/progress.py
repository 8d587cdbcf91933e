"""What new rows of the log change beside it: parts that begin and end, and the run's status.

Written in SQL, since every reply begins and ends with it: Django's way to the same took longer than the database did.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from chatroom.conversations.deltas import Row, moment
from chatroom.conversations.models import Part, Run, Status
from chatroom.conversations.storing import for_column, storable, time_for_column
from chatroom.providers.parts import PartHead, PartKind, PieceKind

_PARTS, _RUNS = Part._meta.db_table, Run._meta.db_table
_BEGIN = (
    f'INSERT INTO {_PARTS} (run_id, "index", kind, provenance, name, text, breaks, opaque, started_at)'  # noqa: S608
    " VALUES (%s, %s, %s, %s, %s, '', %s, %s, %s)"
)
_CLOSE = f'UPDATE {_PARTS} SET ended_at = %s WHERE run_id = %s AND "index" = %s'  # noqa: S608
_RECAST = f'UPDATE {_PARTS} SET kind = %s, provenance = %s WHERE run_id = %s AND "index" = %s'  # noqa: S608
_TAKE_BACK = f"UPDATE {_RUNS} SET answering_at = NULL WHERE id = %s"  # noqa: S608
_TURN = f"UPDATE {_RUNS} SET status = %s, answering_at = coalesce(answering_at, %s) WHERE id = %s"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stands: the heads of its parts, the one that speaks, thought that came sealed and that nothing has
    followed yet, and the status that its row says.
    """

    heads: tuple[PartHead, ...] = ()
    speaking: PartHead | None = None
    unspoken: tuple[PartHead, ...] = ()
    status: Status = Status.THINKING


@dataclass(slots=True)
class Progress:
    """From one standing to the next."""

    before: Standing
    now: Standing
    begun: list[tuple[PartHead, datetime]] = field(default_factory=list)
    closed: list[tuple[PartHead, datetime]] = field(default_factory=list)
    # Parts that are not what they seemed.
    recast: list[PartHead] = field(default_factory=list)
    answering_at: datetime | None = None

    @classmethod
    def after(cls, before: Standing, rows: Iterable[Row]) -> Progress:
        """What `rows`, which follow upon `before`, have changed."""
        progress = cls(before, before)
        heads, speaking, unspoken, status = list(before.heads), before.speaking, list(before.unspoken), before.status
        for row in rows:
            at = moment(row.at)
            if row.head.index == len(heads):
                progress.begun.append((row.head, at))
                heads.append(row.head)
                if row.kind is PieceKind.OPAQUE:
                    unspoken.append(row.head)
            if row.kind is PieceKind.OPAQUE or row.kind is PieceKind.BREAK:
                continue
            if row.kind is PieceKind.RECAST:
                heads[row.head.index] = row.head
                progress.recast.append(row.head)
                progress.closed.append((row.head, at))
                speaking, status, progress.answering_at = None, Status.THINKING, None
                continue
            progress.closed += [(head, at) for head in unspoken if head != row.head]
            unspoken.clear()
            if row.head != speaking:
                if speaking and speaking.kind is PartKind.REASONING:
                    progress.closed.append((speaking, at))
                speaking = row.head
                status = Status.THINKING if row.head.kind is PartKind.REASONING else Status.ANSWERING
                if status is Status.ANSWERING and progress.answering_at is None:
                    progress.answering_at = at
        progress.now = Standing(tuple(heads), speaking, tuple(unspoken), status)
        return progress

    @property
    def turned(self) -> bool:
        """Whether the model turned from thinking to speaking, or back."""
        return self.now.status is not self.before.status

    def save(self, run_id: int) -> None:
        """Write it, in the transaction of the rows."""
        if not (self.begun or self.closed or self.recast or self.turned or self.answering_at):
            return
        with connection.cursor() as cursor:
            if self.begun:
                cursor.executemany(_BEGIN, [_part(run_id, head, at) for head, at in self.begun])
            for head in self.recast:
                cursor.execute(_RECAST, [head.kind.value, _provenance(head), run_id, head.index])
                cursor.execute(_TAKE_BACK, [run_id])
            if self.closed:
                cursor.executemany(_CLOSE, [(time_for_column(at), run_id, head.index) for head, at in self.closed])
            if self.turned or self.answering_at:
                at = time_for_column(self.answering_at) if self.answering_at else None
                cursor.execute(_TURN, [self.now.status.value, at, run_id])


def _part(run_id: int, head: PartHead, at: datetime) -> tuple[Any, ...]:
    empty = [for_column(Part, name, []) for name in ("breaks", "opaque")]
    name = storable(head.name[:200])
    return run_id, head.index, head.kind.value, _provenance(head), name, *empty, time_for_column(at)


def _provenance(head: PartHead) -> str:
    return head.provenance.value if head.provenance else ""
