"""Bodies cut into events: to the byte, with the time at which each was complete."""

from __future__ import annotations

import json
import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.conversations.wire.events import Framing, WireEvent, framing_of, read, split

RECORDINGS = os.environ.get("RECORDINGS", "")


def events(body: bytes, framing: Framing = Framing.EVENTS) -> list[bytes]:
    return [event.data for event in split([(0, body)], framing)]


bodies = st.lists(
    st.sampled_from(
        [b"data: a", b"event: x", b": note", b"\n", b"\r\n", b"\r", b"\n\n", b"{}", b"\xe2\x80\xa8", b"\xff"]
    )
).map(b"".join)


@given(bodies, st.data(), st.sampled_from(Framing))
def test_joined_the_events_are_the_body_however_it_was_cut(body: bytes, data: st.DataObject, framing: Framing) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=8)))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    found = list(split(list(enumerate(pieces)), framing))
    assert b"".join(event.data for event in found) == body
    assert [event.data for event in found] == events(body, framing), "the cuts do not matter"
    assert all(a.at <= b.at for a, b in pairwise(found))


def test_single_bytes_make_the_same_events() -> None:
    body = b"event: a\r\ndata: 1\r\n\r\nevent: b\rdata: 2\r\revent: c\ndata: 3\n\n"
    bytewise = list(split([(n, bytes([byte])) for n, byte in enumerate(body)], Framing.EVENTS))
    assert [event.data for event in bytewise] == events(body)
    assert len(bytewise) == 3


def test_an_event_ends_with_its_blank_line() -> None:
    assert events(b"event: a\ndata: 1\n\ndata: 2\r\n\r\ndata: 3\r\rdata: 4") == [
        b"event: a\ndata: 1\n\n",
        b"data: 2\r\n\r\n",
        b"data: 3\r\r",
        b"data: 4",
    ]


def test_comments_between_events_stand_alone_and_blank_lines_belong_to_what_is_before() -> None:
    assert events(b"\n: a\n: b\n\n\ndata: 1\n: in it\n\n\n\ndata: 2\n\n") == [
        b"\n: a\n",
        b": b\n\n\n",
        b"data: 1\n: in it\n\n\n\n",
        b"data: 2\n\n",
    ]


def test_an_event_has_the_time_at_which_it_was_complete() -> None:
    pieces = [(10, b": PROCESS"), (20, b"ING\n"), (30, b"\nda"), (40, b"ta: 1\n"), (50, b"\ndata: 2\n\n"), (60, b"\n")]
    assert list(split(pieces, Framing.EVENTS)) == [
        WireEvent(20, b": PROCESSING\n\n"),
        WireEvent(50, b"data: 1\n\n"),
        WireEvent(50, b"data: 2\n\n\n"),
    ]


def test_a_document_a_line() -> None:
    assert events(b'{"a":1}\n{"a":2}\r\n\n{"a":3}', Framing.LINES) == [b'{"a":1}\n', b'{"a":2}\r\n\n', b'{"a":3}']


def test_a_document_is_one_event_and_nothing_is_none() -> None:
    assert list(split([(1, b'{"a":\n'), (9, b"\n1}")], Framing.WHOLE)) == [WireEvent(9, b'{"a":\n\n1}')]
    assert events(b"", Framing.WHOLE) == events(b"") == events(b"", Framing.LINES) == []


@pytest.mark.parametrize(
    ("content_type", "beginning", "framing"),
    [
        ("text/event-stream", b"data: 1", Framing.EVENTS),
        ("text/event-stream; charset=utf-8", b"\n\n  \nerror: x", Framing.EVENTS),
        ("", b": PROCESSING\n\n", Framing.EVENTS),
        ("application/json", b"event: message_start\ndata: {}", Framing.EVENTS),
        ("text/event-stream", b'{"error": 1}', Framing.WHOLE),
        ("application/json", b'{\n  "a": 1\n}', Framing.WHOLE),
        ("application/json", b'[{"a": 1},\n{"a": 2}]', Framing.WHOLE),
        ("application/json", b'{"a":1}\n', Framing.WHOLE),
        ("application/json", b'{"a":1}\n{"a"', Framing.LINES),
        ("application/x-ndjson", b'{"a"', Framing.LINES),
        ("text/html", b"<html>: data", Framing.WHOLE),
        ("text/plain", b"upstream connect error: reset", Framing.WHOLE),
        ("", b"", Framing.WHOLE),
    ],
)
def test_the_beginning_tells_what_a_body_is(content_type: str, beginning: bytes, framing: Framing) -> None:
    assert framing_of(content_type, beginning) is framing


@pytest.mark.parametrize(
    ("data", "name", "text"),
    [
        (b"event: delta\nid: 7\ndata: {\ndata:  1}\n\n", "delta", "{\n 1}"),
        (b": OPENROUTER PROCESSING\n\n", "comment", "OPENROUTER PROCESSING"),
        (b"event: ping\n\n", "ping", ""),
        ("data: a\u2028b\r\n\r\n".encode(), "", "a\u2028b"),
        (b"error: {}\n", "", "error: {}"),
    ],
)
def test_an_event_is_read_for_people(data: bytes, name: str, text: str) -> None:
    reading = read(WireEvent(0, data), Framing.EVENTS)
    assert (reading.name, reading.text) == (name, text)


@pytest.mark.recordings
@pytest.mark.skipif(not RECORDINGS, reason="RECORDINGS names no folder")
def test_every_recorded_answer_is_cut_to_the_byte_and_into_readable_events() -> None:
    bodies = [*Path(RECORDINGS).glob("*/response.*")]
    assert bodies
    for path in bodies:
        body = path.read_bytes()
        framing = framing_of("", body[:65536])
        found = list(split([(0, body)], framing))
        assert b"".join(event.data for event in found) == body, path
        if path.suffix == ".sse" and framing is Framing.EVENTS:
            datas = [text for event in found if (text := read(event, framing).text).startswith("{")]
            assert datas, path
            for text in datas[:-1]:  # the last one may have been cut off with the recording
                json.loads(text)
