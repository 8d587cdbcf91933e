"""A request → the JSON of a chat with Cohere."""

from __future__ import annotations

from chatroom.providers.dialects.answered import answered_parts
from chatroom.providers.dialects.cohere.knobs import thinking
from chatroom.providers.events import Json
from chatroom.providers.parts import PartKind
from chatroom.providers.request import ChatMessage, ChatRequest


def encode(request: ChatRequest) -> Json:
    """Return the body to post."""
    body: Json = {
        "model": request.model,
        "messages": [_message(one) for one in request.messages if one.role != "assistant" or one.content],
        "stream": request.stream,
    }
    wanted = thinking(request.reasoning, request.model)
    if wanted is not None:
        body["thinking"] = wanted
    if request.max_tokens is not None:
        body["max_tokens"] = request.max_tokens
    return body


def _message(message: ChatMessage) -> Json:
    """Return one message; a reply with its thought in the blocks that it came in."""
    blocks: list[Json] = []
    for part in answered_parts(message):
        kind = "thinking" if part.head.kind is PartKind.REASONING else "text"
        blocks.append({"type": kind, kind: part.text})
    return {"role": message.role, "content": blocks or message.content}
