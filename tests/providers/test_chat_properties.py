from __future__ import annotations

import json
import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chatroom.providers.events import Failed
from tests.providers.chat_reading import chunk, document, events_of, in_bytes, read, sse

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["<think>", "</think>", "<", "\u2028", "\u0085", "\r\n", "🦉", " "]
)
DETAILS = st.sampled_from(
    [
        {"type": "reasoning.text", "text": "a", "index": 0},
        {"type": "reasoning.text", "text": "", "signature": "s", "index": 0},
        {"type": "reasoning.encrypted", "data": "e", "index": 0},
        {"type": "reasoning.summary", "summary": "b", "index": 1},
    ]
)
DELTAS = st.fixed_dictionaries(
    {},
    optional={
        "reasoning": st.none() | WORDS,
        "reasoning_content": WORDS,
        "content": st.none() | WORDS,
        "reasoning_details": st.lists(DETAILS, max_size=2),
        "tool_calls": st.lists(
            st.fixed_dictionaries({"index": st.integers(0, 2), "function": st.just({"name": "f", "arguments": "{}"})})
        ),
    },
)


@given(st.lists(DELTAS, max_size=6), st.booleans(), st.data())
def test_any_cut_of_a_stream_gives_the_same_parts(
    deltas: list[dict[str, Any]], done: bool, data: st.DataObject
) -> None:
    body = sse(*map(chunk, deltas), done=done)
    places = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=12)))
    pieces = [body[a:b] for a, b in zip([0, *places], [*places, len(body)], strict=True)]
    assert read(pieces).as_json() == read([body]).as_json() == read(in_bytes(body)).as_json()


@given(st.lists(WORDS), st.lists(WORDS))
def test_what_the_provider_sends_comes_out_character_for_character(thought: list[str], answer: list[str]) -> None:
    answer = ["A", *answer]  # not a tag, nor white space before one
    body = sse(*(chunk({"reasoning": t}) for t in thought), *(chunk({"content": t}) for t in answer))
    told = read([body]).as_json()
    assert (told["reasoning"], told["content"]) == ("".join(thought), "".join(answer))


@given(st.lists(WORDS))
def test_a_whole_answer_and_a_streamed_one_mean_the_same(content: list[str]) -> None:
    streamed = sse(*(chunk({"content": text}) for text in content), chunk({}, finish="stop"))
    whole = document({"content": "".join(content)})
    assert read([streamed]).as_json() == read([whole]).as_json()


KEYS = (
    *("choices", "delta", "message", "content", "reasoning", "reasoning_details", "tool_calls", "index", "function"),
    *("type", "text", "data", "signature", "usage", "cost", "error", "code", "metadata", "reasons", "raw", "object"),
    *("finish_reason", "arguments", "extra_content", "detail"),
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)
LINES = (
    st.binary(max_size=40)
    | JSON.map(lambda value: sse(chunk(), done=False) + sse(value, done=False))
    | JSON.map(lambda value: sse({"choices": [value]}, done=False))
    | JSON.map(lambda value: sse({"choices": [{"delta": value}]}, done=False))
    | JSON.map(lambda value: sse({"error": value}, done=False))
    | JSON.map(lambda value: b"event: error\n" + sse(value, done=False))
    | st.sampled_from([b"data: ", b"error: ", b"\n\n", b"\r", b'data: "\\ud83d"\n\n', b"data: [DONE]\n\n", b"{", b"["])
)


@given(st.lists(LINES, max_size=6))
def test_no_bytes_whatsoever_raise_and_at_most_one_failure_comes_out(pieces: list[bytes]) -> None:
    events = events_of(pieces)
    assert sum(isinstance(event, Failed) for event in events) <= 1
    transcript = read(pieces).as_json()
    json.dumps(transcript, ensure_ascii=False).encode()  # no half characters, which no database would store


def test_half_of_a_surrogate_pair_becomes_a_replacement_character() -> None:
    body = sse(chunk({"content": "<>"})).replace(b"<>", rb"a\\ud83d \ud83d\ude0a \ud83d")
    assert read([body]).as_json()["content"] == "a\\ud83d 😊 \ufffd"


def test_brackets_nested_too_deeply_are_malformed() -> None:
    for body in (b"[" * 100_000, b"data: " + b"[" * 100_000 + b"\n\n"):
        error = read([body]).error
        assert error is not None
        assert error.kind in ("malformed", "cut")


def test_the_time_for_a_long_reply_grows_with_its_length_only() -> None:
    def seconds(deltas: int) -> float:
        signed = {"type": "reasoning.text", "text": "word ", "index": 0}
        stream = [chunk({"reasoning": "word ", "reasoning_details": [signed]})] * deltas
        stream += [chunk({"reasoning_details": [signed | {"signature": "s"}]})]
        stream += [chunk({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": "word "}}]})] * deltas
        pieces = [sse(one, done=False) for one in stream]
        times = []
        for _ in range(3):
            start = time.process_time()
            read(pieces)
            times.append(time.process_time() - start)
        return min(times)

    assert seconds(8000) < 24 * seconds(1000)  # 8 if linear, 64 if quadratic
