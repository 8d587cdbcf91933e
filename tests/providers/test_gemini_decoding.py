from __future__ import annotations

from typing import Any

import pytest

from chatroom.providers.events import Failed, Finished, UsageReported
from tests.providers.chat_reading import at_random, in_bytes
from tests.providers.reading import Told, compact, events_in, read_in, told

HM = {"text": "**Hm**\n\n\n", "thought": True}
HI = {"text": "Hi."}
THOUGHT = ("reasoning", "**Hm**\n\n\n", "summary")
ANSWER = ("content", "Hi.", "")
HIDDEN = ("reasoning", "", "hidden")
CALL = {"functionCall": {"name": "weather", "args": {"city": "Köln", "days": [1]}}}
SEARCH = {"toolCall": {"toolType": "GOOGLE_SEARCH_WEB", "args": {"queries": ["Hi"]}, "id": "a"}}
RAN = ({"executableCode": {"language": "PYTHON", "code": "1"}}, {"codeExecutionResult": {"outcome": "OUTCOME_OK"}})
CANCELLED = '{\n  "error": {\n    "code": 499,\n    "message": "Cancelled.",\n    "status": "CANCELLED"\n  }\n}\n'


def chunk(*parts: Any, finish: str | None = None, usage: Any = None, **top: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], **({"usageMetadata": usage} if usage else {}), **top}


def sse(*chunks: Any) -> bytes:
    return "".join(f"data: {compact(one)}\r\n\r\n" for one in chunks).encode()


def reply(*parts: Any, finish: str = "STOP", **keys: Any) -> bytes:
    """A stream with a chunk for each part, and one more for the end."""
    return sse(*map(chunk, parts), chunk({"text": ""}, finish=finish, **keys))


def signed(part: Any, signature: str) -> dict[str, Any]:
    return {**part, "thoughtSignature": signature}


def counts(prompt: int, candidates: int | None, thoughts: int | None, total: int | None) -> dict[str, int]:
    keys = ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount")
    return {k: n for k, n in zip(keys, (prompt, candidates, thoughts, total), strict=True) if n is not None}


