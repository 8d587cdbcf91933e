"""A request → the JSON of generateContent."""

from __future__ import annotations

import re

from chatroom.providers.dialects.gemini.knobs import thinking_config
from chatroom.providers.dialects.gemini.signatures import rebuild
from chatroom.providers.events import Json
from chatroom.providers.parts import PartKind
from chatroom.providers.request import ChatMessage, ChatRequest

#: These have no such role in their template and answer 400, "Developer instruction is not enabled".
_WITHOUT_SYSTEM = re.compile(r"gemma-[123]")


def encode(request: ChatRequest) -> Json:
    """Return the body to post."""
    system = [{"text": one.content} for one in request.messages if one.role == "system" and one.content]
    contents: list[Json] = []
    if system and _WITHOUT_SYSTEM.search(request.model.lower()):
        contents.append({"role": "user", "parts": system})
        system = []
    for message in request.messages:
        if message.role != "system":
            _add(contents, "user" if message.role == "user" else "model", _parts(message))
    body: Json = {"contents": contents}
    if system:
        body["systemInstruction"] = {"parts": system}
    config: Json = {}
    if request.max_tokens is not None:
        config["maxOutputTokens"] = request.max_tokens
    if thinking := thinking_config(request.reasoning, request.model):
        config["thinkingConfig"] = thinking
    if config:
        body["generationConfig"] = config
    return body


def _add(contents: list[Json], role: str, parts: list[Json]) -> None:
    """Add a turn. An empty one is refused, and so are two of one role in a row by some models."""
    if not parts:
        return
    if contents and contents[-1]["role"] == role:
        contents[-1]["parts"] += parts
    else:
        contents.append({"role": role, "parts": parts})


def _parts(message: ChatMessage) -> list[Json]:
    """Return the parts of one message; those of an earlier reply as they came.

    Left out are calls, which never got a result, with the thought that led to them; a thought that broke
    off before its answer; and what the provider's own tools did, which it refuses where it is not given them
    again ("Tool type of tool_call part does not match with tool call context").
    """
    kept: list[Json] = []
    thoughts: list[Json] = []
    for part in message.parts:
        match part.head.kind:
            case PartKind.REASONING:
                thoughts += rebuild(part)
            case PartKind.CONTENT if part.text:
                kept += thoughts + rebuild(part)
                thoughts = []
            case PartKind.TOOL:
                thoughts = []
    if not kept and message.content:
        kept.append({"text": message.content})
    return kept
