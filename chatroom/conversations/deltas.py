"""The rows of the delta log, as they are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce, Length

from chatroom.conversations.models import Delta, Part, Run
from chatroom.providers.parts import PartHead, PartKind, PieceKind

# Rows of a reasoning part by which it is known to be one that can be read.
OPEN_THOUGHT = (PieceKind.TEXT, PieceKind.RECAST)


@dataclass(frozen=True, slots=True)
class Row:
    """A delta as committed. `at` in milliseconds since the epoch."""

    seq: int
    head: PartHead
    kind: PieceKind
    text: str
    at: int


def moment(milliseconds: int) -> datetime:
    """A delta's `at` as a time."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def read(run_id: int, after: int = 0, upto: int | None = None) -> list[Row]:
    """The rows of a run from the log, those after seq `after`, in order; with `upto` none after that."""
    deltas = Delta.objects.filter(run=run_id, seq__gt=after).order_by("seq")
    if upto is not None:
        deltas = deltas.filter(seq__lte=upto)
    rows = list(deltas.values_list("seq", "part", "kind", "text", "at"))
    if not rows:
        return []
    # After the rows: each part is committed with its first row, so that none of theirs can be missing now.
    heads = {part.index: part.head for part in Part.objects.filter(run=run_id).defer("text", "opaque")}
    return [Row(seq, heads[part], PieceKind(kind), text, at) for seq, part, kind, text, at in rows]


def read_some(run_id: int, after: int, characters: int) -> list[Row]:
    """As `read`, but of many rows only the first: so many that they hold about so many `characters`."""
    lengths = Delta.objects.filter(run=run_id).order_by("seq").values_list("seq", Length("text"))
    upto, total, at_once = after, 0, 16
    while found := list(lengths.filter(seq__gt=upto)[:at_once]):
        for seq, length in found:
            upto, total = seq, total + length
            if total >= characters:
                return read(run_id, after, upto)
        if len(found) < at_once:
            break
        at_once *= 2  # nothing is known of how long they are: to measure them costs as much as to read them
    return read(run_id, after, upto) if upto > after else []


def seq_at(run_id: int, told: int) -> int:
    """The seq up to which a page without reasoning is that shows so many rows of the rest (`RunRender.cursor`)."""
    if told <= 0:
        return 0
    kinds = dict(Part.objects.filter(run=run_id).values_list("index", "kind"))
    thought = [index for index, kind in kinds.items() if kind == PartKind.REASONING]
    rows = Delta.objects.filter(run=run_id).order_by("seq").values_list("seq", flat=True)
    # Such a page shows nothing before the first word of thought, though what it then shows may stand before that.
    opened = rows.filter(part__in=thought, kind__in=OPEN_THOUGHT).first()
    last = rows.exclude(part__in=thought)[told - 1 : told].first()
    return max(last, opened) if last and opened else 0


def standings(run_ids: list[int]) -> dict[int, tuple[int, str]]:
    """Of each run the last seq in the log, and its status."""
    last = Delta.objects.filter(run=OuterRef("pk")).order_by("-seq").values("seq")[:1]
    runs = Run.objects.filter(pk__in=run_ids).annotate(last=Coalesce(Subquery(last), 0))
    return {pk: (seq, status) for pk, seq, status in runs.values_list("pk", "last", "status")}
