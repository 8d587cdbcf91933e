"""Events → pieces with a place, and pieces → parts.

A reply is a row of parts in wire order. `Assembler` gives each event its place in that row, so
that whatever keeps the pieces (the delta log) can rebuild the row; `fold` rebuilds it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from chatroom.providers.events import (
    ContentDelta,
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
    """What a piece adds to its part: visible text, or something opaque to send back (as JSON)."""

    TEXT = "text"
    OPAQUE = "opaque"


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
    """A part, folded."""

    head: PartHead
    text: str = ""
    opaque: list[Json] = field(default_factory=list)


Placeable = ReasoningDelta | ContentDelta | ToolDelta | PartEnded | OpaquePiece


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
            case ToolDelta(call, name, arguments):
                head = self._calls.get(call)
                if head is None:
                    head = self._calls[call] = self._begin(PartKind.TOOL, name=name)
                self._current = head
                return Piece(head, PieceKind.TEXT, arguments)
            case OpaquePiece(data, provenance):
                # A signature may come late, after the answer has begun; it must neither cut the
                # answer in two nor become a part of its own if there is thought for it to sign.
                head = self._reasoning
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
    parts: dict[int, Part] = {}
    for piece in pieces:
        part = parts.setdefault(piece.head.index, Part(piece.head))
        if piece.kind is PieceKind.TEXT:
            texts.setdefault(piece.head.index, []).append(piece.text)
        else:
            part.opaque.append(json.loads(piece.text))
    for index, pieces_of_text in texts.items():
        parts[index].text = "".join(pieces_of_text)
    return [parts[index] for index in sorted(parts)]
