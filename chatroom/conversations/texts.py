"""What was written and said, as text: to be copied, quoted, downloaded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chatroom.conversations import deltas
from chatroom.conversations.models import BLOCK_BREAK, Message, Run
from chatroom.conversations.sight import OWNERS, Sight
from chatroom.providers.parts import PartHead, PartKind, PieceKind


@dataclass(frozen=True, slots=True)
class Said:
    """A part of a reply with its text; blank lines stand between its blocks."""

    head: PartHead
    text: str


def said(run: Run, sight: Sight = OWNERS, upto: int | None = None) -> list[Said]:
    """The parts of a run from the log, those that the reader may know of; with `upto` as far as that seq.

    Readers without reasoning are told nothing yet by a run that goes on and may still turn out to have been thinking
    (see `RunRender`).
    """
    heads: dict[int, PartHead] = {}
    texts: dict[int, list[str]] = {}
    sure = not run.is_live
    for row in deltas.read(run.pk, 0, upto):
        sure |= row.head.kind is PartKind.REASONING and row.kind in deltas.OPEN_THOUGHT
        heads[row.head.index] = row.head
        pieces = texts.setdefault(row.head.index, [])
        if row.kind is PieceKind.TEXT:
            pieces.append(row.text)
        elif row.kind is PieceKind.BREAK:
            pieces.append(BLOCK_BREAK)
    parts = [Said(heads[index], "".join(texts[index])) for index in sorted(heads)]
    if sight.reasoning:
        return parts
    if not sure:
        return []
    return [part for part in parts if part.head.kind is not PartKind.REASONING]


def content(parts: Iterable[Said]) -> str:
    """The answer alone."""
    return BLOCK_BREAK.join(part.text for part in parts if part.head.kind is PartKind.CONTENT)


def message_text(message: Message, part: int | None = None) -> str:
    """A message as it was written or said: a prompt, the content of a reply, or one part of it."""
    if message.role == Message.Role.USER:
        return message.text
    parts = said(Run.objects.get(reply=message))
    return content(parts) if part is None else "".join(one.text for one in parts if one.head.index == part)