ODDITIES: dict[str, tuple[bytes, Told]] = {
    "the paragraphs of a thought are one part": (
        reply(HM, HM, HI, HI),
        Told([("reasoning", HM["text"] * 2, "summary"), ("content", "Hi.Hi.", "")]),
    ),
    "thought after the answer is another part": (reply(HM, HI, HM), Told([THOUGHT, ANSWER, THOUGHT])),
    "thought and answer in one chunk": (sse(chunk(HM, HI, finish="STOP")), Told([THOUGHT, ANSWER])),
    "whole": (compact(chunk(HM, HI, finish="STOP")).encode(), Told([THOUGHT, ANSWER])),
    "whole, and not saying why it ended": (compact(chunk(HI)).encode(), Told([ANSWER], finish=None)),
    "an array, from a host that does not know alt=sse": (
        f"[{compact(chunk(HM))}\n,\r\n{compact(chunk(HI))},\r\n{compact(chunk(finish='STOP'))}\n]".encode(),
        Told([THOUGHT, ANSWER]),
    ),
    "an array that is cut off": (
        f"[{compact(chunk(HM))}\n,\r\n{compact(chunk(HI, finish='STOP'))},\r\n{{'candi".encode(),
        Told([THOUGHT, ANSWER], finish=None, error="cut"),
    ),
    "an empty array": (b"[]", Told([], finish=None, error="malformed")),
    "STOP in every chunk": (sse(chunk(HI, finish="STOP"), chunk(HI, finish="STOP")), Told([("content", "Hi.Hi.", "")])),
    "no role, no parts, no content, no candidate": (
        sse(
            {"candidates": [{"content": {"parts": [HI]}}]},
            {"candidates": [{"content": {"role": "model"}}]},
            {"candidates": [{"index": 0}]},
            {"candidates": [], "usageMetadata": counts(3, None, None, 3)},
            {"usageMetadata": {"trafficType": "ON_DEMAND"}},
            {"candidates": [{"finishReason": "STOP"}]},
        ),
        Told([ANSWER], UsageReported(3)),
    ),
    "keys of other types": (
        sse(
            {"candidates": "Hi"},
            {"candidates": [None], "usageMetadata": [], "promptFeedback": "no"},
            {"candidates": [{"content": "Hi", "finishReason": 1}]},
            {"candidates": [{"content": {"parts": {"text": "Hi"}}}]},
            chunk(None, "Hi", {"text": 1}, {"text": None, "thought": 1}, {"functionCall": "f"}, {"functionCall": None}),
            chunk(signed({"text": "Hi.", "thought": "true"}, ""), finish="STOP", usage={"promptTokenCount": "3"}),
        ),
        Told([ANSWER]),
    ),
    "other candidates": (
        sse(
            {"candidates": [{"index": 1, "content": {"parts": [HM]}, "finishReason": "SAFETY"}]},
            {"candidates": [{"index": 1, "content": {"parts": [HM]}}, {"index": 0, "content": {"parts": [HI]}}]},
            {"candidates": [{"content": {"parts": [HI]}, "finishReason": "STOP"}, {"index": 1}]},
        ),
        Told([("content", "Hi.Hi.", "")]),
    ),
    "calls, whole": (
        reply(HM, signed(CALL, "a"), CALL, {"functionCall": {"name": "now"}}),
        Told(
            [
                THOUGHT,
                ("tool", '{"city":"Köln","days":[1]}', "weather"),
                ("tool", '{"city":"Köln","days":[1]}', "weather"),
                ("tool", "{}", "now"),
            ],
            finish="tool_calls",
        ),
    ),
    "the provider's own tools come between two answers": (
        reply(HI, *RAN, {"text": ""}, HI),
        Told([ANSWER, ANSWER]),
    ),
    "the provider's own tools come first": (reply(signed(SEARCH, "a"), HI), Told([HIDDEN, ANSWER])),
    "a blocked prompt": (
        sse({"promptFeedback": {"blockReason": "SAFETY", "safetyRatings": []}}),
        Told([], finish="content_filter"),
    ),
    "a prompt that was looked at": (
        sse(chunk(HI, finish="STOP", promptFeedback={"safetyRatings": []})),
        Told([ANSWER]),
    ),
    "blocked on the way": (reply(HI, finish="PROHIBITED_CONTENT"), Told([ANSWER], finish="content_filter")),
    "out of tokens in mid-thought": (
        sse(chunk(HM), chunk(finish="MAX_TOKENS", usage=counts(9, None, 500, 509))),
        Told([THOUGHT], UsageReported(9, None, 500), finish="length"),
    ),
    "a call that is none": (reply(HM, finish="MALFORMED_FUNCTION_CALL"), Told([THOUGHT], finish="error")),
    "an end that nobody knows": (reply(HI, finish="BRAND_NEW"), Told([ANSWER], finish="error")),
    "a gateway's [DONE]": (reply(HI) + b"data: [DONE]\n\n", Told([ANSWER])),
    "an error after the events": (
        sse(chunk(HI, finish="STOP")) + CANCELLED.encode(),
        Told([ANSWER], finish=None, error="failed"),
    ),
    "an error after the events, in a list": (
        sse(chunk(HI)) + f"[{CANCELLED}]".encode(),
        Told([ANSWER], finish=None, error="failed"),
    ),
    "an error that is cut off": (
        sse(chunk(HI, finish="STOP")) + CANCELLED[:40].encode(),
        Told([ANSWER], finish=None, error="cut"),
    ),
    "an error as an event": (
        sse(chunk(HI), {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}),
        Told([ANSWER], finish=None, error="overloaded"),
    ),
    "an error instead of an answer": (CANCELLED.encode(), Told([], finish=None, error="failed")),
    "cut off": (sse(chunk(HM), chunk(HI)), Told([THOUGHT, ANSWER], finish=None, error="cut")),
    "cut off in an event, after a STOP": (
        sse(chunk(HI, finish="STOP"), chunk(HI, finish="STOP"))[:-30],
        Told([ANSWER], finish=None, error="cut"),
    ),
    "nothing": (b"", Told([], finish=None, error="cut")),
    "a web page": (b"<html>\n<p>Hello\n</html>\n", Told([], finish=None, error="malformed")),
    "another dialect": (
        sse({"choices": [{"delta": {"content": "Hi."}}]}),
        Told([], finish=None, error="malformed"),
    ),
    "not JSON": (b"data: Hi.\n\n" + reply(HI), Told([], finish=None, error="malformed")),
}


