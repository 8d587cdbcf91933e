"""The wire view of a real room: its owner sees what was sent and what came; nobody sees a key."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.conftest import KEY, write_providers
from tests.support.provider import ScriptedProvider
from tests.support.room import Room, running_room, until


@pytest.fixture
def alice(room: Room) -> Iterator[httpx.Client]:
    with closing(room.signed_in("alice")) as client:
        yield client


def begin(client: httpx.Client, prompt: str = "It's “here”") -> tuple[str, int]:
    """Begin a conversation; its address and its run."""
    form = {"prompt": prompt, "lane-0-model": "played/scripted"}
    address = client.post("/begin/", data=form, follow_redirects=False).headers["Location"]
    found = re.search(r'data-run="(\d+)"', client.get(address).text)
    assert found
    return address, int(found[1])


def recorded(room: Room, run: int, exchanges: int = 1) -> None:
    rows = "SELECT 1 FROM conversations_exchange WHERE run_id = ? AND ended_at IS NOT NULL"
    until(lambda: len(room.rows(rows, run)) == exchanges, "the exchange is written down")


def page_with(client: httpx.Client, run: int, words: str) -> str:
    page = client.get(f"/runs/{run}/wire/").text
    return page if words in page else ""


def text_of(page: str) -> str:
    return re.sub(r"<[^>]*>", "", page)


def test_the_owner_sees_both_ways_and_a_stranger_nothing(
    room: Room, alice: httpx.Client, calls: ScriptedProvider
) -> None:
    address, run = begin(alice)
    call = calls.next_call()
    call.raw(b": OPENROUTER PROCESSING\n\n")
    call.answer("Let me see", f"Your key is {KEY}.", prompt_tokens=3, completion_tokens=5)
    recorded(room, run)
    assert f"/runs/{run}/wire/" in alice.get(address).text
    page = alice.get(f"/runs/{run}/wire/").text
    text = text_of(page)
    assert f"http://127.0.0.1:{calls.port}/v1/chat/completions" in text
    assert "Bearer …" in text
    assert '"It\'s “here”"' in text
    assert "OPENROUTER PROCESSING" in text
    assert '"reasoning": "Let me see"' in text
    assert "Your key is …." in text
    assert "[DONE]" in text
    assert '<span class="nt">"messages"</span>' in page
    body = alice.get(f"/runs/{run}/wire/1/body/")
    assert body.content.startswith(b": OPENROUTER PROCESSING\n\ndata: {")
    assert body.content.endswith(b"data: [DONE]\n\n")
    assert "attachment" in body.headers["Content-Disposition"]
    whole = alice.get(f"/runs/{run}/wire/1/json/").json()
    assert "".join(event["text"] for event in whole["response"]["events"]).encode() == body.content
    assert json.loads(whole["request"]["body"]) == call.body
    with closing(room.signed_in("charlie")) as charlie:
        for path in ("", "1/curl/", "1/body/", "1/json/"):
            assert alice.get(f"/runs/{run}/wire/{path}").status_code == 200
            assert charlie.get(f"/runs/{run}/wire/{path}").status_code == 404, path
    assert httpx.get(f"{room.url}/runs/{run}/wire/", follow_redirects=False).status_code == 302
    assert alice.get(f"/runs/{run}/wire/9/curl/").status_code == 404


def test_no_key_is_kept_nor_shown(room: Room, alice: httpx.Client, calls: ScriptedProvider) -> None:
    address, _ = begin(alice)
    calls.next_call().answer("", "Hello")
    until(lambda: "completed" in alice.get(address).text, "the first reply")
    # Not the first prompt, which would be the title of the conversation and stand on her pages.
    alice.post(f"{address}ask/", data={"prompt": f"Is {KEY} a good key?", "lane-0-model": "played/scripted"})
    call = calls.next_call()
    run = int(re.findall(r'data-run="(\d+)"', alice.get(address).text)[-1])
    for cut in (1, 7, len(KEY) - 1):
        call.raw(f": {KEY[:cut]}".encode())
        call.raw(f"{KEY[cut:]}\n\n".encode())
    call.answer("", "Yes.")
    recorded(room, run)
    page = alice.get(f"/runs/{run}/wire/").text
    assert "Is … a good key?" in text_of(page)
    assert KEY[3:] not in page
    for path in ("curl", "body", "json"):
        assert KEY[3:] not in alice.get(f"/runs/{run}/wire/1/{path}/").text
    for table in ("conversations_exchange", "conversations_received"):
        assert KEY[3:] not in repr([tuple(row) for row in room.rows(f"SELECT * FROM {table}")])
    batches = room.rows(
        "SELECT data FROM conversations_received WHERE exchange_id IN"
        " (SELECT id FROM conversations_exchange WHERE run_id = ?)",
        run,
    )
    assert batches
    assert all(KEY[3:].encode() not in zlib.decompress(row["data"]) for row in batches)


def test_the_command_asks_again_what_was_asked(room: Room, alice: httpx.Client, calls: ScriptedProvider) -> None:
    _, run = begin(alice, prompt="Quotes ' \" and $HOME `id` \\ é 🦉")
    first = calls.next_call()
    first.answer("", "One")
    recorded(room, run)
    command = alice.get(f"/runs/{run}/wire/1/curl/").text
    assert "$API_KEY" in command
    assert shlex.split(command.replace("\\\n", ""))[0] == "curl"
    shell = subprocess.Popen(["sh", "-c", command], env={"PATH": "/usr/bin:/bin", "API_KEY": "k"}, stdout=-1, stderr=-1)
    again = calls.next_call()
    again.answer("", "Two")
    out, _ = shell.communicate(timeout=20)
    assert again.body == first.body
    assert again.headers["authorization"] == "Bearer k"
    assert b"Two" in out


def test_thousands_of_events_come_a_page_at_a_time(room: Room, alice: httpx.Client, calls: ScriptedProvider) -> None:
    _, run = begin(alice)
    call = calls.next_call()
    call.raw(b"".join(b'data: {"choices":[{"delta":{"content":"%d "}}]}\n\n' % n for n in range(5000)))
    call.finish()
    recorded(room, run)
    page = alice.get(f"/runs/{run}/wire/")
    assert len(page.content) < 300_000
    seen = 0
    while True:
        numbers = [int(n) for n in re.findall(r'data-event="(\d+)"', page.text)]
        assert numbers == list(range(seen + 1, seen + 1 + len(numbers)))
        seen += len(numbers)
        more = re.search(r'href="([^"]+)" data-action="more"', page.text)
        if not more:
            break
        page = alice.get(more[1].replace("&amp;", "&"))
    assert seen == 5002
    assert "[DONE]" in page.text


def test_while_the_answer_comes_the_view_says_so(room: Room, alice: httpx.Client, calls: ScriptedProvider) -> None:
    _, run = begin(alice)
    call = calls.next_call()
    call.content("Half of it")
    page = until(lambda: page_with(alice, run, "Half of it"), "it is there")
    assert "The answer is still coming" in page
    call.finish()
    recorded(room, run)
    assert "still coming" not in alice.get(f"/runs/{run}/wire/").text


def test_each_try_is_shown(room: Room, alice: httpx.Client, calls: ScriptedProvider) -> None:
    calls.refuse(503, "Busy now", Retry_After="0")
    _, run = begin(alice)
    calls.next_call().answer("", "Hello")
    recorded(room, run, exchanges=2)
    page = text_of(alice.get(f"/runs/{run}/wire/").text)
    assert "Answer 503" in page
    assert "Busy now" in page
    assert "Answer 200" in page


def test_a_record_that_a_dead_process_left_says_where_it_ends(tmp_path: Path, provider: ScriptedProvider) -> None:
    environment = {"CHATROOM_PROVIDERS": write_providers(tmp_path, provider), "CHATROOM_LEASE": "1"}
    with running_room(tmp_path / "data", **environment) as room:
        room.people()
        with closing(room.signed_in("alice")) as alice:
            _, run = begin(alice)
            call = provider.next_call()
            call.content("Before the end")
            until(lambda: room.rows("SELECT 1 FROM conversations_received"), "something is written down")
            room.kill()
            room.start()
            ended = "SELECT 1 FROM conversations_run WHERE status = 'interrupted'"
            until(lambda: room.rows(ended), "the run is interrupted")
            page = until(lambda: page_with(alice, run, "The record ends here"), "the view says so")
            assert "Before the end" in text_of(page)


def test_with_no_days_nothing_is_kept(tmp_path: Path, provider: ScriptedProvider) -> None:
    environment = {"CHATROOM_PROVIDERS": write_providers(tmp_path, provider), "CHATROOM_WIRE_DAYS": "0"}
    with running_room(tmp_path / "data", **environment) as room:
        room.people()
        with closing(room.signed_in("alice")) as alice:
            _, run = begin(alice)
            provider.next_call().answer("", "Hello")
            until(lambda: room.rows("SELECT 1 FROM conversations_run WHERE status = 'completed'"), "the run ends")
            assert "switched off" in alice.get(f"/runs/{run}/wire/").text
            assert not room.rows("SELECT 1 FROM conversations_exchange")
