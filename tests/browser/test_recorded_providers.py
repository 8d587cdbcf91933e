"""Recorded providers, in the browser: live, cut off and reloaded pages show the same, and what was expected."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_reconnect import RECORD_SOCKETS, cut
from tests.support.dom import assert_live_is_loaded
from tests.support.recordings import recordings
from tests.support.room import Room, free_port, running_room

pytestmark = pytest.mark.recordings

# One of each kind: raw thought, signed thought, a summary with a sealed piece, a summary in blocks, sealed only,
# redacted, between tools, tags, cut by length; and one at least of each dialect.
RECORDINGS = (
    "anthropic--sonnet45-redacted-thinking",
    "anthropic--sonnet4-websearch-interleaved",
    "cohere--citations-thinking",
    "deepseek-chat--reasoner-emoji",
    "gemini--pro25-thinking",
    "ollama-native--gptoss-thinking",
    "openai-responses--azure-codex-encrypted-vercel-step1",
    "openai-responses--o4mini-mcp-encrypted",
    "openrouter-chat--claude45-thinking-google",
    "openrouter-chat--glm5-simple-long",
    "openrouter-chat--grok41-summary-and-encrypted",
    "openrouter-chat--o3-encrypted-only",
    "openrouter-chat--kimi25-multi-tool",
    "think-tags--together-r1-hf-router",
    "think-tags--together-r1-maxtokens-unclosed",
    "vllm-chat--qwen3-06b-both-keys",
)


# In about so many pieces a long recording is played.
PIECES = 2000


@pytest.fixture(scope="module")
def folder() -> Path:
    named = os.environ.get("RECORDINGS")
    if not named:
        pytest.skip("RECORDINGS names no folder of recordings")
    return Path(named)


def slowly(size: int) -> str:
    """How a body of so many bytes is cut, a piece each millisecond: so that it takes seconds, however long it is.

    The pieces at random are of 15 bytes on average. Odd ones of one size cut characters and lines anywhere, too.
    """
    return "split=random;seed=3" if size < PIECES * 15 else f"split=bytes;chunk={size // PIECES | 1}"


@pytest.fixture(scope="module")
def replaying_room(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A room whose providers are recordings, each played slowly and cut anywhere."""
    port = free_port()
    server = folder.parent / "tools" / "replay_server.py"
    replay = subprocess.Popen([sys.executable, str(server), str(folder), "--port", str(port)], stdout=subprocess.PIPE)
    assert replay.stdout
    replay.stdout.readline()
    data = tmp_path_factory.mktemp("replay")
    tables = [
        f'[[provider]]\nname = "{one.name}"\nmodels = ["m"]\ndialect = "{one.dialect}"\n'
        f'base_url = "http://127.0.0.1:{port}/{one.name};{slowly(len(one.body))};delay=1"'
        for one in recordings()
        if one.name in RECORDINGS
    ]
    (data / "providers.toml").write_text("\n".join(tables))
    with running_room(data / "data", CHATROOM_PROVIDERS=str(data / "providers.toml")) as room:
        room.people()
        yield room
    replay.kill()
    replay.wait()


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_live_cut_off_and_reloaded(
    name: str, folder: Path, replaying_room: Room, sign_in: Callable[..., Page]
) -> None:
    page = sign_in("alice", replaying_room)
    page.add_init_script(RECORD_SOCKETS)
    page.goto("/")
    with page.expect_response(re.compile("/lanes/")):
        page.select_option("select[name=lane-0-model]", "demo/quiet")
    with page.expect_response(re.compile("/lanes/")):
        page.select_option("select[name=lane-0-model]", f"{name}/m")
    page.fill("textarea[name=prompt]", name)
    page.press("textarea[name=prompt]", "Enter")
    page.wait_for_url(re.compile(r"/c/\d+/"))
    run = page.locator("[data-run]")
    for _ in range(3):
        if run.get_attribute("data-status") in ("thinking", "answering"):
            cut(page)
    expect(run).to_have_attribute("data-status", re.compile("completed|failed"), timeout=60_000)
    assert_live_is_loaded(page)
    expected = json.loads((folder / name / "expected.json").read_text())
    run_id = int(run.get_attribute("data-run") or 0)
    blanks = str.strip if expected["think_tags"] else str
    assert blanks(replaying_room.said(run_id, "reasoning")) == blanks(expected["reasoning_text"])
    assert blanks(replaying_room.said(run_id, "content")) == blanks(expected["content_text"])
