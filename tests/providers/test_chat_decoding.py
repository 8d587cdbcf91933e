"""One short stream for each way in which hosts of this dialect differ. The comments name who sends it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from chatroom.providers.events import Failed, Finished, UsageReported
from chatroom.providers.transcript import Transcript
from tests.providers.chat_reading import at_random, chunk, document, events_of, in_bytes, opaque_of, read, sse

NOTHING = UsageReported()


class Told(NamedTuple):
    """What a stream means: parts as (kind, text, provenance or name)."""

    parts: list[tuple[str, str, str]]
    usage: UsageReported = NOTHING
    finish: str | None = "stop"
    error: str | None = None


def told(transcript: Transcript) -> Told:
    parts = [
        (str(part.head.kind), part.text, str(part.head.provenance or part.head.name)) for part in transcript.parts()
    ]
    return Told(
        parts,
        transcript.usage,
        None if transcript.finished is None else transcript.finished.reason,
        None if transcript.error is None else transcript.error.kind,
    )


STOP = chunk({}, finish="stop")
RAW = ("reasoning", "Hm.", "raw")
HI = ("content", "Hi.", "")
CALL = {"index": 0, "id": "call_a", "function": {"name": "weather", "arguments": ""}}


def detail(kind: str, **keys: Any) -> dict[str, Any]:
    return {"reasoning_details": [{"type": f"reasoning.{kind}", "index": 0, **keys}]}


ODDITIES: dict[str, tuple[bytes, Told]] = {
    "reasoning under the newer key": (  # OpenRouter, Groq, Cerebras, Ollama, newer vLLM
        sse(chunk({"reasoning": "H"}), chunk({"reasoning": "m."}), chunk({"content": "Hi."}), STOP),
        Told([RAW, HI]),
    ),
    "reasoning under the older key, nulls and empty strings everywhere": (  # DeepSeek
        sse(
            chunk({"role": "assistant", "content": None, "reasoning_content": ""}),
            chunk({"content": None, "reasoning_content": "Hm."}),
            chunk({"content": "Hi.", "reasoning_content": None}),
            chunk({"content": ""}, finish="stop", usage={"prompt_tokens": 6, "completion_tokens": 9}),
        ),
        Told([RAW, HI], UsageReported(6, 9)),
    ),
    "the same thought under both keys counts once": (  # some versions of vLLM
        sse(chunk({"reasoning": "Hm.", "reasoning_content": "Hm."}), chunk({"content": "Hi."}), STOP),
        Told([RAW, HI]),
    ),
    "the same thought under three keys counts once": (  # Moonshot behind a gateway
        sse(chunk({"reasoning": "Hm.", "reasoning_content": "Hm.", **detail("text", text="Hm.")}), STOP),
        Told([RAW]),
    ),
    "thought in details only, no reason given, but [DONE]": (  # Snowflake
        sse(
            chunk({"content": "", **detail("text", text="Hm.", id="reasoning-text-1")}),
            chunk({"content": "Hi.", "refusal": "", "tool_calls": None}),
            {"choices": [], "usage": {"prompt_tokens": 4, "completion_tokens": 7}},
        ),
        Told([RAW, HI], UsageReported(4, 7), finish=None),
    ),
    "a summary is no raw thought": (  # Grok and OpenAI through OpenRouter
        sse(chunk({"reasoning": "Hm.", **detail("summary", summary="Hm.")}), chunk({"content": "Hi."}), STOP),
        Told([("reasoning", "Hm.", "summary"), HI]),
    ),
    "an encrypted thought is a part without text": (  # o3 through OpenRouter
        sse(chunk({"reasoning": None, **detail("encrypted", data="gAAA")}), chunk({"content": "Hi."}), STOP),
        Told([("reasoning", "", "encrypted"), HI]),
    ),
    "a late signature neither cuts the answer nor becomes a part": (  # Claude through OpenRouter
        sse(
            chunk({"reasoning": "Hm.", **detail("text", text="Hm.", signature="")}),
            chunk({"content": "H"}),
            chunk({"content": "", **detail("text", signature="c2ln")}),
            chunk({"content": "i."}),
            STOP,
        ),
        Told([RAW, HI]),
    ),
    "thought, answer and thought again": (
        sse(chunk({"reasoning": "Hm."}), chunk({"content": "Hi."}), chunk({"reasoning": "Hm."}), STOP),
        Told([RAW, HI, RAW]),
    ),
    "tags in the content": (  # Together, Groq in raw format
        sse(*(chunk({"content": text}) for text in ("<th", "ink>Hm", ".</", "think>", "Hi.")), STOP),
        Told([RAW, HI]),
    ),
    "a tag that is never closed": (  # cut by max_tokens
        document({"content": "<think>Hm."}, finish="length"),
        Told([RAW], finish="length"),
    ),
    "text and delta say the same": (  # Together
        sse({"choices": [{"index": 0, "text": "Hi.", "delta": {"content": "Hi."}}]}, STOP),
        Told([HI]),
    ),
    "the message so far beside each delta": (  # Perplexity, with CRLF, comments and no [DONE]
        sse(
            {"choices": [{"delta": {"content": "Hi"}, "message": {"content": "Hi"}}]},
            {"choices": [{"delta": {"content": "."}, "message": {"content": "Hi."}}]},
            {"choices": [{"delta": {}, "message": {"content": "Hi."}, "finish_reason": "stop"}]},
            done=False,
        ).replace(b"\n", b"\r\n"),
        Told([HI]),
    ),
    "a list as content": (  # Mistral
        sse(
            chunk({"content": ""}),
            chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "H"}], "closed": True}]}),
            chunk(
                {
                    "content": [
                        {"type": "thinking", "thinking": [{"type": "text", "text": "m."}]},
                        {"type": "text", "text": "H"},
                    ]
                }
            ),
            chunk({"content": "i."}),
            STOP,
        ),
        Told([RAW, HI]),
    ),
    "chunks without choices": (  # Azure begins and OpenAI ends with them
        sse(
            {"choices": [], "id": "", "prompt_filter_results": []},
            chunk({"content": "Hi."}),
            STOP,
            {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}},
            {"choices": [], "moderation": {}},
        ),
        Told([HI], UsageReported(1, 2)),
    ),
    "a role in every chunk or in none": (  # z.ai; GPUStack
        sse(chunk({"role": "assistant", "content": "H"}), chunk({"role": "assistant", "content": "i."}), STOP),
        Told([HI]),
    ),
    "a second choice is not read": (
        sse({"choices": [{"index": 1, "delta": {"content": "No."}}]}, chunk({"content": "Hi."}), STOP),
        Told([HI]),
    ),
    "a refusal is an answer": (
        sse(chunk({"content": None, "refusal": "Hi."}), STOP),
        Told([HI]),
    ),
    "usage after the reason, which is then null": (  # OpenRouter 2025
        sse(chunk({"content": "Hi."}), STOP, chunk({"content": ""}, usage={"prompt_tokens": 3, "cost": 0.5})),
        Told([HI], UsageReported(3, cost=0.5)),
    ),
    "the reason twice": (  # OpenRouter 2026
        sse(chunk({"content": "Hi."}, finish="length"), chunk({}, finish="stop", usage={"completion_tokens": 3})),
        Told([HI], UsageReported(output=3)),
    ),
    "a reason and no [DONE]": (sse(chunk({"content": "Hi."}), STOP, done=False), Told([HI])),
    "[DONE] and no reason": (sse(chunk({"content": "Hi."})), Told([HI], finish=None)),
    "nothing after [DONE] counts": (sse(chunk({"content": "Hi."}), STOP) + sse(chunk({"content": "No."})), Told([HI])),
    "usage beside the reason": (  # Moonshot
        sse(chunk({"content": "Hi."}), {"choices": [{"finish_reason": "stop", "usage": {"prompt_tokens": 3}}]}),
        Told([HI], UsageReported(3)),
    ),
    "usage at another place": (  # Groq
        sse(chunk({"content": "Hi."}), chunk({}, finish="stop", x_groq={"usage": {"prompt_tokens": 3}})),
        Told([HI], UsageReported(3)),
    ),
    "a call in fragments": (
        sse(
            chunk({"tool_calls": [CALL]}),
            chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"a":'}}]}),
            chunk({"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]}, finish="tool_calls"),
        ),
        Told([("tool", '{"a":1}', "weather")], finish="tool_calls"),
    ),
    "blanks before a call": (  # Moonshot
        sse(chunk({"content": "  "}), chunk({"tool_calls": [CALL]}, finish="tool_calls")),
        Told([("content", "  ", ""), ("tool", "", "weather")], finish="tool_calls"),
    ),
    "a whole answer": (
        document({"content": "Hi.", "reasoning": "Hm.", "tool_calls": [CALL]}, usage={"completion_tokens": 2}),
        Told([RAW, HI, ("tool", "", "weather")], UsageReported(output=2)),
    ),
    "a whole answer without a reason": (document({"content": "Hi."}, finish=None), Told([HI], finish=None)),
    "an error among the chunks, with usage": (  # OpenRouter
        sse(
            chunk({"reasoning": "Hm."}),
            chunk({"content": "Hi."}, finish="error", error={"code": 429, "message": "x"}, usage={"prompt_tokens": 3}),
        ),
        Told([RAW, HI], UsageReported(3), finish=None, error="rate_limited"),
    ),
    "a reason that is a failure": (
        sse(chunk({"content": "Hi."}), chunk({}, finish="error")),
        Told([HI], finish=None, error="failed"),
    ),
    "a machine that gave up": (  # DeepSeek
        sse(chunk({"content": "Hi."}), chunk({}, finish="insufficient_system_resource")),
        Told([HI], finish=None, error="overloaded"),
    ),
    "a model that broke down": (  # z.ai
        sse(chunk({"content": "Hi."}), chunk({}, finish="network_error")),
        Told([HI], finish=None, error="overloaded"),
    ),
    "an event named error": (  # Groq
        sse(chunk({"content": "Hi."}), done=False)
        + b'event: error\ndata: {"error":{"message":"x","code":"tool_use_failed","status_code":400}}\n\n',
        Told([HI], finish=None, error="rejected"),
    ),
    "a line named error": (  # GPUStack
        sse(chunk({"content": "Hi."}), done=False) + b'error: {"code":500,"message":"decode failed"}',
        Told([HI], finish=None, error="overloaded"),
    ),
    "an error after half a tag": (
        sse(chunk({"content": "<think>Hm.</th"}), {"error": {"message": "x", "code": 500}}),
        Told([("reasoning", "Hm.</th", "raw")], finish=None, error="overloaded"),
    ),
    "an error after white space": (
        sse(chunk({"content": "\n\n"}), done=False) + b"data: {broken\n\n",
        Told([("content", "\n\n", "")], finish=None, error="malformed"),
    ),
    "an object that is an error": (  # older vLLM
        sse(chunk({"content": "Hi."}), {"object": "error", "message": "x", "code": 400}),
        Told([HI], finish=None, error="rejected"),
    ),
    "an error instead of an answer, under 200": (
        json.dumps({"error": {"message": "no", "code": 402}}).encode(),
        Told([], finish=None, error="credit"),
    ),
    "cut off between events": (
        sse(chunk({"reasoning": "Hm."}), chunk({"content": "Hi."}), done=False),
        Told([RAW, HI], finish=None, error="cut"),
    ),
    "cut off inside a character": (
        sse(chunk({"content": "Hi."}), chunk({"content": "🦉"}), done=False)[:-12],
        Told([HI], finish=None, error="cut"),
    ),
    "cut off inside a whole answer": (
        document({"content": "Hi."})[:-30],
        Told([], finish=None, error="cut"),
    ),
    "only comments": (b": OPENROUTER PROCESSING\n\n" * 3, Told([], finish=None, error="cut")),
    "nothing at all": (b"", Told([], finish=None, error="cut")),
    "blank lines before the answer": (b"\n\n  " + document({"content": "Hi."}), Told([HI])),
    "a byte order mark before the stream": (b"\xef\xbb\xbf" + sse(chunk({"content": "Hi."}), STOP), Told([HI])),
    "a list": (b'[{"choices": []}]', Told([], finish=None, error="malformed")),
    "a list cut off": (b'[{"choices": [', Told([], finish=None, error="cut")),
    "a web page": (b"<html><body>Welcome</body></html>", Told([], finish=None, error="malformed")),
    "another dialect": (
        b'event: message_start\ndata: {"type":"message_start","message":{}}\n\n',
        Told([], finish=None, error="malformed"),
    ),
    "an event that is not JSON": (
        sse(chunk({"content": "Hi."}), done=False) + b"data: Hello?\n\n" + sse(STOP),
        Told([HI], finish=None, error="malformed"),
    ),
}


@pytest.mark.parametrize("name", ODDITIES)
def test_each_oddity_is_read_alike_however_it_is_cut(name: str) -> None:
    body, expected = ODDITIES[name]
    assert told(read([body])) == expected
    assert told(read(in_bytes(body))) == expected
    for seed in range(10):
        assert told(read(at_random(body, seed))) == expected


@pytest.mark.parametrize("name", ODDITIES)
def test_there_is_one_ending_and_it_comes_last(name: str) -> None:
    body, expected = ODDITIES[name]
    events = events_of([body])
    endings = [i for i, event in enumerate(events) if isinstance(event, Failed | Finished)]
    assert endings == ([len(events) - 1] if expected.finish or expected.error else [])


def test_the_word_of_the_provider_behind_a_gateway_is_kept() -> None:
    body = sse({"choices": [{"delta": {"content": "x"}, "finish_reason": "stop", "native_finish_reason": "end_turn"}]})
    finished = read([body]).finished
    assert finished is not None
    assert (finished.reason, finished.native) == ("stop", "end_turn")


@pytest.mark.parametrize(
    ("native", "reason"),
    [
        ("length", "length"),
        ("MAX_TOKENS", "length"),
        ("model_length", "length"),
        ("model_context_window_exceeded", "length"),
        ("function_call", "tool_calls"),
        ("content_filter", "content_filter"),
        ("SAFETY", "content_filter"),
        ("sensitive", "content_filter"),
        ("refusal", "refusal"),
        ("whatever", "stop"),
    ],
)
def test_reasons_have_one_name_each(native: str, reason: str) -> None:
    finished = read([sse(chunk({}, finish=native))]).finished
    assert finished is not None
    assert (finished.reason, finished.native) == (reason, native)


def test_keys_nobody_knows_and_values_of_the_wrong_type_do_no_harm() -> None:
    strange: dict[str, Any] = {
        "content": {"no": 1},
        "reasoning": ["x"],
        "reasoning_content": 5,
        "reasoning_details": "no",
        "tool_calls": [None, "x", {"function": 3}],
        "refusal": False,
        "obfuscation": "a8Xz",
    }
    body = sse(
        chunk(strange, usage="none", x_groq=[], p="abc"),
        {"choices": [None, 3]},
        {"choices": [{"delta": 7, "finish_reason": 9}], "usage": {"prompt_tokens": "many", "completion_tokens": -1}},
        chunk({"content": "Hi."}),
        STOP,
    )
    assert told(read([body])) == Told([HI])


def test_a_signed_thought_can_be_sent_back_as_it_came() -> None:
    body = sse(
        chunk(detail("text", text="", signature="", format="anthropic-claude-v1")),
        chunk({"reasoning": "H", **detail("text", text="H", format="anthropic-claude-v1")}),
        chunk({"reasoning": "m.", **detail("text", text="m.", format="anthropic-claude-v1")}),
        chunk(detail("text", text="", signature="c2ln", format="anthropic-claude-v1")),
        chunk({"content": "Hi."}),
        STOP,
    )
    transcript = read([body])
    assert opaque_of(transcript) == [
        {"type": "reasoning.text", "index": 0, "text": "Hm.", "signature": "c2ln", "format": "anthropic-claude-v1"}
    ]
    assert transcript.as_json()["opaque"] == 1


def test_a_text_after_an_encrypted_thought_goes_back_with_it() -> None:
    body = sse(
        chunk(detail("encrypted", data="e")),
        chunk({"reasoning": "Hm.", **detail("text", text="Hm.")}),
        chunk({"content": "Hi."}, finish="stop"),
    )
    for ending in (body, body.replace(b"data: [DONE]\n\n", b"")):
        assert [piece["type"] for piece in opaque_of(read([ending]))] == ["reasoning.encrypted", "reasoning.text"]


def test_geminis_signature_on_its_openai_address_is_kept() -> None:
    body = document({"content": "Hi.", "extra_content": {"google": {"thought_signature": "c2ln"}}})
    assert opaque_of(read([body])) == [{"extra_content": {"google": {"thought_signature": "c2ln"}}}]


def test_geminis_signature_on_a_tool_call_stays_with_the_call() -> None:
    extra = {"extra_content": {"google": {"thought_signature": "c2ln"}}}
    other = {"index": 1, "id": "call_b", "function": {"name": "time", "arguments": "{}"}}
    body = sse(chunk({"tool_calls": [CALL | extra, other]}, finish="tool_calls"))
    assert [(part.head.name, part.opaque) for part in read([body]).parts()] == [("weather", [extra]), ("time", [])]
