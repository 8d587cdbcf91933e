"""The dialect `cohere`: POST /v2/chat, as docs.cohere.com/reference/chat defines it.

The base URL is the host, or the host with `/v2`.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from chatroom.providers.dialects.base import Decoder, Encoded, Knobs
from chatroom.providers.dialects.cohere.decode import CohereDecoder
from chatroom.providers.dialects.cohere.encode import encode
from chatroom.providers.dialects.cohere.knobs import takes
from chatroom.providers.error_bodies import error_from_response
from chatroom.providers.errors import ProviderError
from chatroom.providers.request import ChatRequest


class Cohere:
    """See `Dialect`."""

    name = "cohere"

    def headers(self, api_key: str | None) -> dict[str, str]:
        """Return the headers that carry the key."""
        return {"Authorization": f"Bearer {api_key}"} if api_key else {}

    def encode(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> Encoded:
        """Put `request` on the wire; there is one host, and its models have the same words."""
        versioned = urlsplit(base_url).path.rstrip("/").endswith("/v2")
        return Encoded("/chat" if versioned else "/v2/chat", encode(request), self.headers(api_key))

    def knobs(self, model: str, base_url: str) -> Knobs:
        """Return which settings `encode` can put on the wire for `model`."""
        return takes(model)

    def decoder(self) -> Decoder:
        """Return a decoder for one answer with status 200."""
        return CohereDecoder()

    def error_from(self, status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
        """Return the error that an answer with another status means."""
        return error_from_response(status, headers, body)
