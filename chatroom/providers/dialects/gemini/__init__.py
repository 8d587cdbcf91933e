"""The dialect `gemini`: POST models/…:streamGenerateContent, on the Gemini API and on Vertex AI.

See ai.google.dev/api/generate-content. The newer Interactions API is another format.
"""

from __future__ import annotations

from collections.abc import Mapping

from chatroom.providers.dialects.base import Decoder, Encoded, Knobs
from chatroom.providers.dialects.gemini.address import path
from chatroom.providers.dialects.gemini.decode import GeminiDecoder
from chatroom.providers.dialects.gemini.encode import encode
from chatroom.providers.dialects.gemini.knobs import takes
from chatroom.providers.error_bodies import error_from_response
from chatroom.providers.errors import ProviderError
from chatroom.providers.request import ChatRequest


class Gemini:
    """See `Dialect`."""

    name = "gemini"

    def headers(self, api_key: str | None) -> dict[str, str]:
        """Return the headers that carry the key. The API takes it in the address too, where logs would show it."""
        return {"x-goog-api-key": api_key} if api_key else {}

    def encode(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> Encoded:
        """Put `request` on the wire; the Gemini API and Vertex AI have the same words."""
        return Encoded(path(base_url, request.model, request.stream), encode(request), self.headers(api_key))

    def knobs(self, model: str, base_url: str) -> Knobs:
        """Return which settings `encode` can put on the wire for `model`."""
        return takes(model)

    def decoder(self) -> Decoder:
        """Return a decoder for one answer with status 200."""
        return GeminiDecoder()

    def error_from(self, status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
        """Return the error that an answer with another status means."""
        return error_from_response(status, headers, body)
