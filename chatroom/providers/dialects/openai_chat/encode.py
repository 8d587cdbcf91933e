"""A request → the JSON of a chat completion, in the words of the host that gets it."""

from __future__ import annotations

from collections.abc import Iterable

from chatroom.providers.dialects.openai_chat.hosts import Host, host_of
from chatroom.providers.dialects.openai_chat.reasoning_details import rebuild
from chatroom.providers.events import Json
from chatroom.providers.parts import Part, PartKind
from chatroom.providers.request import ChatMessage, ChatRequest, ReasoningSettings


def encode(request: ChatRequest, base_url: str) -> Json:
    """Return the body to post to the host at `base_url`."""
    host = host_of(base_url)
    body: Json = {
        "model": request.model,
        "messages": [_message(message, host) for message in request.messages],
        "stream": request.stream,
    }
    if request.max_tokens is not None:
        body[host.max_tokens] = request.max_tokens
    if request.reasoning != ReasoningSettings():
        body |= host.knobs(request.reasoning, request.model)
    if host.usage == "usage":
        body["usage"] = {"include": True}
    elif host.usage == "stream_options" and request.stream:
        body["stream_options"] = {"include_usage": True}
    return body


def _message(message: ChatMessage, host: Host) -> Json:
    encoded: Json = {"role": message.role, "content": message.content}
    if message.role != "assistant":
        return encoded
    thought = _thought_of_the_answer(message.parts)
    reasoning = "".join(part.text for part in thought)
    opaque = [piece for part in thought for piece in part.opaque]
    for piece in opaque:
        if "extra_content" in piece:
            encoded["extra_content"] = piece["extra_content"]
    details = rebuild(opaque)
    match host.sent_back:
        case "details" | "details_or_reasoning" if details:
            encoded["reasoning_details"] = details
        case "details_or_reasoning" | "reasoning" if reasoning:
            encoded["reasoning"] = reasoning
        case "reasoning_content" if reasoning:
            encoded["reasoning_content"] = reasoning
        case "thinking_blocks" if reasoning:
            encoded["content"] = [
                {"type": "thinking", "thinking": [{"type": "text", "text": reasoning}]},
                {"type": "text", "text": message.content},
            ]
    return encoded


def _thought_of_the_answer(parts: Iterable[Part]) -> list[Part]:
    """Return the reasoning parts but those that led to a tool call.

    The call got no result and does not go back; what was sealed for it is refused without it
    ("was provided without its required following item").
    """
    thought: list[Part] = []
    undecided: list[Part] = []
    for part in parts:
        match part.head.kind:
            case PartKind.REASONING:
                undecided.append(part)
            case PartKind.CONTENT:
                thought += undecided
                undecided = []
            case PartKind.TOOL:
                undecided = []
    return thought + undecided
