"""Server-sent events without I/O: bytes in, events out.

The rules are those of the HTML standard (§9.2.6), with three allowances for what providers send:
an event that the end of the stream cuts off before its blank line is delivered by `flush`; a line
`error: …`, to the standard an unknown field, is delivered as an event named `error` (GPUStack ends a
broken stream so); and a body may be one JSON document instead, see `dialects.framing`.

Lines end with LF, CRLF or CR and with nothing else: U+2028 and U+0085 are legal inside JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from chatroom.providers.errors import ProviderError

#: An event larger than this, in bytes, is no event. The largest seen in the wild: 15 kB of search results.
MAX_EVENT_BYTES = 16 * 1024 * 1024

_LINE_END = re.compile(rb"\r\n?|\n")


class ServerSentEvent(NamedTuple):
    """One event: its name ("" where none was given) and its data, lines joined with LF."""

    name: str
    data: str


class SSEDecoder:
    """Decodes one stream. Cut the bytes anywhere: the events are the same.

    The work is linear in the bytes however they are cut: an unfinished line only grows, and only
    what is new in it is searched for its end.
    """

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._max = max_event_bytes
        self._line = bytearray()  # the unfinished line
        self._size = 0  # bytes kept of the event so far, unfinished line included
        self._after_cr = False
        self._name = ""
        self._data: list[str] = []
        self._error: list[str] = []
        #: Whether a line came that is no field of an event stream: the body is something else.
        self.foreign = False

    def feed(self, data: bytes) -> Iterator[ServerSentEvent]:
        """Take some bytes, yield the events they complete; to be consumed before the next call.

        Raises ProviderError (malformed) where an event is larger than `max_event_bytes`.
        """
        if self._after_cr and data:
            self._after_cr = False
            if data.startswith(b"\n"):
                data = data[1:]
        start = 0
        for end in _LINE_END.finditer(data):
            self._append(data[start : end.start()])
            yield from self._read_line()
            start = end.end()
        if start < len(data):
            self._append(data[start:])
        elif data.endswith(b"\r"):
            self._after_cr = True

    def flush(self) -> Iterator[ServerSentEvent]:
        """Say that no more bytes will come; yield the event that was under way, if any."""
        if self._line:
            yield from self._read_line()
        yield from self._dispatch()

    def _append(self, piece: bytes) -> None:
        self._line += piece
        self._size += len(piece)
        if self._size > self._max:
            raise ProviderError("malformed", f"The provider sent an event larger than {self._max} bytes.")

    def _read_line(self) -> Iterator[ServerSentEvent]:
        if not self._line:
            yield from self._dispatch()
            return
        # A line is whole here, so a character is never cut: no incremental decoder is needed.
        field, _, value = self._line.decode("utf-8", "replace").partition(":")
        length = len(self._line)
        self._line.clear()
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._name = value
        elif field == "error":
            self._error.append(value)
        else:
            self._size -= length  # comments may come for ever
            self.foreign = self.foreign or field not in ("", "id", "retry")

    def _dispatch(self) -> Iterator[ServerSentEvent]:
        name, data, error = self._name, self._data, self._error
        self._name, self._data, self._error = "", [], []
        self._size = 0
        if data:
            yield ServerSentEvent(name, "\n".join(data))
        if error:
            yield ServerSentEvent("error", "\n".join(error))
