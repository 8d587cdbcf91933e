"""One conversation that goes from provider to provider: each is sent back its own seals, verbatim, and nobody else's.

Recorded answers stand for the providers, so the seals are real ones; what each may be sent is checked against
the rules for which providers answer 400.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.recordings import RECORDINGS
from tests.support.room import Room, free_port, running_room, until

pytestmark = [
    pytest.mark.recordings,
    pytest.mark.skipif(not RECORDINGS, reason="RECORDINGS names no folder of recorded answers"),
]

# Answers with a signed or encrypted thought and some content, by the name of the provider in the room.
ANSWERS = {
    "openrouter": ("openai-chat", "openrouter-chat--claude45-thinking-google"),
    "openai": ("openai-responses", "openai-responses--gpt5-summary-turn2"),
    "anthropic": ("anthropic", "anthropic--sonnet4-thinking"),
    "gemini": ("gemini", "gemini--pro25-thinking"),
    "deepseek": ("openai-chat", "deepseek-chat--reasoner-emoji"),
}
SEAL = re.compile(r'"(?:signature|encrypted_content|thoughtSignature|data)": ?"([^"]{60,})"')


@pytest.fixture(scope="module")
def replay() -> Iterator[str]:
    port = free_port()
    tool = Path(RECORDINGS).parent / "tools" / "replay_server.py"
    process = subprocess.Popen([sys.executable, tool, RECORDINGS, "--port", str(port)], stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.communicate()


@pytest.fixture(scope="module")
def switching_room(replay: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("switching")
    tables = [
        f'[[provider]]\nname = "{name}"\ndialect = "{dialect}"\nmodels = ["first", "second"]\n'
        f'base_url = "{replay}/{recording};split=whole/v1"'
        for name, (dialect, recording) in ANSWERS.items()
    ]
    (folder / "providers.toml").write_text("\n".join(tables))
    with running_room(folder / "data", CHATROOM_PROVIDERS=str(folder / "providers.toml")) as room:
        room.people()
        yield room


def seals_of(name: str) -> set[str]:
    """What only the provider `name` may be sent, as its answer holds it."""
    body = (Path(RECORDINGS) / ANSWERS[name][1] / "response.sse").read_text()
    return set(SEAL.findall(body))


def test_a_conversation_goes_round_all_providers(switching_room: Room, replay: str) -> None:
    turns = [*ANSWERS, *ANSWERS, *reversed(ANSWERS)]
    with closing(switching_room.signed_in("alice")) as alice:
        address = ""
        for number, name in enumerate(turns, 1):
            form = {"prompt": f"Question {number}", "lane-0-model": f"{name}/first"}
            if not address:
                address = str(alice.post("/begin/", data=form, follow_redirects=False).headers["Location"])
            else:
                alice.post(f"{address}ask/", data=form)
            until(lambda n=number: statuses(switching_room) == ["completed"] * n, f"turn {number}, {name}")
        alice.post(f"{address}ask/", data={"prompt": "And you?", "lane-0-model": "anthropic/second"})
        until(lambda: statuses(switching_room) == ["completed"] * (len(turns) + 1), "the other model")
    log = [entry for entry in httpx.get(f"{replay}/__log").json() if entry["method"] == "POST"]
    assert len(log) == len(turns) + 1
    for entry, name in zip(log, turns, strict=False):
        sent = json.dumps(entry["body"], ensure_ascii=False)
        for other in ANSWERS:
            theirs = {seal for seal in seals_of(other) if seal in sent}
            if other != name:
                assert not theirs, f"{name} was sent what {other} had sealed"
        CHECKS[name](entry["body"])
        before = turns[: log.index(entry)].count(name)
        assert sent.count("Question") == log.index(entry) + 1
        if name != "deepseek":
            assert times_sealed(name, sent) == before
    assert not any(seal in json.dumps(log[-1]["body"]) for name in ANSWERS for seal in seals_of(name))


def statuses(room: Room) -> list[str]:
    return [str(row["status"]) for row in room.rows("SELECT status FROM conversations_run ORDER BY id")]


def times_sealed(name: str, sent: str) -> int:
    """How many of the provider's own earlier replies go back with their seal, which has one value that counts."""
    return max(sent.count(seal) for seal in seals_of(name))


def check_chat(body: dict[str, Any]) -> None:
    for message in body["messages"]:
        assert message["content"]
        for detail in message.get("reasoning_details", ()):
            assert detail["signature"] and detail["text"]


def check_responses(body: dict[str, Any]) -> None:
    """A reasoning item without the item that followed it is refused; so is a sealed one where answers are stored."""
    items = body["input"]
    assert body["store"] is False
    for item, following in zip(items, [*items[1:], None], strict=True):
        if item.get("type") == "reasoning":
            assert item["encrypted_content"]
            assert following is not None
            assert following.get("type", "message") == "message"
            assert following["role"] == "assistant"


def check_anthropic(body: dict[str, Any]) -> None:
    roles = [message["role"] for message in body["messages"]]
    assert roles == [("user", "assistant")[n % 2] for n in range(len(roles))]
    for message in body["messages"]:
        blocks = message["content"] if isinstance(message["content"], list) else []
        kinds = [block["type"] for block in blocks]
        assert kinds in ([], ["text"], ["thinking", "text"])
        for block in blocks:
            assert block["type"] != "thinking" or (block["signature"] and block["thinking"])


def check_gemini(body: dict[str, Any]) -> None:
    roles = [content["role"] for content in body["contents"]]
    assert roles == [("user", "model")[n % 2] for n in range(len(roles))]
    assert not any(part.get("thought") for content in body["contents"] for part in content["parts"])


CHECKS = {
    "openrouter": check_chat,
    "openai": check_responses,
    "anthropic": check_anthropic,
    "gemini": check_gemini,
    "deepseek": check_chat,
}
