"""One short stream for each way in which hosts of this dialect differ. The comments name who sends it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatroom.providers.events import Failed, Finished, UsageReported
from tests.providers.chat_reading import at_random, in_bytes
from tests.providers.responses_reading import (
    Told,
    added,
    delta,
    end,
    ended,
    events_of,
    message,
    on,
    read,
    response,
    say,
    sse,
    thought,
    told,
)

RAW = ("reasoning", "Hm.", "raw")
SUMMARY = ("reasoning", "Hm.", "summary")
HIDDEN = ("reasoning", "", "hidden")
ENCRYPTED = ("reasoning", "", "encrypted")
HI = ("content", "Hi.", "")
USAGE = {"input_tokens": 3, "output_tokens": 9, "output_tokens_details": {"reasoning_tokens": 5}}
WEATHER = {"call_id": "call_a", "name": "weather"}

ODDITIES: dict[str, tuple[bytes, Told]] = {
    "an answer, told in deltas and three times whole": (
        sse(
            {"type": "response.created", "response": response(status="in_progress", usage=None)},
            added(0, "message", content=[]),
            on("content_part.added", content_index=0, part={"type": "output_text", "text": ""}),
            say("H"),
            say("i."),
            on("output_text.done", content_index=0, text="Hi."),
            on("content_part.done", content_index=0, part={"type": "output_text", "text": "Hi."}),
            ended(0, **message("Hi.")),
            end(message("Hi."), usage=USAGE),
        ),
        Told([HI], UsageReported(3, 9, 5)),
    ),
    "a summary in two blocks": (
        sse(
            added(0, "reasoning", encrypted_content="provisional", summary=[]),
            delta("reasoning_summary_text", "Hm."),
            delta("reasoning_summary_text", "**So**", index=1),
            ended(0, **thought("Hm.", "**So**", encrypted_content="e")),
            say("Hi.", 1),
            end(),
        ),
        Told([("reasoning", "Hm.**So**", "summary"), HI]),
    ),
    "raw thought": (  # DeepSeek, LM Studio, Bedrock
        sse(
            added(0, "reasoning", content=[]),
            on("reasoning_part.added", content_index=0, part={"type": "reasoning_text", "text": ""}),
            delta("reasoning_text", "H"),
            delta("reasoning_text", "m."),
            say("Hi.", 1),
            end(),
        ),
        Told([RAW, HI]),
    ),
    "what Claude shows of its thought is a summary": (  # OpenRouter
        sse(
            {"type": "response.created", "response": {"model": "anthropic/claude-sonnet-4.5"}},
            delta("reasoning_text", "Hm."),
            say("Hi.", 1),
            end(),
        ),
        Told([SUMMARY, HI]),
    ),
    "thought of an unknown kind is not taken for raw, nor missed for want of an index": (  # OpenRouter's guide
        sse(
            {"type": "response.reasoning.delta", "delta": "H"},
            {"type": "response.reasoning.delta", "delta": "m."},
            say("Hi.", 1),
            end(thought("Hm."), message("Hi.")),
            done=True,
        ),
        Told([SUMMARY, HI]),
    ),
    "events of OpenRouter's guide": (
        sse(
            {"type": "response.content_part.delta", "output_index": 0, "content_index": 0, "delta": "Hi."},
            {"type": "response.done", "response": {"status": "completed", "usage": {"input_tokens": 1}}},
            done=True,
        ),
        Told([HI], UsageReported(1)),
    ),
    "a delta that is an object": (  # a draft of OpenAI's
        sse(
            {"type": "response.reasoning_summary.delta", "output_index": 0, "delta": {"text": "H"}},
            {"type": "response.reasoning_summary.delta", "output_index": 0, "delta": {"text": "m."}},
            end(),
        ),
        Told([SUMMARY]),
    ),
    "thought without text, encrypted and not": (
        sse(
            added(0, "reasoning"),
            ended(0, "reasoning", summary=[]),
            added(1, "reasoning", encrypted_content="provisional"),
            ended(1, "reasoning", summary=[], encrypted_content="e"),
            say("Hi.", 2),
            end(),
        ),
        Told([HIDDEN, ENCRYPTED, HI]),
    ),
    "thought without text that ends after the answer has begun": (
        sse(added(0, "reasoning"), say("H", 1), ended(0, "reasoning", encrypted_content="e"), say("i.", 1), end()),
        Told([HIDDEN, HI]),
    ),
    "thought that ends after the answer": (  # OpenRouter
        sse(
            added(0, "reasoning"),
            delta("reasoning_text", "Hm."),
            added(1, "message"),
            say("H", 1),
            ended(0, "reasoning", content=[{"type": "reasoning_text", "text": "Hm."}]),
            say("i.", 1),
            end(),
        ),
        Told([RAW, HI]),
    ),
    "ids that change with every event": (  # Copilot
        sse(
            added(0, "reasoning", id="a"),
            delta("reasoning_summary_text", "H") | {"item_id": "b"},
            delta("reasoning_summary_text", "m.") | {"item_id": "c"},
            ended(0, **thought("Hm.", id="d")),
            say("Hi.", 1) | {"item_id": "e"},
            end(thought("Hm.", id="f"), message("Hi.", id="g")),
        ),
        Told([SUMMARY, HI]),
    ),
    "the type last, no event names, comments": (  # Bedrock; OpenRouter
        b": OPENROUTER PROCESSING\n\n"
        b'data: {"output_index": 0, "content_index": 1, "delta": "Hi.", "type": "response.output_text.delta"}\n\n'
        b": OPENROUTER PROCESSING\n\n" + sse(end()),
        Told([HI]),
    ),
    "a stream that is taken up in the middle": (  # GET …?starting_after=
        sse(say("Hi."), end()),
        Told([HI]),
    ),
    "two messages, and two texts in one": (
        sse(say("Hi.", 0), say("Hi.", 1), say("Hi.", 1, 1), end()),
        Told([HI, HI, HI]),
    ),
    "what comes without deltas is taken from the end": (
        sse(
            added(0, "reasoning"),
            ended(0, **thought("Hm.")),
            added(1, "function_call", arguments="", **WEATHER),
            on("function_call_arguments.done", 1, arguments='{"a":1}'),  # LM Studio
            ended(1, "function_call", arguments='{"a":1}', **WEATHER),
            end(thought("Hm."), {"type": "function_call", "arguments": '{"a":1}', **WEATHER}, message("Hi.")),
        ),
        Told([SUMMARY, ("tool", '{"a":1}', "weather"), HI], finish="tool_calls"),
    ),
    "a final list that lacks an item": (
        sse(delta("reasoning_text", "Hm."), say("Hi.", 1), end(message("Hi."))),
        Told([RAW, HI]),
    ),
    "all items at index 0": (
        sse(
            added(0, "reasoning"),
            delta("reasoning_text", "Hm."),
            ended(0, "reasoning"),
            added(0, "reasoning"),
            delta("reasoning_text", "Hm."),
            ended(0, "reasoning"),
            say("Hi."),
            end(),
        ),
        Told([RAW, RAW, HI]),
    ),
    "thought, call and answer in many pieces": (
        sse(
            *(delta("reasoning_text", text) for text in "Hm."),
            added(1, "function_call", **WEATHER),
            *(on("function_call_arguments.delta", 1, delta=text) for text in "{}"),
            *(delta("reasoning_text", text, 2) for text in "Hm."),
            *(say(text, 3) for text in "Hi."),
            end(),
        ),
        Told([RAW, ("tool", "{}", "weather"), RAW, HI], finish="tool_calls"),
    ),
    "no index anywhere": (
        sse(
            {"type": "response.reasoning_text.delta", "delta": "H"},
            {"type": "response.in_progress"},
            {"type": "response.reasoning_text.delta", "delta": "m."},
            {"type": "response.output_text.delta", "delta": "H"},
            {"type": "response.in_progress"},
            {"type": "response.output_text.delta", "delta": "i."},
            {"type": "response.reasoning_text.delta", "delta": "Hm."},
            end(thought("Hm."), message("Hi."), thought("Hm.")),
        ),
        Told([RAW, HI, RAW]),
    ),
    "a name that comes late": (
        sse(added(0, "function_call"), ended(0, "function_call", arguments="{}", **WEATHER), end()),
        Told([("tool", "{}", "weather")], finish="tool_calls"),
    ),
    "calls side by side": (
        sse(
            added(0, "function_call", call_id="a", name="one"),
            added(1, "function_call", call_id="b", name="two"),
            on("function_call_arguments.delta", 0, delta='{"a"'),
            on("function_call_arguments.delta", 1, delta="{}"),
            on("function_call_arguments.delta", 0, delta=":1}"),
            end(),
        ),
        Told([("tool", '{"a":1}', "one"), ("tool", "{}", "two")], finish="tool_calls"),
    ),
    "tools that the provider runs want nothing of us": (
        sse(
            added(0, "web_search_call"),
            on("web_search_call.searching"),
            ended(0, "web_search_call", action={"type": "search", "query": "owl"}),
            added(1, "code_interpreter_call", code=""),
            on("code_interpreter_call_code.delta", 1, delta="1+"),
            on("code_interpreter_call_code.delta", 1, delta="1"),
            ended(1, "code_interpreter_call", code="1+1", outputs=[{"type": "logs", "logs": "2"}]),
            added(2, "mcp_call", name="ask", arguments=""),
            on("mcp_call_arguments.delta", 2, delta="{}"),
            ended(2, "mcp_call", name="ask", arguments="{}", output="No."),
            added(3, "custom_tool_call", name="x_keyword_search", call_id="xs_1", input=""),  # xAI
            ended(3, "custom_tool_call", name="x_keyword_search", call_id="xs_1", input="owl"),
            ended(4, "mcp_list_tools", tools=[{"name": "ask"}]),
            ended(5, "function_call_output", output="No."),
            ended(6, "openrouter:datetime"),
            say("Hi.", 7),
            end(),
        ),
        Told(
            [
                ("tool", '{"type":"search","query":"owl"}', "web_search_call"),
                ("tool", "1+1", "code_interpreter_call"),
                ("tool", "{}", "ask"),
                ("tool", "owl", "x_keyword_search"),
                ("tool", "", "mcp_list_tools"),
                ("tool", "", "openrouter:datetime"),
                HI,
            ]
        ),
    ),
    "a refusal is an answer": (
        sse(delta("refusal", "H"), delta("refusal", "i."), end()),
        Told([HI], finish="refusal"),
    ),
    "a refusal in a whole response": (
        json.dumps(response({"type": "message", "content": [{"type": "refusal", "refusal": "Hi."}]})).encode(),
        Told([HI], finish="refusal"),
    ),
    "a whole response": (
        json.dumps(
            response(thought("Hm.", encrypted_content="e"), message("Hi."), usage=USAGE | {"cost": 0.25})
        ).encode(),
        Told([SUMMARY, HI], UsageReported(3, 9, 5, 0.25)),
    ),
    "the same thought in two places counts once": (
        json.dumps(response(thought("Hm.", content=[{"type": "reasoning_text", "text": "Hm."}]))).encode(),
        Told([RAW]),
    ),
    "a summary as a list of strings": (  # OpenRouter's guide
        json.dumps(response({"type": "reasoning", "summary": ["Hm.", "Hm."]}, message("Hi."))).encode(),
        Told([("reasoning", "Hm.Hm.", "summary"), HI]),
    ),
    "a cost in ticks": (  # xAI
        sse(say("Hi."), end(usage={"cost_in_usd_ticks": 5_000_000_000})),
        Told([HI], UsageReported(cost=0.5)),
    ),
    "cut by a limit": (
        sse(say("Hi."), end(status="incomplete", incomplete_details={"reason": "max_output_tokens"})),
        Told([HI], finish="length"),
    ),
    "cut by a filter": (
        sse(say("Hi."), end(status="incomplete", incomplete_details={"reason": "content_filter"})),
        Told([HI], finish="content_filter"),
    ),
    "an error, and then again as the end": (
        sse(
            say("Hi."),
            {"type": "error", "error": {"code": "insufficient_quota", "message": "x"}},
            end(status="failed", error={"code": "insufficient_quota", "message": "x"}),
        ),
        Told([HI], finish=None, error="credit"),
    ),
    "an error that is flat, by the event's name": (
        b'event: error\ndata: {"type":"error","code":"rate_limit_exceeded","message":"x"}\n\n',
        Told([], finish=None, error="rate_limited"),
    ),
    "an error that is not JSON": (b"event: error\ndata: Oh no\n\n", Told([], finish=None, error="failed")),
    "only the end says that it failed, and OpenRouter says why": (
        sse(
            say("Hi."),
            end(status="failed", error={"code": "server_error", "message": "x"}, error_type="authentication"),
        ),
        Told([HI], finish=None, error="authentication"),
    ),
    "a failure without a reason": (sse(end(status="failed", error=None)), Told([], finish=None, error="failed")),
    "cancelled": (sse(say("Hi."), end(status="cancelled")), Told([HI], finish=None, error="failed")),
    "an error under 200": (
        json.dumps({"code": "invalid-argument", "error": "No."}).encode(),
        Told([], finish=None, error="rejected"),
    ),
    "a whole response that is not there yet": (
        json.dumps(response(status="queued")).encode(),
        Told([], finish=None, error="cut"),
    ),
    "[DONE] and no end": (sse(say("Hi."), done=True), Told([HI], finish=None)),
    "nothing after the end counts": (sse(say("Hi."), end(), say("No.")), Told([HI])),
    "cut off": (sse(delta("reasoning_text", "Hm."), say("Hi.", 1)), Told([RAW, HI], finish=None, error="cut")),
    "cut off inside a character": (sse(say("Hi."), say("🦉"))[:-8], Told([HI], finish=None, error="cut")),
    "nothing at all": (b"", Told([], finish=None, error="cut")),
    "a web page": (b"<html><body>Welcome</body></html>", Told([], finish=None, error="malformed")),
    "another dialect": (b'data: {"choices": []}\n\n', Told([], finish=None, error="malformed")),
    "an event that is not JSON": (
        sse(say("Hi.")) + b"data: Hello?\n\n" + sse(end()),
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


def test_only_calls_that_wait_for_a_result_are_tool_calls() -> None:
    body = sse(ended(0, "web_search_call"), ended(1, "function_call", name="weather", arguments="{}"), end())
    assert read([body]).as_json()["tool_calls"] == ["weather"]


def test_keys_nobody_knows_and_values_of_the_wrong_type_do_no_harm() -> None:
    body = sse(
        {"type": ["response.created"], "response": 3},
        {"type": "response.created", "response": "no"},
        {"type": "response.whatever", "obfuscation": "a8Xz"},
        added(0, "reasoning") | {"item": None},
        on("output_item.added", item={"type": 7}),
        say("No.") | {"delta": ["No."]},
        say("Hi.") | {"output_index": "first", "content_index": {}},
        on("function_call_arguments.delta", 9, delta="{}"),
        on("audio.delta", delta="UklGR"),
        ended(1, "reasoning", summary="no", content=[3, None, {"text": 4}], encrypted_content=5),
        end(usage={"input_tokens": "many", "output_tokens": -1}) | {"sequence_number": None},
    )
    assert told(read([body])) == Told([HI, HIDDEN])


def sealed(*events: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The opaque pieces of each part."""
    return [part.opaque for part in read([sse(*events)]).parts()]


