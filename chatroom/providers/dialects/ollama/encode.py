"""A request → the JSON of a chat on Ollama."""

from __future__ import annotations

from chatroom.providers.dialects.answered import answered_parts
from chatroom.providers.dialects.ollama.knobs import think
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
    thinking = think(request.reasoning, request.model)
    if thinking is not None:
        body["think"] = thinking
    if request.max_tokens is not None:
        body["options"] = {"num_predict": request.max_tokens}
    return body


def _message(message: ChatMessage) -> Json:
    """Return one message, with the thought before its answer: a template leaves out what its model does not want."""
    encoded: Json = {"role": message.role, "content": message.content}
    thought = "".join(part.text for part in answered_parts(message) if part.head.kind is PartKind.REASONING)
    if thought:
        encoded["thinking"] = thought
    return encoded
