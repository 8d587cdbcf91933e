"""Answers of real providers, served over HTTP as they were recorded: whole, in single bytes, cut at random.

And cut off at every tenth of their length, where what had come must be kept and the end be told. Long ones go over HTTP
in fewer ways, since a chunk on the wire costs both ends more than all that is done with it; their decoder is fed the
single bytes and the random pieces itself, which TCP would only join again.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import aclosing
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatroom.providers.events import Json
from chatroom.providers.parts import Part, PartKind
from chatroom.providers.provider import Provider, stream
from chatroom.providers.request import ChatMessage, ChatRequest
from chatroom.providers.transcript import Transcript
from tests.providers.chat_reading import at_random, in_bytes
from tests.providers.reading import read_in
from tests.support.recordings import RECORDINGS, Recording, recordings

SEEDS = range(1, 21)
SPLITS = ["split=whole", "split=bytes;chunk=1", *(f"split=random;seed={seed}" for seed in SEEDS)]
# From so many bytes on an answer is long.
LONG = 8192
LONG_SPLITS = ["split=whole", "split=bytes;chunk=61", "split=random;seed=1"]

# Where we read an answer otherwise than its `expected.json`, and why.
READ_OTHERWISE: dict[str, Json] = {
    # Its own notes say that there is no agreed expectation. What stands before a bare `</think>` is thought
    # (docs.vllm.ai, qwen3_reasoning_parser: the opening tag is part of the prompt), and no tag may show.
    "think-tags--missing-opening-tag": {
        "reasoning_text": "The user greets me.\n",
        "content_text": "\n\nHello!",
        "order": ["reasoning", "content"],
    },
    # "Cannot be told", since the tokens of the search are in the total too: 427 + 122 + 447 + 771 = 1767.
    "gemini--gemini3flash-filesearch": {"reasoning_in_completion": False},
    # A wrong key, whatever the status says: its body has the reason API_KEY_INVALID.
    "gemini--http400-api-key": {"kind": "authentication"},
}

KINDS = {400: "rejected", 401: "authentication", 402: "credit", 403: "moderated", 404: "rejected"}
KINDS |= {429: "rate_limited", 502: "overloaded"}

pytestmark = [
    pytest.mark.recordings,
    pytest.mark.skipif(not RECORDINGS, reason="RECORDINGS names no folder of recorded answers"),
]


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[Path, str]]:
    """The addresses of the replay servers, by the folder that each serves."""
    tool = Path(RECORDINGS).parent / "tools" / "replay_server.py"
    assert tool.exists(), f"{tool} should serve the recordings"
    addresses: dict[Path, str] = {}
    processes = []
    for folder in {recording.folder for recording in recordings()}:
        process = subprocess.Popen([sys.executable, tool, folder, "--port", "0"], stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout is not None
        addresses[folder] = process.stdout.readline().split()[-1]
    yield addresses
    for process in processes:
        process.terminate()
        process.communicate()


async def replay(recording: Recording, split: str, server: str, client: httpx.AsyncClient) -> Transcript:
    stands_in = Provider("replay", "Replay", recording.dialect, f"{server}{recording.name};{split}/v1")
    request = ChatRequest("recorded", (ChatMessage("user", "Hi."),), stream=recording.read("meta.json")["streaming"])
    transcript = Transcript()
    async with aclosing(stream(stands_in, request, client=client)) as events:
        async for event in events:
            transcript.add(event)
    return transcript


def is_long(recording: Recording) -> bool:
    """Not where it is an error, whose body is read as a whole."""
    return len(recording.body) >= LONG and recording.read("meta.json")["status"] == 200


def decoded(recording: Recording) -> Iterator[Transcript]:
    """What a decoder makes of a long answer, in single bytes and cut at random."""
    ways: list[Iterable[bytes]] = [in_bytes(recording.body), *(at_random(recording.body, seed) for seed in SEEDS)]
    for pieces in ways:
        yield read_in(recording.dialect, pieces)


@pytest.mark.parametrize("recording", [pytest.param(one, id=one.name) for one in recordings()])
async def test_a_recorded_answer_means_what_it_should(
    recording: Recording, servers: dict[Path, str], client: httpx.AsyncClient
) -> None:
    expected = recording.read("expected.json") | READ_OTHERWISE.get(recording.name, {})
    ticks = b"cost_in_usd_ticks" in recording.body
    for split in LONG_SPLITS if is_long(recording) else SPLITS:
        check(await replay(recording, split, servers[recording.folder], client), expected, ticks=ticks)
    for transcript in decoded(recording) if is_long(recording) else ():
        check(transcript, expected, ticks=ticks)


@pytest.mark.parametrize("recording", [pytest.param(one, id=one.name) for one in recordings()])
async def test_an_answer_that_is_cut_off_keeps_what_had_come_and_says_so(
    recording: Recording, servers: dict[Path, str], client: httpx.AsyncClient
) -> None:
    whole = (await replay(recording, "split=whole", servers[recording.folder], client)).as_json()
    split = "split=bytes;chunk=509" if is_long(recording) else "split=random"
    for tenth in range(1, 10):
        after = len(recording.body) * tenth // 10
        told = (await replay(recording, f"{split};cut={after}", servers[recording.folder], client)).as_json()
        if recording.name != "think-tags--missing-opening-tag":  # until its tag has come it is an answer
            assert whole["reasoning"].startswith(told["reasoning"])
            assert whole["content"].startswith(told["content"])
        assert told["error"] or told["finish_reason"] == whole["finish_reason"]


def check(transcript: Transcript, expected: Json, *, ticks: bool) -> None:
    told = transcript.as_json()
    strip = str.strip if expected["think_tags"] else str
    assert strip(told["reasoning"]) == strip(expected["reasoning_text"])
    assert strip(told["content"]) == strip(expected["content_text"])
    order = [word.replace("server:", "tool:") for word in expected["order"]]
    assert order_of(transcript.parts(), "hidden" in order) == order
    assert told["tool_calls"] == expected["tool_calls"]
    assert told["opaque"] >= max(expected["signatures"], expected["has_encrypted_reasoning"])
    check_usage(told["usage"], expected, ticks=ticks)
    check_end(told, expected)


def order_of(parts: list[Part], hidden: bool) -> list[str]:
    words = []
    for part in parts:
        match part.head.kind:
            case PartKind.TOOL:
                words.append(f"tool:{part.head.name}")
            case PartKind.CONTENT:
                words.append("content")
            case PartKind.REASONING if part.text:
                words.append("reasoning")
            case PartKind.REASONING if hidden:
                words.append("hidden")
    return [word for key, run in groupby(words) for word in (run if re.match("tool|hidden", key) else [key])]


def check_usage(usage: dict[str, Any], expected: Json, *, ticks: bool) -> None:
    output = expected["completion_tokens"]
    if expected["reasoning_in_completion"] is False:  # one scale here: it is always inside
        output += expected["reasoning_tokens"]
    assert usage["input"] == expected["prompt_tokens"]
    assert usage["output"] == output
    assert usage["reasoning"] == expected["reasoning_tokens"]
    if expected["cost"] is not None or not ticks:
        assert usage["cost"] == (None if expected["cost"] is None else pytest.approx(expected["cost"]))


def check_end(told: Json, expected: Json) -> None:
    assert told["finish_reason"] == expected["finish_class"]
    error, should = told["error"], expected["error"]
    if should is None:
        assert (error and error["kind"]) == ("cut" if expected["terminated"] == "none" else None)
        return
    assert error["status"] == (should["status"] if should["where"] == "http" else None)
    if error["status"] is not None:
        assert error["kind"] == expected.get("kind", KINDS[error["status"]])
    assert not re.search(r"<|user_|xxxx", error["message"])
