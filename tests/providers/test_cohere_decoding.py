from __future__ import annotations

from typing import Any

import pytest

from chatroom.providers.events import Finished, UsageReported
from tests.providers.chat_reading import at_random, in_bytes
from tests.providers.reading import Told, compact, events_in, read_in, told

RAW = ("reasoning", "Hm.", "raw")
HI = ("content", "Hi.", "")


def event(kind: str, message: Any = None, **keys: Any) -> bytes:
    delta = {} if message is None else {"delta": {"message": message}}
    return f"event: {kind}\ndata: {compact({'type': kind, **keys, **delta})}\n\n".encode()


def block(index: int, kind: str, *texts: str) -> bytes:
    deltas = (event("content-delta", {"content": {kind: text}}, index=index) for text in texts)
    start = event("content-start", {"content": {"type": kind, kind: ""}}, index=index)
    return b"".join([start, *deltas, event("content-end", index=index)])


def call(index: int, name: str, *arguments: str) -> bytes:
    start = {"id": f"{name}_a", "type": "function", "function": {"name": name, "arguments": ""}}
    deltas = (
        event("tool-call-delta", {"tool_calls": {"function": {"arguments": text}}}, index=index) for text in arguments
    )
    end = event("tool-call-end", index=index)
    return b"".join([event("tool-call-start", {"tool_calls": start}, index=index), *deltas, end])


def end(reason: str | None = "COMPLETE", **keys: Any) -> bytes:
    return event("message-end", delta={"finish_reason": reason, **keys}) + b"data: [DONE]\n\n"


def whole(message: Any, **keys: Any) -> bytes:
    return compact({"id": "a", "message": message, **keys}).encode()


START = event("message-start", {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []})
USAGE = {
    "billed_units": {"input_tokens": 1, "output_tokens": 2},
    "tokens": {"input_tokens": 6.0, "output_tokens": 9.0, "reasoning_tokens": 4},
}
COUNTED = UsageReported(6, 9, 4)
CITED = event("citation-start", {"citations": {"start": 0, "end": 2, "text": "Hi"}}, index=0)
CALLS = [{"id": "a", "type": "function", "function": {"name": "weather", "arguments": '{"city":1}'}}] * 2

