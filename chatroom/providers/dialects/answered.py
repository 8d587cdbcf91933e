"""Which parts of an earlier reply can go back to a model that signs nothing."""

from __future__ import annotations

from chatroom.providers.parts import Part, PartKind
from chatroom.providers.request import ChatMessage


def answered_parts(message: ChatMessage) -> list[Part]:
    """Return the answers in `message` and the thought before each, in order.

    Left out are tool calls, which never got a result, the thought that led to them, and a thought that
    broke off before its answer.
    """
    kept: list[Part] = []
    thoughts: list[Part] = []
    for part in message.parts:
        match part.head.kind:
            case PartKind.REASONING if part.text:
                thoughts.append(part)
            case PartKind.CONTENT if part.text:
                kept += [*thoughts, part]
                thoughts = []
            case PartKind.TOOL:
                thoughts = []
    return kept
