"""What a body is made of, before any dialect: server-sent events, or one JSON document.

A host answers with a document where streaming was not asked for, where it cannot stream, and where
it reports an error under the wrong status. The first character tells: no line of an event stream
that means anything begins with a brace or a bracket.
"""

from __future__ import annotations

from collections.abc import Iterator

from chatroom.providers.errors import ProviderError
from chatroom.providers.sse import MAX_EVENT_BYTES, ServerSentEvent, SSEDecoder

_BLANK_OR_BOM = b" \t\r\n\xef\xbb\xbf"


class BodyFraming:
    """Cuts a body into events. A document comes out as one event without a name, at the end."""

    def __init__(self) -> None:
        self._sse = SSEDecoder()
        self._document = bytearray()
        self._begun = False
        #: Whether the body is a document.
        self.document = False

    @property
    def foreign(self) -> bool:
        """Whether the body holds something that is neither an event stream nor JSON."""
        return self._sse.foreign

    def feed(self, data: bytes) -> Iterator[ServerSentEvent]:
        """Take some bytes, yield the events they complete. Raises ProviderError (malformed)."""
        if not self._begun:
            data = data.lstrip(_BLANK_OR_BOM)
            if not data:
                return
            self._begun = True
            self.document = data[:1] in (b"{", b"[")
        if not self.document:
            yield from self._sse.feed(data)
            return
        self._document += data
        if len(self._document) > MAX_EVENT_BYTES:
            raise ProviderError("malformed", f"The provider sent a document larger than {MAX_EVENT_BYTES} bytes.")

    def flush(self) -> Iterator[ServerSentEvent]:
        """Say that no more bytes will come; yield the document, or the event that was cut off."""
        if self.document:
            yield ServerSentEvent("", self._document.decode("utf-8", "replace"))
        else:
            yield from self._sse.flush()
