"""Answer now: the thinking stops, is kept, and the model answers from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest

from tests.support.provider import Call, ScriptedProvider
from tests.support.room import Room, until

FORM = {"prompt": "Which is bigger?", "lane-0-model": "played/scripted", "lane-0-effort": "high"}
THOUGHT = "9.11 is 9 and 11 hundredths; "


@pytest.fixture
def alice(room: Room) -> Iterator[httpx.Client]:
    with closing(room.signed_in("alice")) as client:
        yield client


def thinking(client: httpx.Client, calls: ScriptedProvider, room: Room) -> tuple[str, int, Call]:
    """A conversation whose model has thought something: its address, its run, its call."""
    address = client.post("/begin/", data=FORM, follow_redirects=False).headers["Location"]
    call = calls.next_call()
    (run,) = runs_of(client, address)
    call.reasoning(THOUGHT)
    until(lambda: room.said(run, "reasoning") == THOUGHT, "the thought is logged")
    return address, run, call


def runs_of(client: httpx.Client, address: str) -> list[int]:
    return [int(run) for run in re.findall(r'data-run="(\d+)"', client.get(address).text)]


def status(room: Room, run: int) -> str:
    return str(room.rows("SELECT status FROM conversations_run WHERE id = ?", run)[0]["status"])


def answer_now(client: httpx.Client, run: int) -> httpx.Response:
    return client.post(f"/runs/{run}/answer-now/")


def test_the_model_answers_from_its_thought_and_thinks_no_more(
    alice: httpx.Client, calls: ScriptedProvider, room: Room
) -> None:
    address, run, call = thinking(alice, calls, room)
    assert answer_now(alice, run).status_code == 200
    second = calls.next_call()
    assert call.gone.wait(5)
    assert status(room, run) == "stopped"  # before the second was asked: it is told all of the thought
    assert THOUGHT in str(second.body["messages"])
    assert second.body["reasoning_effort"] == "none"
    second.answer("", "9.9 is.")
    _, answer = runs_of(alice, address)
    until(lambda: status(room, answer) == "completed", "the answer")
    page = alice.get(address).text
    assert "stopped to answer" in page
    assert "Stopped after" not in page
    assert 'data-action="continue"' not in page


def test_the_next_prompt_is_thought_about_as_hard_as_the_person_chose(
    alice: httpx.Client, calls: ScriptedProvider, room: Room
) -> None:
    address, run, _ = thinking(alice, calls, room)
    answer_now(alice, run)
    calls.next_call().answer("", "9.9 is.")
    _, answer = runs_of(alice, address)
    until(lambda: status(room, answer) == "completed", "the answer")
    assert '-effort" value="high" checked' in alice.get(address).text
    alice.post(f"{address}ask/", data=FORM | {"prompt": "Sure?"})
    call = calls.next_call()
    assert [m["role"] for m in call.body["messages"]][-1] == "user"
    assert any(m["role"] == "assistant" and "9.9 is." in m["content"] for m in call.body["messages"])
    call.finish()


def test_pressed_several_times_it_asks_once(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    address, run, _ = thinking(alice, calls, room)
    with ThreadPoolExecutor(4) as pool:
        assert {answer.status_code for answer in pool.map(lambda _: answer_now(alice, run), range(4))} == {200}
    calls.next_call().finish()
    assert len(runs_of(alice, address)) == 2
    assert answer_now(alice, run).status_code == 200
    assert len(runs_of(alice, address)) == 2


def test_one_that_has_begun_to_answer_goes_on(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    address, run, call = thinking(alice, calls, room)
    call.content("9.9")
    until(lambda: room.said(run, "content") == "9.9", "the answer begins")
    refused = answer_now(alice, run)
    assert refused.status_code == 409
    assert "begun to answer already" in refused.text
    call.answer("", " is.")
    until(lambda: status(room, run) == "completed", "it ends by itself")
    assert "over already" in answer_now(alice, run).text
    assert runs_of(alice, address) == [run]


def test_where_nothing_readable_was_thought_it_thinks_on(
    alice: httpx.Client, calls: ScriptedProvider, room: Room
) -> None:
    address = alice.post("/begin/", data=FORM, follow_redirects=False).headers["Location"]
    call = calls.next_call()
    (run,) = runs_of(alice, address)
    refused = answer_now(alice, run)
    assert refused.status_code == 409
    assert "thought nothing yet" in refused.text
    assert status(room, run) == "thinking"
    call.finish()


def test_a_retry_of_the_answer_answers_from_the_thought_again(
    alice: httpx.Client, calls: ScriptedProvider, room: Room
) -> None:
    address, run, _ = thinking(alice, calls, room)
    answer_now(alice, run)
    first = calls.next_call()
    first.answer("", "9.9 is.")
    _, answer = runs_of(alice, address)
    until(lambda: status(room, answer) == "completed", "the answer")
    alice.post(f"/runs/{answer}/retry/")
    again = calls.next_call()
    assert again.body["messages"] == first.body["messages"]
    again.finish()


def test_where_the_answer_came_in_that_very_moment_nothing_is_asked(
    alice: httpx.Client, calls: ScriptedProvider, room: Room
) -> None:
    """As it stands in the record when the reply was complete before the wish to stop it was heard."""
    address, run, call = thinking(alice, calls, room)
    call.answer("", "9.9 is.")
    until(lambda: status(room, run) == "completed", "the reply")
    room.manage("shell", "-v", "0", "-c", WISH_TOO_LATE.format(run=run))
    _, late = runs_of(alice, address)
    until(lambda: status(room, late) == "completed", "the wish is dealt with")
    assert calls.calls.empty()
    assert "It had just answered by itself." in alice.get(address).text
    assert "stopped to answer" not in alice.get(address).text


WISH_TOO_LATE = """
from chatroom.conversations.models import Message, Run
run = Run.objects.get(pk={run})
parent = run.reply
reply = Message.objects.create(conversation=parent.conversation, parent=parent, role="assistant", lane=parent.lane)
Run.objects.create(reply=reply, provider=run.provider, model=run.model, label=run.label, answer_now=True)
"""
