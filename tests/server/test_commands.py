"""Commands at awkward moments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest

from tests.support.provider import ScriptedProvider
from tests.support.room import Room, until

FORM = {"prompt": "Hello", "lane-0-model": "played/scripted"}


@pytest.fixture
def alice(room: Room) -> Iterator[httpx.Client]:
    with closing(room.signed_in("alice")) as client:
        yield client


def begin(client: httpx.Client, **form: str) -> str:
    return client.post("/begin/", data=FORM | form, follow_redirects=False).headers["Location"]


def run_of(client: httpx.Client, address: str) -> int:
    found = re.search(r'data-run="(\d+)"', client.get(address).text)
    assert found
    return int(found.group(1))


def status(room: Room, run: int) -> str:
    return str(room.rows("SELECT status FROM conversations_run WHERE id = ?", run)[0]["status"])


def test_stop_at_once_is_heard(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    for _ in range(10):
        address = begin(alice)
        alice.post(f"{address}stop/")
        run = run_of(alice, address)
        until(lambda run=run: status(room, run) == "stopped", "the run is stopped")


def test_a_prompt_cannot_be_edited_onto_a_reply_that_goes_on(alice: httpx.Client, calls: ScriptedProvider) -> None:
    address = begin(alice)
    calls.next_call().answer("", "One")
    run = run_of(alice, address)
    until(lambda: "completed" in alice.get(address).text, "the first reply")
    alice.post(f"{address}ask/", data=FORM)
    calls.next_call().answer("", "Two")
    until(lambda: alice.get(address).text.count('data-status="completed"') == 2, "the second reply")
    prompts = re.findall(r'id="prompt-(\d+)"', alice.get(address).text)
    alice.post(f"/runs/{run}/retry/")
    call = calls.next_call()
    assert alice.post(f"/m/{prompts[1]}/edited/", data={"prompt": "Else"}).status_code == 409
    call.finish()


def test_of_two_forms_that_arrive_at_once_one_begins_a_conversation(
    room: Room, calls: ScriptedProvider, alice: httpx.Client
) -> None:
    key = "0c1cbb1c-4f0e-4a3c-8a53-7d2b8a3c9e11"
    with ThreadPoolExecutor(4) as pool:
        addresses = set(pool.map(lambda _: begin(alice, form_key=key), range(4)))
    assert len(addresses) == 1
    calls.next_call().finish()


def test_deleting_stops_the_provider_and_leaves_nothing(
    alice: httpx.Client, calls: ScriptedProvider, room: Room
) -> None:
    address = begin(alice)
    call = calls.next_call()
    call.content("words, words")
    run = run_of(alice, address)
    assert alice.post(f"{address}delete/").status_code == 200
    assert call.gone.wait(5)
    assert alice.get(address).status_code == 404
    assert not room.rows("SELECT 1 FROM conversations_delta WHERE run_id = ?", run)


def test_a_long_prompt_in_another_script_is_taken(alice: httpx.Client, calls: ScriptedProvider) -> None:
    begin(alice, prompt="漢" * 300_000)
    call = calls.next_call()
    assert len(call.body["messages"][0]["content"]) == 300_000
    call.finish()


def test_numbers_without_bound_are_no_numbers(alice: httpx.Client) -> None:
    assert alice.get("/rail/?current=" + "9" * 5000).status_code == 200
    assert alice.get("/lanes/?drop=" + "9" * 5000).status_code == 200


def test_a_pin_is_set_and_taken_off(alice: httpx.Client, calls: ScriptedProvider) -> None:
    address = begin(alice, prompt="Pinned wombat")
    calls.next_call().finish()
    pinned = alice.post(f"{address}pin/", data={"pinned": "1"}, headers={"HX-Request": "true"})
    assert "Unpin" in pinned.text
    assert "Pinned</h2>" in alice.get("/rail/?q=Pinned+wombat").text
    assert "Pin to the top" in alice.post(f"{address}pin/", data={"pinned": "0"}, headers={"HX-Request": "true"}).text


def test_retry_clicked_twice_asks_once(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    address = begin(alice)
    calls.next_call().answer("", "One")
    run = run_of(alice, address)
    until(lambda: status(room, run) == "completed", "the reply")
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: alice.post(f"/runs/{run}/retry/"), range(3)))
    call = calls.next_call()
    replies = "SELECT count(*) AS n FROM conversations_run WHERE ended_at IS NULL AND id > ?"
    assert room.rows(replies, run)[0]["n"] == 1
    call.finish()


def test_a_lane_is_chosen_only_while_nothing_has_followed(
    alice: httpx.Client, calls: ScriptedProvider, room: Room
) -> None:
    address = begin(alice, **{"lane-1-model": "played/second"})
    for _ in range(2):
        calls.next_call().answer("", "Done")
    until(lambda: alice.get(address).text.count('data-status="completed"') == 2, "both replies")
    replies = [int(n) for n in re.findall(r"/m/(\d+)/choose/", alice.get(address).text)]
    assert alice.post(f"/m/{replies[0]}/choose/", data={"only": "1"}).status_code == 200
    alice.post(f"{address}ask/", data=FORM)
    calls.next_call().finish()
    assert alice.post(f"/m/{replies[1]}/choose/", data={"only": "1"}).status_code == 409