def test_a_summary_in_blocks_is_one_part_with_breaks_in_it() -> None:
    stream = sse(*(delta("reasoning_summary_text", text, index=at // 2) for at, text in enumerate("abcdef")), end())
    (part,) = read([stream]).parts()
    assert (part.text, part.breaks, part.blocks) == ("abcdef", [2, 4], ["ab", "cd", "ef"])


def test_the_final_encrypted_content_is_kept_with_the_message_that_follows() -> None:
    assert sealed(
        added(0, "reasoning", id="rs_1", encrypted_content="provisional"),
        delta("reasoning_summary_text", "Hm."),
        delta("reasoning_summary_text", "So.", index=1),
        ended(0, **thought("Hm.", "So.", id="rs_1", encrypted_content="e", status="completed")),
        added(1, "message", id="msg_1", phase="final_answer"),
        say("Hi.", 1),
        end(thought("Hm.", "So.", id="rs_1", encrypted_content="another")),
    ) == [
        [{"type": "reasoning", "id": "rs_1", "encrypted_content": "e", "blocks": ["summary", "summary"]}],
        [{"type": "message", "id": "msg_1", "phase": "final_answer"}],
    ]


def test_each_message_keeps_its_own_name() -> None:
    assert sealed(
        ended(0, "reasoning", encrypted_content="e"),
        added(1, **message("", id="msg_1")),
        say("Hi.", 1),
        added(2, "reasoning"),
        added(3, **message("", id="msg_3")),
        say("Hi.", 3),
        end(),
    )[1:] == [[{"type": "message", "id": "msg_1"}], [], [{"type": "message", "id": "msg_3"}]]


def test_what_is_encrypted_is_kept_with_its_own_thought_or_not_at_all() -> None:
    """It came with the end only, and an event can add to the latest thought alone."""
    assert sealed(
        {"type": "response.reasoning_text.delta", "delta": "Hm."},
        {"type": "response.output_text.delta", "delta": "Hi."},
        {"type": "response.reasoning_text.delta", "delta": "So."},
        {"type": "response.output_text.delta", "delta": "Hi."},
        end(
            *(thought("Hm.", encrypted_content="a"), message("Hi.")),
            *(thought("So.", encrypted_content="b", content=[{"text": "So."}]), message("Hi.")),
        ),
    ) == [[], [], [{"type": "reasoning", "encrypted_content": "b", "blocks": ["content"]}], []]


def test_a_text_that_was_shown_otherwise_than_it_is_kept_is_kept_too() -> None:
    seal = {"type": "reasoning", "encrypted_content": "e", "summary": ["H", "m."], "content": []}
    assert sealed(
        {"type": "response.reasoning.delta", "delta": "Hm."},
        say("Hi.", 1),
        end(thought("H", "m.", encrypted_content="e")),
    ) == [[seal], []]


def test_an_answer_without_encrypted_thought_needs_no_seal() -> None:
    assert sealed(ended(0, **thought("Hm.", id="rs_1")), ended(1, **message("Hi.", id="msg_1")), end()) == [[], []]
