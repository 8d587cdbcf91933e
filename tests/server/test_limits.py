"""Limits on runs, prompts and replies: who reaches one is told so, and nothing is half done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.conftest import write_providers
from tests.support.provider import Call, ScriptedProvider
from tests.support.room import Room, running_room, until

FORM = {"prompt": "Hello", "lane-0-model": "played/scripted"}
PAGE = {"HX-Request": "true"}
LIVE = "SELECT id FROM conversations_run WHERE ended_at IS NULL"


@pytest.fixture(scope="module")
def narrow_room(tmp_path_factory: pytest.TempPathFactory, provider: ScriptedProvider) -> Iterator[Room]:
    """A room with little room: two runs a person, three in all; short prompts and replies."""
    folder = tmp_path_factory.mktemp("narrow")
    limits = {
        "CHATROOM_RUNS_PER_PERSON": "2",
        "CHATROOM_RUNS_AT_ONCE": "3",
        "CHATROOM_PROMPT_CHARACTERS": "20",
        "CHATROOM_REPLY_CHARACTERS": "5000",
    }
    with running_room(folder / "data", CHATROOM_PROVIDERS=write_providers(folder, provider), **limits) as room:
        room.people()
        yield room


@pytest.fixture
def people(narrow_room: Room, calls: ScriptedProvider) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Alice and Bob; nothing goes on before, and nothing after."""
    until(lambda: not narrow_room.rows(LIVE), "nothing goes on")
    with closing(narrow_room.signed_in("alice")) as alice, closing(narrow_room.signed_in("bob")) as bob:
        yield alice, bob
    calls.forget()


@pytest.fixture
def alice(people: tuple[httpx.Client, httpx.Client]) -> httpx.Client:
    return people[0]


@pytest.fixture
def bob(people: tuple[httpx.Client, httpx.Client]) -> httpx.Client:
    return people[1]


def begin(client: httpx.Client, **form: str) -> httpx.Response:
    return client.post("/begin/", data=FORM | form, headers=PAGE, follow_redirects=False)


def assert_refused(answer: httpx.Response, sentence: str) -> None:
    assert answer.status_code == 429, answer.text
    assert sentence in answer.text
    assert answer.headers["HX-Retarget"] == "#notice"
    assert int(answer.headers["Retry-After"]) > 0


def run_of(client: httpx.Client, address: str) -> int:
    found = re.search(r'data-run="(\d+)"', client.get(address).text)
    assert found
    return int(found.group(1))


def test_a_person_has_room_for_so_many_runs(
    narrow_room: Room, alice: httpx.Client, bob: httpx.Client, calls: ScriptedProvider
) -> None:
    before = narrow_room.rows("SELECT count(*) AS n FROM conversations_conversation")[0]["n"]
    first = begin(alice).headers["HX-Redirect"]
    call = calls.next_call()
    assert_refused(begin(alice, **{"lane-1-model": "played/second"}), "You have room for 2 replies at once.")
    assert begin(alice).status_code == 200
    second = calls.next_call()
    assert_refused(begin(alice), "You have room for 2 replies at once.")
    assert begin(bob).status_code == 200  # it is not his limit
    third = calls.next_call()
    call.answer("", "Done.")
    run = run_of(alice, first)
    until(lambda: run not in {row["id"] for row in narrow_room.rows(LIVE)}, "one is over")
    assert alice.post(f"{first}ask/", data=FORM, headers=PAGE).status_code == 200
    for call in (second, third, calls.next_call()):
        call.finish()
    after = narrow_room.rows("SELECT count(*) AS n FROM conversations_conversation")[0]["n"]
    assert after - before == 3, "a refused prompt leaves no conversation behind"


def test_every_way_to_start_a_run_meets_the_limit(
    narrow_room: Room, alice: httpx.Client, calls: ScriptedProvider
) -> None:
    address = begin(alice).headers["HX-Redirect"]
    calls.next_call().answer("A thought.", "An answer.")
    run = run_of(alice, address)
    until(lambda: not narrow_room.rows(LIVE), "the first is over")
    stopped = begin(alice, prompt="Stop this one").headers["HX-Redirect"]
    call = calls.next_call()
    call.content("Half of ")
    broken_off = run_of(alice, stopped)
    until(lambda: narrow_room.said(broken_off, "content"), "it speaks")
    alice.post(f"{stopped}stop/")
    assert call.gone.wait(10)
    until(lambda: not narrow_room.rows(LIVE), "the second is over")
    thinking = begin(alice, prompt="Think").headers["HX-Redirect"]
    call = calls.next_call()
    call.reasoning("So far I think this.")
    until(lambda: narrow_room.said(run_of(alice, thinking), "reasoning"), "it thinks")
    begin(alice)
    other = calls.next_call()
    prompt = re.search(r'id="prompt-(\d+)"', alice.get(address).text)
    assert prompt
    for path, form in (
        ("/begin/", FORM),
        (f"{address}ask/", FORM),
        (f"/m/{prompt[1]}/edited/", {"prompt": "Otherwise"}),
        (f"/runs/{run}/retry/", {}),
        (f"/runs/{broken_off}/continue/", {}),
        (f"/runs/{run}/parts/0/handed-over/", {"thought": "A thought.", "lane-0-model": "played/second"}),
    ):
        assert_refused(alice.post(path, data=form, headers=PAGE), "You have room for 2 replies at once.")
    assert len(narrow_room.rows(LIVE)) == 2
    # One that takes the place of another is no more than before.
    answer = alice.post(f"/runs/{run_of(alice, thinking)}/answer-now/", headers=PAGE)
    assert answer.status_code == 200, answer.text
    assert call.gone.wait(10)
    calls.next_call().answer("", "This.")
    other.finish()


