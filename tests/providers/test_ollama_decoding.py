from __future__ import annotations

import json
from typing import Any

import pytest

from chatroom.providers.events import Finished, UsageReported
from tests.providers.chat_reading import at_random, in_bytes
from tests.providers.reading import Told, compact, events_in, read_in, told

RAW = ("reasoning", "Hm.", "raw")
HI = ("content", "Hi.", "")


def line(*, done: bool = False, generate: bool = False, top: dict[str, Any] | None = None, **said: Any) -> bytes:
    message = said if generate else {"message": {"role": "assistant", **said}}
    return f"{compact({'model': 'm', **message, 'done': done, **(top or {})})}\n".encode()


def call(**function: Any) -> dict[str, Any]:
    return {"function": function}


STOP = line(content="", done=True, top={"done_reason": "stop"})
COUNTED = line(
    content="", done=True, top={"done_reason": "stop", "total_duration": 9, "prompt_eval_count": 6, "eval_count": 9}
)
WEATHER = call(name="weather", arguments={"city": "Zürich", "days": [1, 2]})

ODDITIES: dict[str, tuple[bytes, Told]] = {
    "a chat, with its thought apart": (
        line(content="", thinking="H") + line(content="", thinking="m.") + line(content="Hi.") + COUNTED,
        Told([RAW, HI], UsageReported(6, 9)),
    ),
    "an answer to /api/generate": (
        line(generate=True, response="", thinking="Hm.")
        + line(generate=True, response="Hi.")
        + line(generate=True, response="", done=True, top={"context": [1, 2]}),
        Told([RAW, HI]),
    ),
    "thought in tags, from a server that was not asked to think": (
        line(content="<th") + line(content="ink>Hm.</think>") + line(content="Hi.") + STOP,
        Told([RAW, HI]),
    ),
    "thought whose opening tag is in the prompt": (
        line(content="Hm.\n") + line(content="</think>\n") + line(content="Hi.") + STOP,
        Told([("reasoning", "Hm.\n", "raw"), ("content", "\nHi.", "")]),
    ),
    "a tag that never closes, and a reply that was cut at its length": (
        line(content="<think>Hm.") + line(content="", done=True, top={"done_reason": "length"}),
        Told([RAW], finish="length"),
    ),
    "a whole answer": (
        line(content="Hi.", thinking="Hm.", done=True, top={"prompt_eval_count": 6, "eval_count": 9}).strip(),
        Told([RAW, HI], UsageReported(6, 9)),
    ),
    "a whole answer, written over several lines": (
        json.dumps(json.loads(line(content="Hi.", thinking="Hm.", done=True)), indent=2).encode(),
        Told([RAW, HI]),
    ),
    "lines that end in CRLF, and blank lines": (
        b"\n" + line(content="Hi.").replace(b"\n", b"\r\n\r\n") + STOP,
        Told([HI]),
    ),
    "tool calls come whole and without ids, and the reason is still stop": (
        line(content="", thinking="Hm.") + line(content="", tool_calls=[WEATHER, WEATHER]) + STOP,
        Told(
            [RAW, *[("tool", '{"city":"Zürich","days":[1,2]}', "weather")] * 2],
            finish="tool_calls",
        ),
    ),
    "arguments that are text, or nothing": (
        line(tool_calls=[call(name="a", arguments="{}"), call(name="b"), call(), None, 3]) + STOP,
        Told([("tool", "{}", "a"), ("tool", "", "b")], finish="tool_calls"),
    ),
    "a call in the midst of an answer": (
        line(content="Hi.") + line(tool_calls=[WEATHER]) + line(content="Hi.") + STOP,
        Told([HI, ("tool", '{"city":"Zürich","days":[1,2]}', "weather"), HI], finish="tool_calls"),
    ),
    "a model that was only loaded": (
        line(content="", done=True, top={"done_reason": "load"}),
        Told([]),
    ),
    "an error in mid-stream": (
        line(content="", thinking="Hm.") + b'{"error":"an error was encountered while running the model"}\n',
        Told([RAW], finish=None, error="failed"),
    ),
    "an error with status 200": (b'{"error":"model runner has stopped"}', Told([], finish=None, error="failed")),
    "a stream that stops before it is done": (
        line(content="", thinking="Hm.") + line(content="Hi."),
        Told([RAW, HI], finish=None, error="cut"),
    ),
    "a stream that stops in a tag": (
        line(content="<think>Hm.") + line(content="</th"),
        Told([("reasoning", "Hm.</th", "raw")], finish=None, error="cut"),
    ),
    "a stream that stops in a line": (line(content="Hi.") + STOP[:40], Told([HI], finish=None, error="cut")),
    "a document that stops": (b'{\n "message": {\n  "content": "Hi', Told([], finish=None, error="cut")),
    "nothing": (b"", Told([], finish=None, error="cut")),
    "a web page": (b"<html>\n<p>Hi.\n</html>\n", Told([], finish=None, error="malformed")),
    "a web page on one line": (b"<html>Hi.</html>", Told([], finish=None, error="malformed")),
    "another dialect": (b'{"choices":[]}\n', Told([], finish=None, error="malformed")),
    "keys of the wrong kind": (
        b"".join(
            line(top={"message": wrong}) + line(content=wrong, thinking=wrong, tool_calls=wrong)
            for wrong in (None, 3, [], True)
        )
        + line(generate=True, response=["Hi."], thinking={}, done_reason=3, prompt_eval_count="6", eval_count=-1)
        + STOP,
        Told([]),
    ),
    "what comes after the end": (line(content="Hi.") + STOP + line(content="Ho.") + b"<html>\n", Told([HI])),
}


@pytest.mark.parametrize("oddity", ODDITIES)
def test_an_oddity_means_what_it_should_however_it_is_cut(oddity: str) -> None:
    body, should = ODDITIES[oddity]
    assert told(read_in("ollama", [body])) == should
    assert told(read_in("ollama", in_bytes(body))) == should
    for seed in range(5):
        assert told(read_in("ollama", at_random(body, seed))) == should


def test_the_servers_own_word_for_the_end_is_kept() -> None:
    assert events_in("ollama", [STOP]) == [Finished("stop", "stop")]
    assert events_in("ollama", [line(content="", tool_calls=[WEATHER]) + STOP])[-1] == Finished("tool_calls", "stop")


def test_a_tag_after_thought_that_came_apart_stays_text() -> None:
    body = line(thinking="Hm.") + line(content="One writes\n</think>\nto end it.") + STOP
    assert told(read_in("ollama", [body])).parts == [RAW, ("content", "One writes\n</think>\nto end it.", "")]
