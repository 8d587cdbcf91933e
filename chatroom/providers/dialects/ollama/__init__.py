"""The dialect `ollama`: POST /api/chat on Ollama's own API, answered in JSON lines.

See docs.ollama.com/api/chat. The base URL is the host; with `/api` behind it, or with the `/v1` of its
OpenAI-compatible API, it is the same server.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from chatroom.providers.dialects.base import Decoder, Encoded, Knobs
from chatroom.providers.dialects.ollama.decode import OllamaDecoder
from chatroom.providers.dialects.ollama.encode import encode
from chatroom.providers.dialects.ollama.knobs import takes
from chatroom.providers.error_bodies import error_from_response
from chatroom.providers.errors import ProviderError
from chatroom.providers.request import ChatRequest

#: From the last segment of a base URL to the endpoint.
_PATHS = {"api": "/chat", "v1": "/../api/chat"}


class Ollama:
    """See `Dialect`."""

    name = "ollama"

    def headers(self, api_key: str | None) -> dict[str, str]:
        """Return the headers that carry the key: ollama.com wants one, a server of one's own none."""
        return {"Authorization": f"Bearer {api_key}"} if api_key else {}

    def encode(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> Encoded:
        """Put `request` on the wire; all hosts have the same words."""
        last = urlsplit(base_url).path.rstrip("/").rpartition("/")[2]
        return Encoded(_PATHS.get(last, "/api/chat"), encode(request), self.headers(api_key))

    def knobs(self, model: str, base_url: str) -> Knobs:
        """Return which settings `encode` can put on the wire for `model`."""
        return takes(model)

    def decoder(self) -> Decoder:
        """Return a decoder for one answer with status 200."""
        return OllamaDecoder()

    def error_from(self, status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
        """Return the error that an answer with another status means."""
        return error_from_response(status, headers, body)