@pytest.mark.parametrize("name", ODDITIES)
def test_it_is_read_as_meant_however_it_is_cut(name: str) -> None:
    body, meant = ODDITIES[name]
    for pieces in ([body], in_bytes(body), at_random(body, seed=1), at_random(body, seed=2)):
        assert told(read_in("gemini", pieces)) == meant


def test_the_end_is_told_last_and_once_in_the_provider_s_words() -> None:
    events = events_in("gemini", [reply(HI, finish="STOP", usage=counts(3, 4, None, 7)) * 2])
    assert [event for event in events if isinstance(event, Finished | Failed)] == [Finished("stop", "STOP")]
    assert events[-1] == Finished("stop", "STOP")
    blocked = sse({"promptFeedback": {"blockReason": "OTHER"}})
    assert events_in("gemini", [blocked]) == [Finished("content_filter", "BLOCKED:OTHER")]


@pytest.mark.parametrize(
    ("usage", "reported"),
    [
        (counts(9, 134, 1067, 1210), UsageReported(9, 1201, 1067)),  # beside the answer
        (counts(9, 134, 100, 143), UsageReported(9, 134, 100)),  # a host has added them
        (counts(9, 134, 1067, None), UsageReported(9, 1201, 1067)),
        (counts(9, 7, None, 16), UsageReported(9, 7, None)),
        (counts(9, 7, 0, 16), UsageReported(9, 7, 0)),
        (counts(9, None, 78, 87), UsageReported(9, None, 78)),
        (counts(9, 4, 6, 29) | {"toolUsePromptTokenCount": 10}, UsageReported(9, 10, 6)),
        (counts(9, 10, 6, 29) | {"toolUsePromptTokenCount": 10}, UsageReported(9, 10, 6)),
    ],
)
def test_thoughts_are_counted_inside_the_output(usage: Any, reported: UsageReported) -> None:
    assert read_in("gemini", [reply(HI, usage=usage)]).usage == reported


def test_each_count_replaces_the_one_before() -> None:
    chunks = [chunk(HI, usage=counts(9, n, 78, 87 + n)) for n in (1, 1, 2)]
    body = sse(*chunks, chunk(finish="STOP", usage=counts(87, None, 78, 165)))
    reports = [event for event in events_in("gemini", [body]) if isinstance(event, UsageReported)]
    assert reports == [UsageReported(9, 79, 78), UsageReported(9, 80, 78), UsageReported(87, None, 78)]


SIGNED: dict[str, tuple[bytes, list[tuple[str, list[dict[str, Any]]]]]] = {
    "on the first piece of an answer": (
        reply(HM, signed(HI, "s"), HI),
        [("reasoning", []), ("content", [{"thoughtSignature": "s", "at": 0, "length": 3}])],
    ),
    "on several, counted in characters": (
        reply({"text": "é😀"}, signed({"text": "ñ"}, "s"), HI, signed(HI, "t")),
        [
            (
                "content",
                [
                    {"thoughtSignature": "s", "at": 2, "length": 1},
                    {"thoughtSignature": "t", "at": 6, "length": 3},
                ],
            )
        ],
    ),
    "on an empty part at the end": (
        reply(HM, HI, signed({"text": ""}, "s")),
        [("reasoning", []), ("content", [{"thoughtSignature": "s", "at": 3, "length": 0}])],
    ),
    "before anything is said": (
        reply(signed({"text": ""}, "s"), HI),
        [("reasoning", [{"thoughtSignature": "s", "at": 0, "length": 0}]), ("content", [])],
    ),
    "on a thought, and on an empty part after it": (
        reply(HM, signed(HM, "s"), signed({"text": "", "thought": True}, "t"), HI),
        [
            (
                "reasoning",
                [
                    {"thoughtSignature": "s", "at": 9, "length": 9, "thought": True},
                    {"thoughtSignature": "t", "at": 18, "length": 0, "thought": True},
                ],
            ),
            ("content", []),
        ],
    ),
    "on an empty thought after the answer": (
        reply(HI, signed({"text": "", "thought": True}, "s"), HI),
        [
            ("content", []),
            ("reasoning", [{"thoughtSignature": "s", "at": 0, "length": 0, "thought": True}]),
            ("content", []),
        ],
    ),
    "on calls": (
        reply(signed(CALL, "s"), CALL, signed({"text": ""}, "t")),
        [("tool", [{"thoughtSignature": "s"}]), ("tool", [{"thoughtSignature": "t", "at": 0, "length": 0}])],
    ),
    "after the end of a call that nobody began": (
        reply(HI, {"functionCall": {}}, signed(HI, "s")),
        [("content", [{"thoughtSignature": "s", "at": 3, "length": 3}])],
    ),
    "on what the provider's tools did": (
        reply(HI, *(signed(part, "s") for part in RAN), signed(HI, "t")),
        [
            ("content", [{"thoughtSignature": "s"}] * 2),
            ("content", [{"thoughtSignature": "t", "at": 0, "length": 3}]),
        ],
    ),
}


