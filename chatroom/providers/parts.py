"""Events → pieces with a place, and pieces → parts.

A reply is a row of parts in wire order. `Assembler` gives each event its place in that row, so
that whatever keeps the pieces (the delta log) can rebuild the row; `fold` rebuilds it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from chatroom.providers.events import (
    BlockEnded,
    ContentDelta,
    ContentWasReasoning,
    Json,
    OpaquePiece,
    PartEnded,
    Provenance,
    ReasoningDelta,
    ToolDelta,
)


class PartKind(StrEnum):
    """What a part of a reply is."""

    REASONING = "reasoning"
    CONTENT = "content"
    TOOL = "tool"


class PieceKind(StrEnum):
    """What a piece adds to its part: visible text, or something opaque to send back (as JSON).

    Or nothing: a break says that what follows in the part is a paragraph by itself; a recast, that the
    part is not what it seemed: its head is a new one from here on.
    """

    TEXT = "text"
    OPAQUE = "opaque"
    BREAK = "break"
    RECAST = "recast"


@dataclass(frozen=True, slots=True)
class PartHead:
    """What is known of a part when it begins. `provenance` is None for all but reasoning."""

    index: int
    kind: PartKind
    provenance: Provenance | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a reply with its place. `text` is JSON where `kind` is opaque."""

    head: PartHead
    kind: PieceKind
    text: str


@dataclass(slots=True)
class Part:
    """A part, folded. `breaks` are the places in `text` where a new block begins, in characters."""

    head: PartHead
    text: str = ""
    opaque: list[Json] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)

    @property
    def blocks(self) -> list[str]:
        """The text, cut where a new block begins."""
        return blocks(self.text, self.breaks)


def blocks(text: str, breaks: Iterable[int]) -> list[str]:
    """Cut `text` at `breaks`; empty blocks are left out."""
    places = [0, *breaks, len(text)]
    return [text[start:end] for start, end in pairwise(places) if start < end]


Placeable = ReasoningDelta | ContentDelta | ToolDelta | PartEnded | BlockEnded | OpaquePiece | ContentWasReasoning


class Assembler:
    """Gives each event of one reply its place."""

    def __init__(self) -> None:
        self._heads: list[PartHead] = []
        self._current: PartHead | None = None
        self._reasoning: PartHead | None = None
        self._calls: dict[str, PartHead] = {}

    def place(self, event: Placeable) -> Piece | None:
        """Return the piece that `event` adds, or None where it adds nothing."""
        match event:
            case PartEnded():
                self._current = None
                return None
            case BlockEnded():
                head = self._current
                return Piece(head, PieceKind.BREAK, "") if head and head.kind is PartKind.REASONING else None
            case ReasoningDelta(text, provenance):
                head = self._current
                if head is None or head.kind is not PartKind.REASONING or head.provenance is not provenance:
                    head = self._current = self._reasoning = self._begin(PartKind.REASONING, provenance)
                return Piece(head, PieceKind.TEXT, text)
            case ContentDelta(text):
                head = self._current
                if head is None or head.kind is not PartKind.CONTENT:
                    head = self._current = self._begin(PartKind.CONTENT)
                return Piece(head, PieceKind.TEXT, text)
            case ContentWasReasoning():
                seemed = self._current
                self._current = None
                if seemed is None or seemed.kind is not PartKind.CONTENT:
                    return None
                head = self._reasoning = PartHead(seemed.index, PartKind.REASONING, Provenance.RAW)
                self._heads[seemed.index] = head
                return Piece(head, PieceKind.RECAST, "")
            case ToolDelta(call, name, arguments):
                head = self._calls.get(call)
                if head is None:
                    head = self._calls[call] = self._begin(PartKind.TOOL, name=name)
                self._current = head
                return Piece(head, PieceKind.TEXT, arguments)
            case OpaquePiece(data, provenance, of):
                # A signature may come late, after the answer has begun; it must neither cut the
                # answer in two nor become a part of its own if there is thought for it to sign.
                head = self._current if of == "current" and self._current else self._reasoning
                if head is None:
                    head = self._reasoning = self._begin(PartKind.REASONING, provenance)
                    if self._current is None:
                        self._current = head
                return Piece(head, PieceKind.OPAQUE, json.dumps(data, ensure_ascii=False, separators=(",", ":")))

    def _begin(self, kind: PartKind, provenance: Provenance | None = None, name: str = "") -> PartHead:
        head = PartHead(len(self._heads), kind, provenance, name)
        self._heads.append(head)
        return head


def fold(pieces: Iterable[Piece]) -> list[Part]:
    """Pieces in order → parts in order. Nothing is inserted, nothing trimmed."""
    texts: dict[int, list[str]] = {}
    lengths: Counter[int] = Counter()
    parts: dict[int, Part] = {}
    for piece in pieces:
        index = piece.head.index
        part = parts.setdefault(index, Part(piece.head))
        match piece.kind:
            case PieceKind.TEXT:
                texts.setdefault(index, []).append(piece.text)
                lengths[index] += len(piece.text)
            case PieceKind.OPAQUE:
                part.opaque.append(json.loads(piece.text))
            case PieceKind.BREAK:
                part.breaks.append(lengths[index])
            case PieceKind.RECAST:
                part.head = piece.head
    for index, pieces_of_text in texts.items():
        parts[index].text = "".join(pieces_of_text)
    return [parts[index] for index in sorted(parts)]
