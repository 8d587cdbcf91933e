"""What a body is made of, before any dialect: server-sent events, JSON lines, or one JSON document.

A host answers with a document where streaming was not asked for, where it cannot stream, and where
it reports an error under the wrong status. The first character tells: no line of an event stream
that means anything begins with a brace or a bracket.
"""

from __future__ import annotations

from typing import Protocol

from chatroom.providers.errors import ProviderError
from chatroom.providers.sse import MAX_EVENT_BYTES, ServerSentEvent, SSEDecoder, too_large

_BLANK_OR_BOM = b" \t\r\n\xef\xbb\xbf"


class Framing(Protocol):
    """Cuts a body into events. Cut the bytes anywhere: the events are the same."""

    @property
    def error(self) -> ProviderError | None:
        """Why nothing more is read: a piece was larger than any that means something."""
        ...

    @property
    def document(self) -> bool:
        """Whether the body is one JSON document; it comes out as one event without a name, at the end."""
        ...

    @property
    def foreign(self) -> bytes:
        """The lines (of bounded length) that belong to no event: another kind of body, or a bare error."""
        ...

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """Take some bytes, return the events they complete."""
        ...

    def flush(self) -> list[ServerSentEvent]:
        """Say that no more bytes will come; return the document, or the event that was cut off."""
        ...


class EventFraming:
    """Server-sent events, or a document."""

    def __init__(self) -> None:
        self.document = False
        self._sse = SSEDecoder()
        self._document = bytearray()
        self._too_large: ProviderError | None = None
        self._begun = False

    @property
    def error(self) -> ProviderError | None:
        """See `Framing`."""
        return self._too_large or self._sse.error

    @property
    def foreign(self) -> bytes:
        """See `Framing`."""
        return bytes(self._sse.foreign)

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """See `Framing`."""
        if not self._begun:
            data = data.lstrip(_BLANK_OR_BOM)
            if not data:
                return []
            self._begun = True
            self.document = data[:1] in (b"{", b"[")
        if not self.document:
            return self._sse.feed(data)
        if self._too_large is None:
            self._document += data
            if len(self._document) > MAX_EVENT_BYTES:
                self._too_large = too_large(MAX_EVENT_BYTES)
                self._document.clear()
        return []

    def flush(self) -> list[ServerSentEvent]:
        """See `Framing`."""
        if self.document:
            return [] if self._too_large else [ServerSentEvent("", bytes(self._document))]
        return self._sse.flush()


class LineFraming:
    """JSON lines (application/x-ndjson): every line is an event without a name.

    A body whose first line begins an object and does not end one is a document, written over several lines.
    """

    foreign = b""

    def __init__(self) -> None:
        self.document = False
        self.error: ProviderError | None = None
        self._rest = bytearray()
        self._begun = False

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """See `Framing`."""
        if self.error is not None:
            return []
        events: list[ServerSentEvent] = []
        lines = data.split(b"\n")
        rest = lines.pop()
        if lines:
            if self._rest:
                lines[0] = bytes(self._rest) + lines[0]
                self._rest.clear()
            if not self._begun:
                self._begin(lines)
            if self.document:
                self._rest += b"\n".join([*lines, b""])
            else:
                self._read(lines, events)
        self._rest += rest
        if len(self._rest) > MAX_EVENT_BYTES:
            self._give_up()
        return events

    def flush(self) -> list[ServerSentEvent]:
        """See `Framing`."""
        rest = bytes(self._rest)
        self._rest.clear()
        return [ServerSentEvent("", rest)] if rest.strip() else []

    def _begin(self, lines: list[bytes]) -> None:
        first = next(filter(None, map(bytes.strip, lines)), b"")
        self._begun = first != b""
        self.document = first[:1] in (b"{", b"[") and first[-1:] not in (b"}", b"]")

    def _read(self, lines: list[bytes], events: list[ServerSentEvent]) -> None:
        for line in lines:
            if len(line) > MAX_EVENT_BYTES:
                self._give_up()
                return
            if line.strip():
                events.append(ServerSentEvent("", line))

    def _give_up(self) -> None:
        self.error = too_large(MAX_EVENT_BYTES)
        self._rest.clear()
