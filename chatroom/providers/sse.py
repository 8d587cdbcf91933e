"""Server-sent events without I/O: bytes in, events out.

The rules are those of the HTML standard (§9.2.6), with three allowances for what providers send:
an event that the end of the stream cuts off before its blank line is delivered by `flush`; a line
`error: …`, to the standard an unknown field, is delivered as an event named `error` (GPUStack ends a
broken stream so); and lines that are no field at all are kept, since some say in a bare JSON object
why the stream ends (Gemini). A body may be one JSON document instead, see `dialects.framing`.

Lines end with LF, CRLF or CR and with nothing else: U+2028 and U+0085 are legal inside JSON.
"""

from __future__ import annotations

from typing import NamedTuple

from chatroom.providers.errors import ProviderError

#: An event larger than this, in bytes, is no event. The largest seen in the wild: 15 kB of search results.
MAX_EVENT_BYTES = 16 * 1024 * 1024

#: Of lines that are no field, so many bytes are kept: an error object, or the head of a web page.
_MAX_FOREIGN_BYTES = 64 * 1024


class ServerSentEvent(NamedTuple):
    """One event: its name ("" where none was given) and its data, undecoded, lines joined with LF."""

    name: str
    data: bytes


def too_large(size: int) -> ProviderError:
    """Return the error for a piece of a body that is larger than `size` bytes."""
    return ProviderError("malformed", f"The provider sent a piece larger than {size} bytes, which no answer needs.")


class SSEDecoder:
    """Decodes one stream. Cut the bytes anywhere: the events are the same.

    The work is linear in the bytes however they are cut: an unfinished line only grows, and only
    what is new is searched for its end. `error` is set when an event is larger than
    `max_event_bytes`; nothing is read after that.
    """

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self.error: ProviderError | None = None
        #: Lines that are no field of an event stream: the body is, or ends in, something else.
        self.foreign = bytearray()
        self._max = max_event_bytes
        self._rest = bytearray()  # the unfinished line
        self._size = 0  # bytes of the event's finished lines
        self._after_cr = False
        self._name = ""
        self._data: list[bytes] = []
        self._error: list[bytes] = []

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """Take some bytes, return the events they complete."""
        if self.error is not None:
            return []
        events: list[ServerSentEvent] = []
        lines = data.split(b"\n")
        rest = lines.pop()
        if self._after_cr or b"\r" in data:
            if not self._after_cr and data.count(b"\r") == len(lines) and all(line[-1:] == b"\r" for line in lines):
                lines = [line[:-1] for line in lines]  # CRLF all through: Gemini
            else:
                lines = self._to_line_feeds(data).split(b"\n")
                rest = lines.pop()
        if lines:
            if self._rest:
                lines[0] = bytes(self._rest) + lines[0]
                self._rest.clear()
            self._read(lines, events)
        if rest:
            self._rest += rest
            if self._size + len(self._rest) > self._max:
                self._give_up()
        return events

    def flush(self) -> list[ServerSentEvent]:
        """Say that no more bytes will come; return the event that was under way, if any."""
        if self.error is not None:
            return []
        events: list[ServerSentEvent] = []
        self._read([bytes(self._rest), b""], events)
        self._rest.clear()
        return events

    def _to_line_feeds(self, data: bytes) -> bytes:
        """Return `data` with every line end written as LF. A pair may have been cut apart: its LF is dropped."""
        if self._after_cr and data[:1] == b"\n":
            data = data[1:]
            self._after_cr = False
        if data:
            self._after_cr = data[-1:] == b"\r"
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _read(self, lines: list[bytes], events: list[ServerSentEvent]) -> None:
        data = self._data
        for line in lines:
            if line[:6] == b"data: ":
                data.append(line[6:])
            elif not line:
                if data:
                    events.append(ServerSentEvent(self._name, data[0] if len(data) == 1 else b"\n".join(data)))
                    data.clear()
                if self._error:
                    events.append(ServerSentEvent("error", b"\n".join(self._error)))
                    self._error = []
                self._name = ""
                self._size = 0
                continue
            elif line[:7] == b"event: ":
                self._name = line[7:].decode("utf-8", "replace")
            elif not self._read_rarer(line):
                continue
            self._size += len(line)
            if self._size > self._max:
                self._give_up()
                return

    def _read_rarer(self, line: bytes) -> bool:
        """Read a line that is seldom seen. Return whether it is kept for the event."""
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match field:
            case b"data":
                self._data.append(value)
            case b"event":
                self._name = value.decode("utf-8", "replace")
            case b"error":
                self._error.append(value)
            case b"" | b"id" | b"retry":  # comments may come for ever
                return False
            case _:
                self.foreign += line[: max(0, _MAX_FOREIGN_BYTES - len(self.foreign))] + b"\n"
                return False
        return True

    def _give_up(self) -> None:
        self.error = too_large(self._max)
        self._rest.clear()
        self._data.clear()
