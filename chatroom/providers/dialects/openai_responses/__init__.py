"""The dialect `openai-responses`: POST /responses, as OpenAI defined it and others speak it.

What is asked of a model and how its thought goes back differ from host to host: `hosts` knows who wants what.
"""

from __future__ import annotations

from collections.abc import Mapping

from chatroom.providers.dialects.base import Decoder, Encoded, Knobs
from chatroom.providers.dialects.openai_responses.decode import ResponsesDecoder
from chatroom.providers.dialects.openai_responses.encode import encode
from chatroom.providers.dialects.openai_responses.hosts import endpoint, host_of
from chatroom.providers.error_bodies import error_from_response
from chatroom.providers.errors import ProviderError
from chatroom.providers.request import ChatRequest


class OpenAIResponses:
    """See `Dialect`."""

    name = "openai-responses"

    def headers(self, api_key: str | None) -> dict[str, str]:
        """Return the headers that carry the key; a server on one's own machine may want none."""
        return {"Authorization": f"Bearer {api_key}"} if api_key else {}

    def encode(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> Encoded:
        """Put `request` on the wire, in the words of the host at `base_url`."""
        return Encoded(endpoint(base_url), encode(request, base_url), self.headers(api_key))

    def knobs(self, model: str, base_url: str) -> Knobs:
        """Return which settings `encode` can put on the wire for `model` at `base_url`."""
        return host_of(base_url).words.takes(model)

    def decoder(self) -> Decoder:
        """Return a decoder for one answer with status 200."""
        return ResponsesDecoder()

    def error_from(self, status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
        """Return the error that an answer with another status means."""
        return error_from_response(status, headers, body)
