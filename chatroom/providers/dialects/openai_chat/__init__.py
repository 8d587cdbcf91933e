"""The dialect `openai-chat`: POST /chat/completions, as OpenAI defined it and many others speak it.

What reasoning is called, how it is asked for and how it is sent back differ from host to host:
`hosts` knows who wants what.
"""

from __future__ import annotations

from collections.abc import Mapping

from chatroom.providers.dialects.base import Decoder, Encoded, Knobs
from chatroom.providers.dialects.openai_chat.decode import ChatDecoder
from chatroom.providers.dialects.openai_chat.encode import encode
from chatroom.providers.dialects.openai_chat.hosts import host_of, takes
from chatroom.providers.error_bodies import error_from_response
from chatroom.providers.errors import ProviderError
from chatroom.providers.request import ChatRequest


class OpenAIChat:
    """See `Dialect`."""

    name = "openai-chat"

    def headers(self, api_key: str | None) -> dict[str, str]:
        """Return the headers that carry the key; a server on one's own machine may want none."""
        return {"Authorization": f"Bearer {api_key}"} if api_key else {}

    def encode(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> Encoded:
        """Put `request` on the wire, in the words of the host at `base_url`."""
        return Encoded("/chat/completions", encode(request, base_url), self.headers(api_key))

    def knobs(self, model: str, base_url: str) -> Knobs:
        """Return which settings `encode` can put on the wire for `model` at `base_url`."""
        return takes(host_of(base_url), model)

    def decoder(self) -> Decoder:
        """Return a decoder for one answer with status 200."""
        return ChatDecoder()

    def error_from(self, status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
        """Return the error that an answer with another status means."""
        return error_from_response(status, headers, body)