def test_the_room_has_room_for_so_many_runs(alice: httpx.Client, bob: httpx.Client, calls: ScriptedProvider) -> None:
    for client in (alice, alice, bob):
        assert begin(client).status_code == 200
    under_way = [calls.next_call() for _ in range(3)]
    assert_refused(begin(bob), "This room has room for 3 replies at once.")
    without_script = bob.post("/begin/", data=FORM)
    assert without_script.status_code == 429
    assert "<h1>That could not be done</h1>" in without_script.text
    for call in under_way:
        call.finish()


def test_of_many_who_come_at_once_no_more_than_fit_get_in(
    narrow_room: Room, alice: httpx.Client, calls: ScriptedProvider
) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: begin(alice).status_code, range(16)))
    assert sorted(answers) == [200] * 2 + [429] * 14
    assert len(narrow_room.rows(LIVE)) == 2
    for _ in range(2):
        calls.next_call().finish()


def test_the_same_form_sent_twice_is_not_refused_for_its_own_run(alice: httpx.Client, calls: ScriptedProvider) -> None:
    begin(alice)
    first = calls.next_call()
    key = "0c1cbb1c-4f0e-4a3c-8a53-7d2b8a3c9e22"
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: begin(alice, form_key=key), range(4)))
    assert {answer.headers.get("HX-Redirect") for answer in answers} == {answers[0].headers["HX-Redirect"]}
    for call in (first, calls.next_call()):
        call.finish()


def test_a_prompt_may_be_so_long(alice: httpx.Client, calls: ScriptedProvider) -> None:
    answer = begin(alice, prompt="x" * 21)
    assert answer.status_code == 422
    assert "That is longer than 20 characters." in answer.text
    assert begin(alice, prompt="x" * 20).status_code == 200
    calls.next_call().finish()


def listened_to(call: Call, text: str) -> int:
    """Say `text` again and again until the room hangs up. Returns how often."""
    for number in range(100_000):
        call.content(text)
        if call.gone.wait(0.001):
            return number + 1
    raise AssertionError("the room listened to all of it")


def test_a_reply_that_never_ends_is_cut_off(narrow_room: Room, alice: httpx.Client, calls: ScriptedProvider) -> None:
    address = begin(alice).headers["HX-Redirect"]
    call = calls.next_call()
    call.reasoning("y" * 499)
    listened_to(call, "x" * 70)
    run = run_of(alice, address)
    until(lambda: not narrow_room.rows(LIVE), "it ends")
    ended = narrow_room.rows("SELECT * FROM conversations_run WHERE id = ?", run)[0]
    assert (ended["status"], ended["error_kind"]) == ("failed", "too_long")
    assert narrow_room.said(run, "reasoning") == "y" * 499
    assert narrow_room.said(run, "content") == "x" * (5000 - 499)
    page = alice.get(address).text
    assert "no reply may be longer than 5,000 characters here. What was said is kept." in page
    assert f"/runs/{run}/continue/" in page


def test_a_reply_that_trickles_for_ever_is_cut_off(tmp_path: Path, calls: ScriptedProvider) -> None:
    limits = {"CHATROOM_PROVIDERS": write_providers(tmp_path, calls), "CHATROOM_RUN_SECONDS": "2"}
    with running_room(tmp_path / "data", **limits) as room:
        room.people()
        with closing(room.signed_in("alice")) as alice:
            address = begin(alice).headers["HX-Redirect"]
            sent = listened_to(calls.next_call(), "x")
            until(lambda: not room.rows(LIVE), "it ends")
            run = run_of(alice, address)
            ended = room.rows("SELECT * FROM conversations_run WHERE id = ?", run)[0]
            assert (ended["status"], ended["error_kind"]) == ("failed", "too_slow")
            assert 0 < len(room.said(run, "content")) <= sent
            assert "no reply may take longer than 2 seconds here. What was said is kept." in alice.get(address).text