@pytest.mark.parametrize("name", SIGNED)
def test_a_signature_is_kept_with_its_place(name: str) -> None:
    body, meant = SIGNED[name]
    parts = read_in("gemini", in_bytes(body)).parts()
    assert [(str(part.head.kind), part.opaque) for part in parts] == meant


def partial(*arguments: Any, goes_on: bool = True) -> dict[str, Any]:
    call: dict[str, Any] = {"partialArgs": list(arguments)}
    return {"functionCall": call | ({"willContinue": True} if goes_on else {})}


def value(path: str, kind: str, value: Any, goes_on: bool = False) -> dict[str, Any]:
    return {"jsonPath": path, f"{kind}Value": value} | ({"willContinue": True} if goes_on else {})


BEGIN: dict[str, Any] = {"functionCall": {"name": "f", "willContinue": True}}
END: dict[str, Any] = {"functionCall": {}}


@pytest.mark.parametrize(
    ("parts", "arguments"),
    [
        ([BEGIN, END], ["{}"]),
        ([BEGIN], ["{}"]),
        ([BEGIN, BEGIN, END], ["{}", "{}"]),
        ([END, BEGIN, END, END], ["{}"]),
        (
            [BEGIN, partial(value("$.id", "string", "A", True)), partial(value("$.id", "string", "")), END],
            ['{"id":"A"}'],
        ),
        ([BEGIN, partial(value("$.id", "string", 'A"\n', True)), partial(goes_on=False)], ['{"id":"A\\"\\n"}']),
        ([BEGIN, partial(value("$.a", "string", ""), value("$.b", "string", "")), END], ['{"a":"","b":""}']),
        (
            [BEGIN, partial(value("$.a", "string", "A", True), value("$.b", "bool", False)), END],
            ['{"a":"A","b":false}'],
        ),
        (
            [
                BEGIN,
                partial(value("$.a.b[0].c", "number", 1), value("$.a.b[0].d", "bool", True)),
                partial(value("$.a.b[1].c", "null", "NULL_VALUE"), value("$.a['x.y']", "number", 2.5)),
                partial(
                    value("$.e[0][0]", "string", "ü"), value("$.e[0][1]", "string", "v"), value("$.f", "number", 3)
                ),
                END,
            ],
            ['{"a":{"b":[{"c":1,"d":true},{"c":null}],"x.y":2.5},"e":[["ü","v"]],"f":3}'],
        ),
        ([BEGIN, partial({"jsonPath": "$.a"}, None, {}, value("", "number", 1)), END], ['{"":1}']),
        ([BEGIN, {"functionCall": {"args": {"a": 1}}}], ['{"a":1}']),
        ([partial(value("$.a", "number", 1)), END], ['{"a":1}']),  # nobody named it
    ],
)
def test_arguments_that_come_value_by_value_are_one_object(parts: Any, arguments: list[str]) -> None:
    transcript = read_in("gemini", in_bytes(reply(*parts)))
    assert [part.text for part in transcript.parts()] == arguments
    assert transcript.finished == Finished("tool_calls", "STOP")


def test_arguments_that_are_cut_off_are_not_ended() -> None:
    parts = [BEGIN, partial(value("$.a[0]", "string", "Par", True))]
    assert [part.text for part in read_in("gemini", [sse(*map(chunk, parts))]).parts()] == ['{"a":["Par']
