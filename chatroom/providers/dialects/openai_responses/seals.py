"""What it takes to send an item back, beside the text that is shown.

A seal is an opaque piece of the reply, and one of

    {"type": "reasoning", "id", "encrypted_content", "blocks": ["summary", …]}
        on the last part of a thought. `blocks` says where the texts of its blocks belong, which are not stored twice.
    {"type": "reasoning", "id", "encrypted_content", "summary": [text, …], "content": [text, …]}
        where the blocks are not the texts of the item (OpenRouter's plain deltas)
    {"type": "message", "id", "phase"?}
        on the last part of a message that may follow such a thought
"""

from __future__ import annotations

from collections.abc import Sequence

from chatroom.providers.dialects.openai_responses.items import Item, Shelf, thoughts_in
from chatroom.providers.events import Json
from chatroom.providers.loose_json import as_list, as_text
from chatroom.providers.parts import Part

SHELVES: tuple[Shelf, ...] = ("summary", "content")

# Signature and format are OpenRouter's. `status` is left out: OpenAI answers 400 to it.
_KEPT = ("id", "encrypted_content", "signature", "format")


def thought_seal(told: Json, shelves: Sequence[Shelf]) -> Json | None:
    """Return the seal of a reasoning item whose shown texts belong on `shelves`, or None where it has none."""
    if not (as_text(told.get("encrypted_content")) or as_text(told.get("signature"))):
        return None
    seal: Json = {"type": "reasoning"} | {key: told[key] for key in _KEPT if as_text(told.get(key))}
    texts = thoughts_in(told)
    if [one.shelf for one in texts] == list(shelves):
        return seal | {"blocks": list(shelves)}
    return seal | {shelf: [one.text for one in texts if one.shelf == shelf] for shelf in SHELVES}


def message_seal(item: Item) -> Json:
    """Return the seal of a message."""
    return {"type": "message", "id": item.id} | ({"phase": item.phase} if item.phase else {})


def unseal_thought(seal: Json, parts: Sequence[Part]) -> Json | None:
    """Return the reasoning item of `seal`, as it came. `parts` are those up to the one that it is on.

    None where it is of another dialect, or its blocks are not there.
    """
    texts: dict[Shelf, list[str]] = {"summary": [], "content": []}
    shelves = as_list(seal.get("blocks"))
    shown = [block for part in parts for block in part.blocks]
    if seal.get("type") != "reasoning" or len(shelves) > len(shown) or any(one not in SHELVES for one in shelves):
        return None
    for shelf, text in zip(shelves, shown[len(shown) - len(shelves) :], strict=True):
        texts[shelf].append(text)
    for shelf in SHELVES:
        texts[shelf] += as_list(seal.get(shelf))
    item: Json = {"type": "reasoning"} | {key: seal[key] for key in _KEPT if key in seal}
    item["summary"] = [{"type": "summary_text", "text": text} for text in texts["summary"]]
    if texts["content"]:
        item["content"] = [{"type": "reasoning_text", "text": text} for text in texts["content"]]
    return item
