"""A request → the JSON of a response to be made, in the words of the host that gets it.

Nothing is stored at the provider, so every request carries the whole conversation.
"""

from __future__ import annotations

from chatroom.providers.dialects.openai_responses.earlier import reply_items
from chatroom.providers.dialects.openai_responses.hosts import host_of
from chatroom.providers.events import Json
from chatroom.providers.request import ChatRequest


def encode(request: ChatRequest, base_url: str) -> Json:
    """Return the body to post to the host at `base_url`."""
    host = host_of(base_url)
    spoken: list[Json] = []
    for message in request.messages:
        if message.role == "assistant":
            spoken += reply_items(message, host.sent_back, len(spoken))
        else:
            spoken.append({"role": message.role, "content": message.content})
    body: Json = {"model": request.model, "input": spoken, "stream": request.stream, "store": False}
    if host.seals(request.model):
        body["include"] = ["reasoning.encrypted_content"]
    if reasoning := host.words.say(request.reasoning, request.model):
        body["reasoning"] = reasoning
    if request.max_tokens is not None:
        body["max_output_tokens"] = request.max_tokens
    return body
