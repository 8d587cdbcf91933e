from __future__ import annotations

from typing import Any

import pytest

from chatroom.providers.dialects import DIALECTS
from chatroom.providers.events import Failed, Finished, OpaquePiece, Provenance, ReasoningDelta, UsageReported
from tests.providers.chat_reading import at_random, in_bytes, opaque_of
from tests.providers.reading import Told, compact, events_in, read_in, told

SUMMARY = ("reasoning", "Hm.", "summary")
RAW = ("reasoning", "Hm.", "raw")
HIDDEN = ("reasoning", "", "hidden")
REDACTED = ("reasoning", "", "redacted")
HI = ("content", "Hi.", "")


def event(kind: str, **keys: Any) -> bytes:
    # Anthropic pads its lines with blanks.
    return f"event: {kind}\ndata: {compact({'type': kind, **keys})}    \n\n".encode()


def start(model: str | None = "claude-sonnet-4-5", **usage: Any) -> bytes:
    return event("message_start", message={"type": "message", "model": model, "content": [], "usage": usage})


def block(index: int, begun: dict[str, Any], *deltas: dict[str, Any]) -> bytes:
    return b"".join(
        [
            event("content_block_start", index=index, content_block=begun),
            PING,
            *(event("content_block_delta", index=index, delta=delta) for delta in deltas),
            event("content_block_stop", index=index),
        ]
    )


def thought(index: int, *texts: str, signature: str = "c2ln") -> bytes:
    deltas: list[dict[str, Any]] = [{"type": "thinking_delta", "thinking": text} for text in texts]
    if signature:
        deltas.append({"type": "signature_delta", "signature": signature})
    return block(index, {"type": "thinking", "thinking": "", "signature": ""}, *deltas)


def text(index: int, *texts: str) -> bytes:
    return block(index, {"type": "text", "text": ""}, *({"type": "text_delta", "text": text} for text in texts))


def call(index: int, name: str, *arguments: str, kind: str = "tool_use") -> bytes:
    begun = {"type": kind, "id": f"id_{index}", "name": name, "input": {}}
    deltas = ({"type": "input_json_delta", "partial_json": piece} for piece in ("", *arguments))
    return block(index, begun, *deltas)


def result(index: int, of: int, kind: str = "web_search_tool_result") -> bytes:
    return block(index, found(of, kind))


def found(of: int, kind: str = "web_search_tool_result") -> dict[str, Any]:
    return {"type": kind, "tool_use_id": f"id_{of}", "content": [{"type": "web_search_result", "title": "Hello"}]}