ODDITIES: dict[str, tuple[bytes, Told]] = {
    "thought, then an answer with citations": (
        START + block(0, "thinking", "H", "m.") + block(1, "text", "Hi", ".") + CITED + end(usage=USAGE),
        Told([RAW, HI], COUNTED),
    ),
    "each block is a part": (
        START + block(0, "thinking", "Hm.") + block(1, "thinking", "Hm.") + block(2, "text", "Hi.") + end(),
        Told([RAW, RAW, HI]),
    ),
    "a plan after thought": (
        block(0, "thinking", "Hm.") + event("tool-plan-delta", {"tool_plan": "Hm."}) + call(0, "time", "{}") + end(),
        Told([RAW, RAW, ("tool", "{}", "time")]),
    ),
    "calls that all have the same index": (
        call(0, "weather", "1") + call(0, "time", "2") + end("TOOL_CALL"),
        Told([("tool", "1", "weather"), ("tool", "2", "time")], finish="tool_calls"),
    ),
    "what comes after the end": (block(0, "text", "Hi.") + end() + block(1, "text", "Ho.") + end(), Told([HI])),
    "a plan before the calls of tools": (
        START
        + event("tool-plan-delta", {"tool_plan": "H"})
        + event("tool-plan-delta", {"tool_plan": "m."})
        + call(0, "weather", '{"city', '":1}')
        + call(1, "time", "{}")
        + end("TOOL_CALL"),
        Told([RAW, ("tool", '{"city":1}', "weather"), ("tool", "{}", "time")], finish="tool_calls"),
    ),
    "calls in a list, as documented": (
        START
        + event("tool-call-start", {"tool_calls": [CALLS[0]]}, index=0)
        + event("tool-call-start", {"tool_calls": []}, index=1)
        + end("TOOL_CALL"),
        Told([("tool", '{"city":1}', "weather"), ("tool", "", "")], finish="tool_calls"),
    ),
    "a block that begins with text": (
        event("content-start", {"content": {"type": "text", "text": "Hi."}}, index=0) + end(),
        Told([HI]),
    ),
    "events without names, and the type last": (
        b'data: {"delta":{"message":{"content":{"text":"Hi."}}},"type":"content-delta"}\n\n' + end(),
        Told([HI]),
    ),
    "a whole answer": (
        whole(
            {
                "role": "assistant",
                "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Hi."}],
            },
            finish_reason="COMPLETE",
            usage=USAGE,
        ),
        Told([RAW, HI], COUNTED),
    ),
    "a whole answer that calls tools": (
        whole(
            {"content": [{"type": "thinking", "thinking": "Hm."}], "tool_plan": "Hm.", "tool_calls": CALLS},
            finish_reason="TOOL_CALL",
        ),
        Told([RAW, RAW, *[("tool", '{"city":1}', "weather")] * 2], finish="tool_calls"),
    ),
    "a whole answer whose content is text, without a reason": (whole({"content": "Hi."}), Told([HI], finish=None)),
    "an answer that was cut at its length": (block(0, "text", "Hi.") + end("MAX_TOKENS"), Told([HI], finish="length")),
    "an answer that a stop sequence ended": (block(0, "text", "Hi.") + end("STOP_SEQUENCE"), Told([HI])),
    "a generation that failed": (
        block(0, "text", "Hi.") + end("ERROR", error="The model broke.", usage=USAGE),
        Told([HI], COUNTED, finish=None, error="failed"),
    ),
    "a generation that failed without a word": (end("ERROR"), Told([], finish=None, error="failed")),
    "a generation that took too long": (
        block(0, "text", "Hi.") + end("TIMEOUT"),
        Told([HI], finish=None, error="overloaded"),
    ),
    "an error in mid-stream": (
        block(0, "thinking", "Hm.") + b'event: error\ndata: {"message":"internal error","id":"a"}\n\n',
        Told([RAW], finish=None, error="failed"),
    ),
    "an error with status 200": (b'{"id":"a","message":"no"}', Told([], finish=None, error="failed")),
    "an error as of another dialect": (b'{"error":{"code":"429"}}', Told([], finish=None, error="rate_limited")),
    "a stream that stops before its end": (
        START + block(0, "thinking", "Hm."),
        Told([RAW], finish=None, error="cut"),
    ),
    "a stream that is done without a reason": (
        block(0, "text", "Hi.") + b"data: [DONE]\n\n",
        Told([HI], finish=None),
    ),
    "only billed units": (end(usage={"billed_units": {"input_tokens": 1}}), Told([])),
    "a web page": (b"<html>Hi.</html>", Told([], finish=None, error="malformed")),
    "another dialect": (b'{"choices":[]}', Told([], finish=None, error="malformed")),
    "keys of the wrong kind": (
        b"".join(
            event(kind, wrong, index=wrong) + event(kind, {"content": wrong, "tool_plan": wrong}) + event(kind)
            for kind in ("content-start", "content-delta", "content-end", "tool-plan-delta", "debug", "new")
            for wrong in (None, 3, [], {}, True)
        )
        + event("content-delta", {"content": {"text": 3, "thinking": ["Hm."]}})
        + end("COMPLETE", usage={"tokens": []}),
        Told([]),
    ),
}


@pytest.mark.parametrize("oddity", ODDITIES)
def test_an_oddity_means_what_it_should_however_it_is_cut(oddity: str) -> None:
    body, should = ODDITIES[oddity]
    assert told(read_in("cohere", [body])) == should
    assert told(read_in("cohere", in_bytes(body))) == should
    for seed in range(5):
        assert told(read_in("cohere", at_random(body, seed))) == should


def test_the_end_is_told_when_it_comes_and_once() -> None:
    assert events_in("cohere", [end()]) == [Finished("stop", "COMPLETE")]


def test_what_the_provider_says_of_a_failure_is_shown() -> None:
    error = read_in("cohere", [end("ERROR", error="The model broke.")]).error
    assert error is not None and error.message == "The model broke."
