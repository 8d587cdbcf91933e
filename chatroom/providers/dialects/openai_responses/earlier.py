"""An earlier reply → the items of a request.

A thought goes back with the message that it led to, or not at all, and that message under its own id only
with the thought: OpenAI answers 400 to one without the other. A tool call never got a result, or was run
at the provider and has nothing to be sent (OpenAI does not even take its own `action.query` back): it is
left out, and so is the thought that led to it.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from chatroom.providers.dialects.openai_responses.seals import unseal_thought
from chatroom.providers.events import Json
from chatroom.providers.parts import Part, PartKind
from chatroom.providers.request import ChatMessage

#: How thought goes back: as it came; without the ids of the items; or in plain text.
SentBack: TypeAlias = Literal["verbatim", "without_ids", "text"]


def reply_items(message: ChatMessage, sent_back: SentBack, number: int) -> list[Json]:
    """Return the input items of the reply `message`, before which there are `number` others."""
    if not message.parts:
        return [{"role": "assistant", "content": message.content}] if message.content else []
    items: list[Json] = []
    thoughts: list[Part] = []
    answer: list[Part] = []

    def finish() -> None:
        """Add the answer so far, with the thought that led to it."""
        texts = [part.text for part in answer if part.text]
        if texts:
            led = _thoughts(thoughts, sent_back, number + len(items))
            items.extend(led)
            seal = _message_seal(answer) if led and sent_back == "verbatim" else None
            items.append(_message(texts, seal))
        thoughts.clear()
        answer.clear()

    for part in message.parts:
        if part.head.kind is PartKind.CONTENT:
            answer.append(part)
            if part.opaque:
                finish()
        elif part.head.kind is PartKind.TOOL:
            finish()
        else:
            if answer:
                finish()
            thoughts.append(part)
    finish()
    return items


def _thoughts(parts: list[Part], sent_back: SentBack, number: int) -> list[Json]:
    if sent_back == "text":
        return [
            {
                "type": "reasoning",
                "id": f"rs_{at}",  # any will do
                "summary": [],
                "content": [{"type": "reasoning_text", "text": part.text}],
                "encrypted_content": None,
            }
            for at, part in enumerate(parts, number)
            if part.text
        ]
    unsealed = (unseal_thought(seal, parts[:at]) for at, part in enumerate(parts, 1) for seal in part.opaque)
    items = [item for item in unsealed if item is not None]
    if sent_back == "without_ids":
        for item in items:
            item.pop("id", None)
    return items


def _message_seal(parts: list[Part]) -> Json | None:
    return next((seal for seal in parts[-1].opaque if seal.get("type") == "message"), None)


def _message(texts: list[str], seal: Json | None) -> Json:
    if seal is None:
        return {"role": "assistant", "content": "".join(texts)}
    return {
        **seal,
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": []} for text in texts],
    }
