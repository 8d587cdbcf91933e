"""What every decoder promises, whatever its dialect."""

from __future__ import annotations

import gc
import json
import time
import tracemalloc
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatroom.providers.dialects import DIALECTS
from chatroom.providers.events import (
    ContentDelta,
    Failed,
    Finished,
    OpaquePiece,
    ReasoningDelta,
    ToolDelta,
    UsageReported,
)
from tests.providers.chat_reading import in_bytes
from tests.providers.reading import events_in, read_in
from tests.providers.wire import WORDS, broken, cut_texts
from tests.providers.wires import WIRES

every_dialect = pytest.mark.parametrize("dialect", DIALECTS)

#: So that all dialects together stay under half a minute.
few = settings(max_examples=60)

MEGABYTE = 1024 * 1024


def meaning(dialect: str, pieces: Iterable[bytes]) -> Any:
    transcript = read_in(dialect, pieces)
    return transcript.parts(), transcript.finished, transcript.as_json()


def test_every_dialect_is_tried_here() -> None:
    assert WIRES.keys() == DIALECTS.keys()


@every_dialect
@few
@given(data=st.data())
def test_any_cut_of_a_stream_means_the_same(dialect: str, data: st.DataObject) -> None:
    body = b"".join(data.draw(WIRES[dialect].streams()))
    places = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=12)))
    pieces = [body[a:b] for a, b in zip([0, *places], [*places, len(body)], strict=True)]
    whole = meaning(dialect, [body])
    assert meaning(dialect, pieces) == whole
    assert meaning(dialect, in_bytes(body)) == whole


@every_dialect
def test_a_stream_cut_in_two_anywhere_means_the_same(dialect: str) -> None:
    wire = WIRES[dialect]
    body = wire.stream(["Hm. ", "\u2028🦉"], ["</th", "ink>", " \r\n", "Grüße"])
    body = body.replace(b"\n", b"\r\n") + b"".join(map(wire.frame, wire.call({"city": "Zürich "})))
    whole = meaning(dialect, [body])
    for place in range(len(body)):
        assert meaning(dialect, [body[:place], body[place:]]) == whole


@every_dialect
@few
@given(st.lists(WORDS), st.lists(WORDS))
def test_what_the_provider_sends_comes_out_character_for_character(
    dialect: str, thought: list[str], answer: list[str]
) -> None:
    thought = ["T", *thought]  # so that no opening tag can be missing
    answer = ["A", *answer]  # not a tag, nor white space before one
    told = read_in(dialect, [WIRES[dialect].stream(thought, answer)]).as_json()
    assert (told["reasoning"], told["content"]) == ("".join(thought), "".join(answer))
    assert (told["finish_reason"], told["error"]) == ("stop", None)


@every_dialect
@few
@given(cut_texts() | st.just([]), cut_texts())
def test_a_whole_answer_and_a_streamed_one_mean_the_same(dialect: str, thought: list[str], answer: list[str]) -> None:
    wire = WIRES[dialect]
    streamed = read_in(dialect, [wire.stream(thought, answer)]).as_json()
    whole = read_in(dialect, [json.dumps(wire.whole("".join(thought), "".join(answer))).encode()]).as_json()
    for key in ("reasoning", "content", "finish_reason", "error"):
        assert whole[key] == streamed[key]


KEYS = (
    *("choices", "delta", "message", "content", "reasoning", "tool_calls", "index", "function", "arguments", "name"),
    *("type", "text", "data", "signature", "usage", "error", "code", "metadata", "detail", "finish_reason", "id"),
    *("output", "item", "response", "status", "output_index", "summary", "encrypted_content", "content_block"),
    *("candidates", "parts", "thought", "functionCall", "args", "partialArgs", "usageMetadata", "promptFeedback"),
    *("thinking", "done", "done_reason", "eval_count", "tool_plan", "tokens", "stop_reason", "input"),
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=12,
)
PIECES = (
    st.binary(max_size=40)
    | JSON.map(lambda value: f"data: {json.dumps(value)}\n\n".encode())
    | JSON.map(lambda value: f"event: error\ndata: {json.dumps(value)}\n\n".encode())
    | JSON.map(lambda value: f"{json.dumps(value)}\n".encode())
    | JSON.map(lambda value: json.dumps({"error": value}, indent=1).encode())
    | st.sampled_from([b"data: ", b"error: ", b"\n\n", b"\r", b'data: "\\ud83d"\n\n', b"data: [DONE]\n\n", b"{", b"["])
)


def check_events(dialect: str, pieces: Iterable[bytes]) -> None:
    pieces = list(pieces)
    events = events_in(dialect, pieces)
    assert not any(isinstance(event, Failed) for event in events[:-1])
    assert sum(isinstance(event, Finished) for event in events) <= 1
    for event in events:
        match event:
            case ReasoningDelta(text) | ContentDelta(text) | ToolDelta(_, _, text):
                assert type(text) is str
            case OpaquePiece(data):
                assert type(data) is dict
            case UsageReported():
                counts = (event.input, event.output, event.reasoning)
                assert all(count is None or (type(count) is int and count >= 0) for count in counts)
    told = read_in(dialect, pieces).as_json()
    json.dumps(told, ensure_ascii=False).encode()  # no half characters, which no database would store


@every_dialect
@few
@given(st.lists(PIECES, max_size=6))
def test_no_bytes_whatsoever_raise_and_a_failure_is_the_last_that_comes(dialect: str, pieces: list[bytes]) -> None:
    check_events(dialect, pieces)


