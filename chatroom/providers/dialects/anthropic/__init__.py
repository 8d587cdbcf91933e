"""The dialect `anthropic`: POST /v1/messages, as Anthropic defined it and Ollama and others speak it.

See platform.claude.com/docs/en/api/messages. The base URL is the host; with `/v1` behind it, it is the
same one.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from chatroom.providers.dialects.anthropic.claude import facts_of
from chatroom.providers.dialects.anthropic.decode import MessageDecoder
from chatroom.providers.dialects.anthropic.encode import encode
from chatroom.providers.dialects.anthropic.knobs import betas, takes
from chatroom.providers.dialects.base import Decoder, Encoded, Knobs
from chatroom.providers.error_bodies import error_from_response
from chatroom.providers.errors import ProviderError
from chatroom.providers.request import ChatRequest


class Anthropic:
    """See `Dialect`."""

    name = "anthropic"

    def headers(self, api_key: str | None) -> dict[str, str]:
        """Return the headers that carry the key, and the version of the API, without which nothing is answered."""
        version = {"anthropic-version": "2023-06-01"}
        return version | ({"x-api-key": api_key} if api_key else {})

    def encode(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> Encoded:
        """Put `request` on the wire; all hosts have the same words, models differ."""
        body = encode(request)
        versioned = urlsplit(base_url).path.rstrip("/").endswith("/v1")
        return Encoded("/messages" if versioned else "/v1/messages", body, self.headers(api_key) | betas(body))

    def knobs(self, model: str, base_url: str) -> Knobs:
        """Return which settings `encode` can put on the wire for `model`."""
        return takes(facts_of(model))

    def decoder(self) -> Decoder:
        """Return a decoder for one answer with status 200."""
        return MessageDecoder()

    def error_from(self, status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
        """Return the error that an answer with another status means."""
        return error_from_response(status, headers, body)
