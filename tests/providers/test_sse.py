from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.providers.sse import SSEDecoder


def decode(*pieces: bytes, bound: int = 1000) -> list[tuple[str, str]]:
    decoder = SSEDecoder(bound)
    events = [event for piece in pieces for event in decoder.feed(piece)] + decoder.flush()
    return [(name, data.decode()) for name, data in events]


def in_bytes(body: bytes) -> list[bytes]:
    return [body[i : i + 1] for i in range(len(body))]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_end_with_lf_crlf_or_cr(end: bytes) -> None:
    body = end.join([b"event: x", b"data: one", b"", b"data: two", b"", b""])
    expected = [("x", "one"), ("", "two")]
    assert decode(body) == expected
    assert decode(*in_bytes(body)) == expected


def test_a_line_never_ends_at_u2028_u0085_or_a_form_feed() -> None:
    text = "a\u2028b\u2029c\u0085d\x0ce\x1cf"
    assert decode(f"data: {text}\n\n".encode()) == [("", text)]


def test_comments_and_empty_events_say_nothing() -> None:
    body = b": OPENROUTER PROCESSING\n\n: ping\n\n\n\ndata: x\n: between\ndata: y\n\nevent: nothing\n\n"
    assert decode(body) == [("", "x\ny")]


def test_one_space_after_the_colon_is_dropped_and_no_more() -> None:
    assert decode(b"data:a\n\ndata: b\n\ndata:  c \n\n") == [("", "a"), ("", "b"), ("", " c ")]


def test_a_field_without_a_colon_has_an_empty_value() -> None:
    assert decode(b"data\ndata\n\n") == [("", "\n")]


def test_a_name_is_forgotten_with_its_event() -> None:
    assert decode(b"event: first\ndata: 1\n\ndata: 2\n\n") == [("first", "1"), ("", "2")]


def test_the_last_event_needs_no_blank_line() -> None:
    assert decode(b"data: whole\n\ndata: torso") == [("", "whole"), ("", "torso")]


def test_an_error_line_is_an_event_of_that_name() -> None:
    assert decode(b'data: x\n\nerror: {"code":500}') == [("", "x"), ("error", '{"code":500}')]
    assert decode(b"data: x\nerror: y\n\n") == [("", "x"), ("error", "y")]


def test_characters_cut_between_bytes_come_out_whole() -> None:
    assert decode(*in_bytes("data: 🦉é漢\n\n".encode())) == [("", "🦉é漢")]


def test_bytes_that_are_not_utf8_come_out_as_they_are() -> None:
    assert SSEDecoder().feed(b"data: a\xffb\n\n") == [("", b"a\xffb")]


def test_lines_that_are_no_field_are_kept() -> None:
    decoder = SSEDecoder()
    decoder.feed(b"id: 1\nretry: 5\n: hello\n")
    assert not decoder.foreign
    decoder.feed(b'{\n  "error": {\n')
    assert decoder.foreign == b'{\n  "error": {\n'


def test_of_lines_that_are_no_field_only_so_many_are_kept() -> None:
    decoder = SSEDecoder()
    for _ in range(1000):
        decoder.feed(b"<p>" + b"x" * 997 + b"\n")
    assert 64_000 < len(decoder.foreign) < 70_000


def test_an_event_beyond_the_bound_is_malformed_and_those_before_it_are_not_lost() -> None:
    decoder = SSEDecoder(max_event_bytes=20)
    assert decoder.feed(b"data: short\n\ndata: " + b"x" * 30) == [("", b"short")]
    assert decoder.error is not None
    assert decoder.error.kind == "malformed"
    assert decoder.feed(b"\n\ndata: later\n\n") == decoder.flush() == []


@pytest.mark.parametrize("size", [1, 7, 100])
def test_many_lines_of_one_event_count_together_towards_the_bound(size: int) -> None:
    decoder = SSEDecoder(max_event_bytes=20)
    body = b"data: abc\n" * 3
    for start in range(0, len(body), size):
        decoder.feed(body[start : start + size])
    assert decoder.error is not None


def test_comments_may_come_for_ever() -> None:
    assert decode(b": keep-alive\n" * 100 + b"data: x\n\n", bound=20) == [("", "x")]


TOKENS = [b"data: a", b"event: b", b": c", b"\r", b"\n", b"\r\n", "é".encode(), b"error: d"]


@given(st.lists(st.sampled_from(TOKENS)), st.data())
def test_any_cut_gives_the_same_events(tokens: list[bytes], data: st.DataObject) -> None:
    body = b"".join(tokens)
    places = sorted(data.draw(st.lists(st.integers(0, len(body)))))
    pieces = [body[a:b] for a, b in zip([0, *places], [*places, len(body)], strict=True)]
    assert decode(*pieces) == decode(body)


def test_the_time_for_single_bytes_grows_with_their_number_only() -> None:
    def seconds(size: int) -> float:
        pieces = in_bytes(b"data: " + b"x" * size + b"\n\n")
        times = []
        for _ in range(3):
            start = time.process_time()
            decode(*pieces, bound=1_000_000)
            times.append(time.process_time() - start)
        return min(times)

    assert seconds(160_000) < 24 * seconds(20_000)  # 8 if linear, 64 if quadratic
