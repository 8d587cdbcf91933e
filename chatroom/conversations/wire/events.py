"""The body of an answer → its events with their times, for a person who reads it.

Not how the room reads an answer (the dialects do that) but how it shows one: nothing is judged, and
nothing is lost. The pieces are cut, never changed: joined they are the body, to the byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from chatroom.conversations.wire.json_text import is_json


class Framing(Enum):
    """What a body is made of."""

    EVENTS = "server-sent events"
    LINES = "a JSON document a line"
    WHOLE = "one document"


@dataclass(frozen=True, slots=True)
class WireEvent:
    """A piece of a body, and when it was complete: milliseconds since the request was sent."""

    at: int
    data: bytes


#: So much of a body is looked at to tell what it is made of.
BEGINNING_BYTES = 64 * 1024

_FIELDS = (b"data", b"event", b"id", b"retry", b"")
_LINE_END = re.compile(r"\r\n|\n|\r")


def framing_of(content_type: str, beginning: bytes) -> Framing:
    """What a body is made of, by how it begins: what hosts write into Content-Type is often not true."""
    beginning = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    line, end, rest = beginning.partition(b"\n")
    if beginning[:1] in (b"{", b"["):
        several = "ndjson" in content_type or (end and rest.strip() and is_json(line))
        return Framing.LINES if several else Framing.WHOLE
    field, colon, _ = line.partition(b":")
    if "event-stream" in content_type or (colon and field in _FIELDS):
        return Framing.EVENTS
    return Framing.WHOLE


def split(pieces: Iterable[tuple[int, bytes]], framing: Framing) -> Iterator[WireEvent]:
    """Cut a body that came in `pieces` of (milliseconds, bytes) into events; hardly more is read than is taken.

    An event ends with its blank line; a comment that stands between events is one by itself; further
    blank lines belong to what stands before them.
    """
    if framing is Framing.WHOLE:
        return _whole(pieces)
    return _grouped(_lines(pieces), one_a_line=framing is Framing.LINES)


def _whole(pieces: Iterable[tuple[int, bytes]]) -> Iterator[WireEvent]:
    at, body = 0, bytearray()
    for came, data in pieces:
        at = came
        body += data
    if body:
        yield WireEvent(at, bytes(body))


def _lines(pieces: Iterable[tuple[int, bytes]]) -> Iterator[WireEvent]:
    """Lines with their ends, which are LF, CRLF or CR; the last may have none."""
    at = 0
    begun: list[bytes] = []  # pieces of a line that goes on
    held = b""  # a CR that may be half of a pair
    for at, data in pieces:
        data = held + data
        data, held = (data[:-1], b"\r") if data.endswith(b"\r") else (data, b"")
        for line in data.splitlines(keepends=True):
            begun.append(line)
            if line.endswith((b"\n", b"\r")):
                yield WireEvent(at, b"".join(begun))
                begun.clear()
    if rest := b"".join([*begun, held]):
        yield WireEvent(at, rest)


def _grouped(lines: Iterable[WireEvent], *, one_a_line: bool) -> Iterator[WireEvent]:
    at = 0
    group: list[bytes] = []
    said, complete = False, False
    for line in lines:
        blank = not line.data.strip(b"\r\n")
        if complete and not blank:
            yield WireEvent(at, b"".join(group))
            group.clear()
            said = complete = False
        if not complete:
            at = line.at
            comment = not said and line.data.startswith(b":")
            said |= not blank
            complete = said and (blank or comment or one_a_line)
        group.append(line.data)
    if group:
        yield WireEvent(at, b"".join(group))


@dataclass(frozen=True, slots=True)
class Reading:
    """What an event says: its name ("" where it has none), and its data as text."""

    name: str
    text: str


def read(event: WireEvent, framing: Framing) -> Reading:
    """Read one event. Of a comment the name is `comment`; lines that are no field are data, too."""
    text = event.data.decode("utf-8", "replace")
    if framing is not Framing.EVENTS:
        return Reading("", text.strip())
    name, data, comments = "", [], []
    for line in _LINE_END.split(text):  # not splitlines: U+2028 is legal inside JSON
        if not line:
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif not field:
            comments.append(value)
        elif field not in ("id", "retry"):
            data.append(line)
    if not data:
        return Reading(name or "comment", "\n".join(comments))
    return Reading(name, "\n".join(data))
