"""An earlier reply → the content blocks of a request.

A thought goes back as it came, signed, before the answer that it led to, or not at all: Claude refuses
one that was changed, one without its signature, and a row of them with one missing. Tool calls never got
a result from us, so they are left out with the thought that led to them. What the provider's own tools
did goes back only in a reply that ends the request, so that the model goes on with it (`pause_turn`);
even then a call without its result is answered with 400, whatever the documentation says
(anthropic-sdk-python, issues 961 and 1339).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chatroom.providers.events import Json
from chatroom.providers.loose_json import as_list, as_object, as_text, parse_json
from chatroom.providers.parts import Part, PartKind

_THOUGHTS = ("thinking", "redacted_thinking")


def reply_blocks(parts: Sequence[Part], *, thoughts: bool, goes_on: bool) -> list[Json]:
    """Return the blocks of a reply with `parts`, with its `thoughts` or without. See above for `goes_on`."""
    paired = _paired(parts) if goes_on else frozenset()
    blocks: list[Json] = []
    waiting: list[Json | None] = []  # thoughts, None for one that cannot go
    for part in parts:
        match part.head.kind:
            case PartKind.REASONING:
                waiting.append(_thought(part))
                continue
            case PartKind.CONTENT if part.text.strip():  # a blank text is refused
                spoken: list[Json] = [{"type": "text", "text": part.text}]
            case PartKind.TOOL:
                spoken = list(_tool(part, paired))
            case _:
                continue
        if thoughts and spoken and None not in waiting:
            blocks += [thought for thought in waiting if thought]
        waiting.clear()
        blocks += spoken
    return blocks


def has_thoughts(messages: Iterable[Json]) -> bool:
    """Return whether any of `messages`, as they go out, carries a thought."""
    return any(
        as_object(block).get("type") in _THOUGHTS
        for message in messages
        if message["role"] == "assistant"
        for block in as_list(message["content"])
    )


def _thought(part: Part) -> Json | None:
    """Return the block of a thought, or None where it lacks its signature or another provider made it."""
    for piece in part.opaque:
        if piece.get("type") == "thinking" and as_text(piece.get("signature")):
            return {"type": "thinking", "thinking": part.text, "signature": piece["signature"]}
        if piece.get("type") == "redacted_thinking" and as_text(piece.get("data")):
            return {"type": "redacted_thinking", "data": piece["data"]}
    return None


def _tool(part: Part, paired: frozenset[str]) -> Iterable[Json]:
    """Return the call of one of the provider's tools, and the results that came after it."""
    for piece in part.opaque:
        if as_text(piece.get("id")) in paired:
            yield {**piece, "input": _input(part)}
        elif as_text(piece.get("tool_use_id")) in paired:
            yield piece


def _paired(parts: Iterable[Part]) -> frozenset[str]:
    """Return the ids of the calls that have a result, if they are the provider's own."""
    pieces = [(part, piece) for part in parts if part.head.kind is PartKind.TOOL for piece in part.opaque]
    called = {as_text(piece.get("id")) for part, piece in pieces if _input(part) is not None}
    return frozenset(called & {as_text(piece.get("tool_use_id")) for _, piece in pieces} - {""})


def _input(part: Part) -> Json | None:
    """Return the arguments of a call, None where they broke off."""
    try:
        arguments = parse_json(part.text or "{}")
    except ValueError:
        return None
    return arguments if isinstance(arguments, dict) else None
