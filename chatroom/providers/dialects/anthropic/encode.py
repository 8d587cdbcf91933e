"""A request → the JSON of a message to be written."""

from __future__ import annotations

from chatroom.providers.dialects.anthropic import knobs
from chatroom.providers.dialects.anthropic.claude import facts_of
from chatroom.providers.dialects.anthropic.earlier import has_thoughts, reply_blocks
from chatroom.providers.events import Json
from chatroom.providers.request import ChatMessage, ChatRequest


def encode(request: ChatRequest) -> Json:
    """Return the body to post. `max_tokens` must be in it: the most that the model writes, if nobody says less."""
    facts = facts_of(request.model)
    max_tokens = request.max_tokens or facts.most
    thinking = knobs.thinking(request.reasoning, facts, max_tokens)
    messages = _messages(request.messages, thoughts=knobs.is_on(thinking, facts))
    body: Json = {
        "model": request.model,
        "max_tokens": max_tokens,
        "messages": messages,
        "stream": request.stream,
    }
    if system := "\n\n".join(one.content for one in request.messages if one.role == "system" and one.content.strip()):
        body["system"] = system
    if thinking is not None:
        if facts.binds and has_thoughts(messages):
            knobs.bind_loosely(thinking)
        body["thinking"] = thinking
    if (effort := knobs.effort(request.reasoning, facts)) is not None:
        body["output_config"] = {"effort": effort}
    return body


def _messages(said: tuple[ChatMessage, ...], *, thoughts: bool) -> list[Json]:
    """Return what was said in turn. Nothing is said without a word, and nobody speaks twice in a row."""
    messages: list[Json] = []
    for message in said:
        if message.role == "system":
            continue
        content: str | list[Json] = []
        if message.role == "assistant":
            content = reply_blocks(message.parts, thoughts=thoughts, goes_on=message is said[-1])
        content = content or message.content
        if isinstance(content, str) and not content.strip():
            continue
        if messages and messages[-1]["role"] == message.role:
            content = _as_blocks(messages.pop()["content"]) + _as_blocks(content)
        messages.append({"role": message.role, "content": content})
    return messages


def _as_blocks(content: str | list[Json]) -> list[Json]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content