@every_dialect
def test_nor_does_anything_missing_or_of_another_kind(dialect: str) -> None:
    wire = WIRES[dialect]
    before = b"".join(map(wire.frame, [*wire.opening, wire.thought("Hm.")]))
    after = b"".join([*map(wire.frame, [wire.answer("Hi."), *wire.ending]), wire.last])
    for sample in wire.samples():
        for event in broken(sample):
            check_events(dialect, [before + wire.frame(event) + after])
    for event in broken(wire.whole("Hm.", "Hi.")):
        check_events(dialect, [json.dumps(event).encode()])


@every_dialect
@few
@given(data=st.data())
def test_nor_does_a_stream_into_which_something_has_fallen(dialect: str, data: st.DataObject) -> None:
    pieces = data.draw(WIRES[dialect].streams())
    for _ in range(data.draw(st.integers(0, 2))):
        at = data.draw(st.integers(0, len(pieces)))
        pieces.insert(at, data.draw(PIECES))
    body = bytearray(b"".join(pieces))
    for _ in range(data.draw(st.integers(0, 3))):
        at, length = data.draw(st.integers(0, len(body))), data.draw(st.integers(0, 9))
        body[at : at + length] = data.draw(st.binary(max_size=4))
    check_events(dialect, [bytes(body)])


@every_dialect
def test_half_of_a_surrogate_pair_becomes_a_replacement_character(dialect: str) -> None:
    body = WIRES[dialect].stream(["T"], ["<>"]).replace(b"<>", rb"a\\ud83d \ud83d\ude0a \ud83d")
    assert read_in(dialect, [body]).as_json()["content"] == "a\\ud83d 😊 \ufffd"


@every_dialect
@pytest.mark.parametrize("bracket", [b"[", b'{"a":'])
def test_brackets_nested_too_deeply_are_no_answer(dialect: str, bracket: bytes) -> None:
    for before, after in ((b"", b""), (b"", b"\n"), (b"data: ", b"\n\n")):
        error = read_in(dialect, [before + bracket * 100_000 + after]).error
        assert error is not None
        assert error.kind in ("malformed", "cut")


@every_dialect
def test_brackets_of_any_depth_inside_an_event_do_no_harm(dialect: str) -> None:
    wire = WIRES[dialect]
    body = b"".join(map(wire.frame, [*wire.opening, *wire.turn, *wire.call("deep"), *wire.ending])) + wire.last
    for depth in [10, 199, 500, *range(900, 1010, 3)]:
        check_events(dialect, [body.replace(b'"deep"', b"[" * depth + b"]" * depth)])


TAGS = ("<think>", "</think>", "<think></think>", "\n</think>\n", "<", "```\n</think>\n", " ")


@every_dialect
def test_ten_thousand_tags_are_as_quick_as_any_text(dialect: str) -> None:
    wire = WIRES[dialect]

    def seconds(text: str) -> float:
        tags = b"".join([*map(wire.frame, (*wire.opening, *wire.turn)), wire.frame(wire.answer(text)) * 10_000])
        return quickest(lambda: decode(dialect, [tags]), times=1)

    usual = max(seconds("word "), seconds("word "))
    for text in TAGS:
        # 5,000 if each looked at all before it; the machine may pause for a moment, but hardly three times.
        assert any(seconds(text) < 100 * usual for _ in range(3))


def quickest(work: Callable[[], object], times: int) -> float:
    """The least processor time, in seconds, that `work` took."""

    def once() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return min(once() for _ in range(times))


def decode(dialect: str, pieces: Iterable[bytes]) -> None:
    """Decode and let go of what comes."""
    decoder = DIALECTS[dialect].decoder()
    for piece in pieces:
        decoder.feed(piece)
    decoder.flush()


@every_dialect
def test_two_hundred_thousand_deltas_take_ten_times_as_long_as_a_tenth_of_them(dialect: str) -> None:
    wire = WIRES[dialect]
    mixed = (*wire.call("{}"), wire.thought("word "), wire.answer("word "), *wire.fragments)
    check_growth(dialect, 200_000, mixed)
    check_growth(dialect, 50_000, (wire.answer("word "),))  # which might still turn out to be a thought


def check_growth(dialect: str, deltas: int, kinds: Iterable[Any]) -> None:
    tenth, whole = (list(WIRES[dialect].long(count, *kinds)) for count in (deltas // 10, deltas))
    assert quickest(lambda: decode(dialect, whole), times=1) < 40 * quickest(lambda: decode(dialect, tenth), times=2)


@every_dialect
def test_a_long_stream_takes_no_more_memory_than_a_short_one(dialect: str) -> None:
    wire = WIRES[dialect]

    def peak(deltas: int) -> int:
        gc.collect()
        tracemalloc.start()
        decode(dialect, wire.long(deltas, wire.thought("word "), wire.answer("word ")))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak(10_000) < peak(1_000) + 100_000


@every_dialect
@pytest.mark.parametrize("start", [b"data: ", b"data: {", b"{", b'{"a":"', b"", b": ", b"event: "])
def test_a_line_of_fifty_megabytes_is_refused(dialect: str, start: bytes) -> None:
    tracemalloc.start()
    decoder = DIALECTS[dialect].decoder()
    piece = b"x" * MEGABYTE
    events = [*decoder.feed(start), *(event for _ in range(50) for event in decoder.feed(piece)), *decoder.flush()]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    failed = events[-1]
    assert isinstance(failed, Failed)
    assert failed.error.kind == "malformed"
    assert "larger" in failed.error.message
    assert peak < 64 * MEGABYTE
