"""The parts of a reply as three texts, and where each stands in them: so the places of marks hold there too."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from chatroom.conversations.models import BLOCK_BREAK, Part
from chatroom.providers.parts import PartKind

_COLUMN = {PartKind.REASONING: "reasoning", PartKind.CONTENT: "content", PartKind.TOOL: "tools"}


@dataclass(slots=True)
class Said:
    """What a model said, column by column; None where it said nothing of that kind."""

    texts: dict[str, str | None] = field(default_factory=lambda: dict.fromkeys(_COLUMN.values()))
    parts: list[dict[str, Any]] = field(default_factory=list)
    _places: dict[int, tuple[str, int, Part]] = field(default_factory=dict)

    @classmethod
    def of(cls, parts: Iterable[Part]) -> Said:
        """Fold the parts of a run, which come in order."""
        said = cls()
        pieces: dict[str, list[str]] = {}
        lengths: dict[str, int] = {}
        for part in parts:
            column = _COLUMN[PartKind(part.kind)]
            text = part.readable
            start = lengths[column] + len(BLOCK_BREAK) if column in lengths else 0
            lengths[column] = start + len(text)
            pieces.setdefault(column, []).append(text)
            said._places[part.index] = (column, start, part)
            said.parts.append(
                {
                    "part": part.index,
                    "kind": part.kind,
                    "provenance": part.provenance or None,
                    "tool": part.name or None,
                    "started_at": part.started_at,
                    "ended_at": part.ended_at,
                    "start": start,
                    "end": lengths[column],
                }
            )
        said.texts |= {column: BLOCK_BREAK.join(texts) for column, texts in pieces.items()}
        return said

    def place(self, index: int, start: int | None, end: int | None) -> tuple[str | None, int | None, int | None]:
        """From a place in a part's stored text to the same in a column: its name, from and to, in characters."""
        if index not in self._places:
            return None, None, None
        column, offset, part = self._places[index]
        if start is None or end is None:
            return column, None, None
        # Blocks that are empty are left out, and so are their breaks.
        breaks = sorted({at for at in part.breaks if 0 < at < len(part.text)})
        # A break where the mark begins stands before it; one where it ends, behind it.
        before, within = bisect_right(breaks, start), bisect_left(breaks, end)
        wide = len(BLOCK_BREAK)
        return column, offset + start + wide * before, offset + end + wide * max(before, within)