def end(reason: str | None = "end_turn", **usage: Any) -> bytes:
    return event("message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage=usage) + STOP


def whole(*blocks: dict[str, Any], **keys: Any) -> bytes:
    message = {"type": "message", "model": "claude-sonnet-4-5", "content": blocks, "stop_reason": "end_turn"}
    return compact(message | keys).encode()


PING = event("ping")
STOP = event("message_stop")
OVERLOADED = event("error", error={"details": None, "type": "overloaded_error", "message": "Overloaded"})
SIGNED = {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}
SAID = {"type": "text", "text": "Hi."}

ODDITIES: dict[str, tuple[bytes, Told]] = {
    "a thought that is signed late, and an answer": (
        start() + thought(0, "H", "m.") + text(1, "Hi", ".") + end(),
        Told([SUMMARY, HI]),
    ),
    "the thought of Claude 3.7 is raw": (start("claude-3-7-sonnet-20250219") + thought(0, "Hm.") + end(), Told([RAW])),
    "the thought of another maker's model is raw": (
        start("gpt-oss:20b") + thought(0, "Hm.", signature="") + end("max_tokens"),
        Told([RAW], finish="length"),
    ),
    "a thought of nobody knows whom does not pass for raw": (
        start(None) + thought(0, "Hm.", signature="") + text(1, "Hi.") + end(),
        Told([SUMMARY, HI]),
    ),
    "a thought that is omitted, but signed": (start() + thought(0) + text(1, "Hi.") + end(), Told([HIDDEN, HI])),
    "a thought of which nothing comes at all": (
        start() + thought(0, signature="") + text(1, "Hi.") + end(),
        Told([HI]),
    ),
    "thoughts withheld": (
        start()
        + thought(0, "Hm.")
        + block(1, {"type": "redacted_thinking", "data": "ZGF0YQ=="})
        + block(2, {"type": "redacted_thinking", "data": "ZGF0YTI="})
        + thought(3, "Hm.")
        + text(4, "Hi.")
        + end(),
        Told([SUMMARY, REDACTED, REDACTED, SUMMARY, HI]),
    ),
    "thoughts one after another are parts of their own": (
        start() + thought(0, "Hm.") + thought(1, "Hm.", signature="") + thought(2) + thought(3) + end(),
        Told([SUMMARY, SUMMARY, HIDDEN, HIDDEN]),
    ),
    "a sentence in several blocks is one part": (
        start()
        + text(0, "H")
        + block(1, {"type": "text", "text": "i", "citations": []}, {"type": "citations_delta", "citation": {}})
        + text(2, ".")
        + end(),
        Told([HI]),
    ),
    "a tool of ours": (
        start() + thought(0, "Hm.") + call(1, "weather", '{"ci', 'ty":1}') + call(2, "time") + end("tool_use"),
        Told([SUMMARY, ("tool", '{"city":1}', "weather"), ("tool", "", "time")], finish="tool_calls"),
    ),
    "tools of the provider's, and thoughts and text around them": (
        start()
        + thought(0, "Hm.")
        + text(1, "Hi.")
        + call(2, "web_search", '{"query":"x"}', kind="server_tool_use")
        + result(3, 2)
        + thought(4, "Hm.")
        + call(5, "ask", kind="mcp_tool_use")
        + result(6, 5, "mcp_tool_result")
        + text(7, "H")
        + text(8, "i.")
        + end(),
        Told(
            [SUMMARY, HI, ("tool", '{"query":"x"}', "web_search"), SUMMARY, ("tool", "", "ask"), HI],
        ),
    ),
    "a result of a call that was never made": (start() + result(0, 7) + text(1, "Hi.") + end(), Told([HI])),
    "a refusal before the first word": (start() + end("refusal"), Told([], finish="refusal")),
    "counts that grow, and keep what is not mentioned": (
        start(input_tokens=5, output_tokens=1)
        + text(0, "Hi.")
        + end(input_tokens=8, output_tokens=9, output_tokens_details={"thinking_tokens": 4}),
        Told([HI], UsageReported(8, 9, 4)),
    ),
    "counts of output only, at the end": (
        start(input_tokens=5, output_tokens=1, cache_read_input_tokens=3) + text(0, "Hi.") + end(output_tokens=9),
        Told([HI], UsageReported(5, 9)),
    ),
    "a reason, and once more without": (
        start() + text(0, "Hi.") + event("message_delta", delta={"stop_reason": "max_tokens"}) + end(None),
        Told([HI], finish="length"),
    ),
    "no reason at the end": (start() + text(0, "Hi.") + STOP, Told([HI], finish=None)),
    "cut off after the reason": (
        start() + text(0, "Hi.") + end(output_tokens=9).removesuffix(STOP) + b"event: message_st",
        Told([HI], UsageReported(output=9)),
    ),
    "[DONE] at the end": (start() + text(0, "Hi.") + end() + b"data: [DONE]\n\n", Told([HI])),
    "[DONE] in place of an end": (
        start() + text(0, "Hi.") + b"data: [DONE]\n\n",
        Told([HI], finish=None, error="cut"),
    ),
    "anything after the end": (start() + text(0, "Hi.") + end() + OVERLOADED + text(1, "Hi."), Told([HI])),
    "an error between the words": (
        start(input_tokens=5, output_tokens=1) + thought(0, "Hm.") + text(1, "Hi.") + OVERLOADED,
        Told([SUMMARY, HI], UsageReported(5, 1), finish=None, error="overloaded"),
    ),
    "an error of which only the name tells": (
        start() + text(0, "Hi.") + b"event: error\ndata: upstream went away\n\n",
        Told([HI], finish=None, error="failed"),
    ),
    "an error instead of an answer, under 200": (
        compact({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}).encode(),
        Told([], finish=None, error="overloaded"),
    ),
    "an error without a type": (
        start() + b'data: {"error":{"type":"rate_limit_error","message":"x"}}\n\n',
        Told([], finish=None, error="rate_limited"),
    ),
    "cut off inside an answer": (start() + text(0, "Hi.")[:-20], Told([HI], finish=None, error="cut")),
    "cut off inside a thought": (
        start() + thought(0, "Hm.").replace(b"signature_delta", b"x"),
        Told([SUMMARY], finish=None, error="cut"),
    ),
    "nothing at all": (b"", Told([], finish=None, error="cut")),
    "only pings": (PING + PING, Told([], finish=None, error="cut")),
    "another dialect": (
        b'data: {"choices":[{"delta":{"content":"Hi."}}]}\n\n',
        Told([], finish=None, error="malformed"),
    ),
    "a web page": (b"<html><body>Welcome</body></html>", Told([], finish=None, error="malformed")),
    "an event that is not JSON": (
        start() + text(0, "Hi.") + b"data: Hello?\n\n" + end(),
        Told([HI], finish=None, error="malformed"),
    ),
    "a whole message": (
        whole(SIGNED, SAID, usage={"input_tokens": 6, "output_tokens": 9, "output_tokens_details": {}}),
        Told([SUMMARY, HI], UsageReported(6, 9)),
    ),
    "a whole message with everything in it": (
        whole(
            {"type": "thinking", "thinking": "", "signature": "c2ln"},
            {"type": "redacted_thinking", "data": "ZGF0YQ=="},
            {"type": "server_tool_use", "id": "id_0", "name": "web_search", "input": {"query": "x"}},
            found(0),
            {"type": "text", "text": "H"},
            {"type": "text", "text": "i."},
            {"type": "tool_use", "id": "id_1", "name": "weather", "input": {"city": "Köln"}},
            stop_reason="tool_use",
        ),
        Told(
            [HIDDEN, REDACTED, ("tool", '{"query": "x"}', "web_search"), HI, ("tool", '{"city": "Köln"}', "weather")],
            finish="tool_calls",
        ),
    ),
    "a whole message without type or reason": (b'{"content":[{"type":"text","text":"Hi."}]}', Told([HI], finish=None)),
    "a whole message cut off": (whole(SAID)[:-30], Told([], finish=None, error="cut")),
    "a document that is no message": (b'{"object":"list","data":[]}', Told([], finish=None, error="malformed")),
}


@pytest.mark.parametrize("name", ODDITIES)
def test_each_oddity_is_read_alike_however_it_is_cut(name: str) -> None:
    body, expected = ODDITIES[name]
    assert told(read_in("anthropic", [body])) == expected
    assert told(read_in("anthropic", in_bytes(body))) == expected
    for seed in range(10):
        assert told(read_in("anthropic", at_random(body, seed))) == expected


@pytest.mark.parametrize("name", ODDITIES)
def test_there_is_one_ending_and_it_comes_last(name: str) -> None:
    body, expected = ODDITIES[name]
    events = events_in("anthropic", [body])
    endings = [i for i, event in enumerate(events) if isinstance(event, Failed | Finished)]
    assert endings == ([len(events) - 1] if expected.finish or expected.error else [])


def test_a_refusal_is_explained_in_the_providers_words() -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": "It was blocked\nunder a policy."}
    streamed = event("message_delta", delta={"stop_reason": "refusal", "stop_details": details}) + STOP
    for body in (start() + streamed, whole(stop_reason="refusal", stop_details=details)):
        finished = read_in("anthropic", [body]).finished
        assert finished == Finished("refusal", "refusal", "It was blocked under a policy.")


@pytest.mark.parametrize(
    ("native", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("pause_turn", "pause"),
        ("refusal", "refusal"),
        ("compaction", "stop"),
    ],
)
def test_reasons_have_one_name_each(native: str, reason: str) -> None:
    for body in (start() + end(native), whole(stop_reason=native)):
        finished = read_in("anthropic", [body]).finished
        assert finished is not None
        assert (finished.reason, finished.native) == (reason, native)


@pytest.mark.parametrize(
    ("status", "native", "message", "kind"),
    [
        (400, "invalid_request_error", "prompt is too long: 3333404 tokens > 200000 maximum", "rejected"),
        (400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.", "credit"),
        (401, "authentication_error", "invalid x-api-key", "authentication"),
        (402, "billing_error", "x", "credit"),
        (404, "not_found_error", "model: claude-x", "rejected"),
        (413, "request_too_large", "x", "rejected"),
        (429, "rate_limit_error", "x", "rate_limited"),
        (500, "api_error", "x", "overloaded"),
        (504, "timeout_error", "x", "overloaded"),
        (529, "overloaded_error", "Overloaded", "overloaded"),
    ],
)
def test_failures_are_told_apart(status: int, native: str, message: str, kind: str) -> None:
    body = compact({"type": "error", "error": {"type": native, "message": message}, "request_id": "req_x"}).encode()
    error = DIALECTS["anthropic"].error_from(status, {}, body)
    assert (error.kind, error.status, error.message == message) == (kind, status, kind != "authentication")
    assert error.retryable is (kind in ("overloaded", "rate_limited"))


def test_tools_that_the_provider_runs_wait_for_nobody() -> None:
    body = start() + call(0, "web_search", kind="server_tool_use") + call(1, "weather") + end("tool_use")
    assert read_in("anthropic", [body]).as_json()["tool_calls"] == ["weather"]


def test_what_is_signed_is_kept_once_and_with_its_own_thought() -> None:
    body = start() + thought(0, "Hm.") + thought(1, signature="c2ln2") + text(2, "Hi.") + end()
    for cut in (body, body.removesuffix(end()) + OVERLOADED):
        parts = read_in("anthropic", [cut]).parts()
        assert [part.opaque for part in parts] == [
            [{"type": "thinking", "signature": "c2ln"}],
            [{"type": "thinking", "signature": "c2ln2"}],
            [],
        ]
    unended = body.partition(event("content_block_stop", index=1))[0]
    for ending in (b"", end(), OVERLOADED):
        assert len(opaque_of(read_in("anthropic", [unended, ending]))) == 2


def test_a_thought_that_is_omitted_is_told_when_its_block_ends() -> None:
    decoder = DIALECTS["anthropic"].decoder()
    decoder.feed(start())
    assert decoder.feed(thought(0)) == [
        ReasoningDelta("", Provenance.HIDDEN),
        OpaquePiece({"type": "thinking", "signature": "c2ln"}, Provenance.HIDDEN),
    ]


def test_counts_are_told_when_they_change() -> None:
    body = start(input_tokens=5) + event("message_delta", usage={"input_tokens": 5}) + end(output_tokens=9)
    counts = [event for event in events_in("anthropic", [body]) if isinstance(event, UsageReported)]
    assert counts == [UsageReported(5), UsageReported(5, 9)]


def test_what_is_withheld_is_kept_as_it_came() -> None:
    withheld = {"type": "redacted_thinking", "data": "ZGF0YQ=="}
    assert opaque_of(read_in("anthropic", [start() + block(0, withheld) + end()])) == [withheld]


def test_results_stay_in_their_order_behind_the_call_that_came_last() -> None:
    body = (
        start()
        + thought(0, "Hm.")
        + call(1, "code", kind="server_tool_use")
        + call(2, "search", '{"query":"x"}', kind="server_tool_use")
        + result(3, 2)
        + text(4, "Hi.")
        + result(5, 1, "code_execution_tool_result")
        + text(6, "Hi.")
        + end()
    )
    _, code, search, *answers = read_in("anthropic", [body]).parts()
    assert code.opaque == [{"type": "server_tool_use", "id": "id_1", "name": "code"}]
    assert search.opaque == [
        {"type": "server_tool_use", "id": "id_2", "name": "search"},
        found(2),
        found(1, "code_execution_tool_result"),
    ]
    assert [answer.text for answer in answers] == ["Hi.", "Hi."]


def test_keys_nobody_knows_and_values_of_the_wrong_type_do_no_harm() -> None:
    strange: list[dict[str, Any]] = [
        {"type": "text_delta", "text": 5},
        {"type": "thinking_delta", "thinking": None},
        {"type": "signature_delta", "signature": ["x"]},
        {"type": "input_json_delta", "partial_json": "{}"},
        {"type": "compaction_delta", "content": "x"},
        {"type": 7},
    ]
    body = b"".join(
        [
            event("message_start", message="x"),
            start(input_tokens="many", output_tokens=-1, output_tokens_details=3),
            *(event("content_block_delta", index=[1], delta=delta) for delta in strange),
            event("content_block_delta", delta="x"),
            event("content_block_delta"),
            event("content_block_start", content_block=None),
            event("content_block_start", content_block={"type": {"a": 1}}),
            event("content_block_start", index={}, content_block={"type": "thinking", "thinking": 1, "signature": 2}),
            event("content_block_start", content_block={"type": "container_upload", "file_id": "f"}),
            event("content_block_stop", index="x"),
            event("vertex_event", a=1),
            event("message_delta", delta=None, usage=[]),
            event("message_delta", delta={"stop_reason": 4}),
            text(0, "Hi."),
            end(),
        ]
    )
    assert told(read_in("anthropic", [body])) == Told([HI])
    for content in (None, "x", [None, 3, {"type": "text", "text": []}]):
        assert told(read_in("anthropic", [whole(content=content)])).parts == []


def test_calls_without_an_index_or_an_id_are_told_apart() -> None:
    begun = {"type": "tool_use", "name": "f", "input": {}}
    argument = event("content_block_delta", delta={"type": "input_json_delta", "partial_json": "{}"})
    body = start() + event("content_block_start", content_block=begun | {"id": "a"}) + argument
    body += event("content_block_start", content_block=begun | {"id": "b"}) + argument + end("tool_use")
    assert told(read_in("anthropic", [body])).parts == [("tool", "{}", "f")] * 2
    body = start() + block(0, begun) + block(1, begun) + end("tool_use")
    assert told(read_in("anthropic", [body])).parts == [("tool", "", "f")] * 2


def test_a_streamed_message_and_a_whole_one_mean_the_same() -> None:
    streamed = start() + thought(0, "H", "m.") + text(1, "H", "i.") + end(input_tokens=1, output_tokens=2)
    body = whole(SIGNED, SAID, usage={"input_tokens": 1, "output_tokens": 2})
    assert read_in("anthropic", [streamed]).as_json() == read_in("anthropic", [body]).as_json()
