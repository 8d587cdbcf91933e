"""A thought handed to another model: the same prompt again, with it and without it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from html import unescape
from typing import Any

import httpx
import pytest

from tests.support.provider import Call, ScriptedProvider
from tests.support.room import Room, until

PROMPT = "How many r's are in strawberry?"
THOUGHT = "s-t-r-a-w-b-e-r-r-y:\r\nthree.\n\n  <b>Sure</b>? "


@pytest.fixture
def alice(room: Room) -> Iterator[httpx.Client]:
    with closing(room.signed_in("alice")) as client:
        yield client


def begin(client: httpx.Client, model: str = "played/scripted") -> str:
    form = {"prompt": PROMPT, "lane-0-model": model}
    return client.post("/begin/", data=form, follow_redirects=False).headers["Location"]


def run_of(client: httpx.Client, address: str) -> int:
    found = re.search(r'data-run="(\d+)"', client.get(address).text)
    assert found
    return int(found.group(1))


def run_row(room: Room, run: int) -> dict[str, Any]:
    return dict(room.rows("SELECT * FROM conversations_run WHERE id = ?", run)[0])


def until_over(room: Room, *runs: int) -> None:
    for run in runs:
        until(lambda run=run: run_row(room, run)["ended_at"], "the run ends")


def thought(client: httpx.Client, calls: ScriptedProvider, room: Room, text: str = THOUGHT) -> tuple[str, int]:
    """A conversation in which the model has thought `text` and answered: its address and its run."""
    address = begin(client)
    calls.next_call().answer(text, "Two.")
    run = run_of(client, address)
    until_over(room, run)
    return address, run


def form_of(client: httpx.Client, run: int) -> dict[str, str]:
    """The form as it stands, with the line ends that a browser sends."""
    page = client.get(f"/runs/{run}/parts/0/hand-over/").text
    text = re.search(r"<textarea[^>]*>\n(.*)</textarea>", page, re.S)
    hidden = dict(re.findall(r'name="(form_key|seen)" value="([^"]*)"', page))
    assert text and len(hidden) == 2
    shown = unescape(text.group(1)).replace("\r\n", "\n").replace("\r", "\n")
    return {**hidden, "thought": shown.replace("\n", "\r\n"), "compare": "1", "lane-0-model": "played/second"}


def hand_over(client: httpx.Client, run: int, **form: str) -> httpx.Response:
    return client.post(f"/runs/{run}/parts/0/handed-over/", data=form)


def both(calls: ScriptedProvider) -> tuple[Call, Call]:
    """The call without the thought, and the one with it."""
    naive, helped = sorted((calls.next_call(), calls.next_call()), key=lambda call: len(str(call.body["messages"])))
    return naive, helped


def runs_of(client: httpx.Client, address: str) -> list[int]:
    return [int(run) for run in re.findall(r'data-run="(\d+)"', client.get(address).text)]


def labels(client: httpx.Client, address: str) -> list[str]:
    found = re.findall(r'<span class="given-label">(.*?)</span>', client.get(address).text)
    return [re.sub("<[^>]*>", "", label) for label in found]


def asked(call: Call) -> str:
    return str(call.body["messages"][-1]["content"])


def test_an_edited_thought_goes_to_the_chosen_model_which_is_asked_without_it_as_well(
    alice: httpx.Client, calls: ScriptedProvider, room: Room
) -> None:
    address, run = thought(alice, calls, room)
    form = form_of(alice, run) | {"thought": "Spell it.\r\nThen count."}
    assert hand_over(alice, run, **form).url.path == address
    naive, helped = both(calls)
    assert (naive.model, helped.model) == ("second", "second")
    assert asked(naive) == PROMPT
    assert asked(helped).startswith(PROMPT)
    assert "Spell it.\nThen count." in asked(helped)
    assert "three" not in asked(helped)
    assert labels(alice, address) == ["without the reasoning", "with the reasoning of Scripted, edited"]
    naive.finish()
    helped.finish()


def test_an_unedited_thought_arrives_to_the_character(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    address, run = thought(alice, calls, room)
    hand_over(alice, run, **form_of(alice, run))
    naive, helped = both(calls)
    assert THOUGHT in asked(helped)
    assert labels(alice, address)[1] == "with the reasoning of Scripted"
    naive.finish()
    helped.finish()


def test_a_thought_can_be_handed_over_before_it_is_complete(
    alice: httpx.Client, calls: ScriptedProvider, room: Room
) -> None:
    address = begin(alice)
    call = calls.next_call()
    run = run_of(alice, address)
    call.reasoning("First this,\r\n")
    until(lambda: room.said(run, "reasoning") == "First this,\r\n", "the thought is logged")
    form = form_of(alice, run)
    call.reasoning("then that.")
    until(lambda: room.said(run, "reasoning").endswith("that."), "more is logged")
    hand_over(alice, run, **form)
    naive, helped = both(calls)
    assert "First this,\r\n" in asked(helped)
    assert "then that" not in asked(helped)
    assert labels(alice, address)[1] == "with the reasoning of Scripted, its beginning"
    assert not call.gone.is_set()
    for each in (call, naive, helped):
        each.finish()
    until_over(room, run)


def test_without_comparison_one_is_asked(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    address, run = thought(alice, calls, room)
    form = form_of(alice, run)
    del form["compare"]
    hand_over(alice, run, **form)
    call = calls.next_call()
    assert THOUGHT in asked(call)
    assert labels(alice, address) == ["with the reasoning of Scripted"]
    call.finish()


def test_links_lead_from_the_thought_to_the_answer_and_back(
    alice: httpx.Client, calls: ScriptedProvider, room: Room
) -> None:
    address, source = thought(alice, calls, room)
    hand_over(alice, source, **form_of(alice, source))
    for call in both(calls):
        call.answer("", "Three.")
    helped = runs_of(alice, address)[1]
    back = re.search(rf'href="(/m/\d+/)#r{source}-p0"', alice.get(address).text)
    assert back
    assert alice.get(back.group(1)).url.path == address
    page = alice.get(address).text
    assert runs_of(alice, address) == [source]
    there = re.search(rf'given to <a href="(/m/\d+/)#r{helped}">Second</a>', page)
    assert there
    alice.get(there.group(1))
    assert helped in runs_of(alice, address)


def test_a_summary_is_called_one(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    address = begin(alice)
    call = calls.next_call()
    call.delta(reasoning_details=[{"type": "reasoning.summary", "summary": "In short", "index": 0}])
    call.answer("", "Two.")
    run = run_of(alice, address)
    until_over(room, run)
    hand_over(alice, run, **form_of(alice, run))
    for each in both(calls):
        each.finish()
    assert labels(alice, address)[1] == "with the summary of the reasoning of Scripted"


def test_a_form_sent_twice_makes_one_turn(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    address, run = thought(alice, calls, room)
    form = form_of(alice, run)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: hand_over(alice, run, **form), range(4)))
    answers.append(hand_over(alice, run, **form))
    assert {answer.status_code for answer in answers} == {200}
    helped = run_row(room, runs_of(alice, address)[1])
    assert helped["thought"] == THOUGHT
    assert len(room.rows("SELECT 1 FROM conversations_run WHERE thought_from_id = ?", helped["thought_from_id"])) == 2
    for call in both(calls):
        call.finish()


def test_retry_and_edit_keep_what_each_was_given(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    address, source = thought(alice, calls, room)
    hand_over(alice, source, **form_of(alice, source))
    for call in both(calls):
        call.answer("", "Three.")
    naive, helped = runs_of(alice, address)
    until_over(room, naive, helped)
    alice.post(f"/runs/{helped}/retry/")
    again = calls.next_call()
    assert THOUGHT in asked(again)
    again.finish()
    alice.post(f"/runs/{naive}/retry/")
    again = calls.next_call()
    assert asked(again) == PROMPT
    again.finish()
    assert labels(alice, address) == ["without the reasoning", "with the reasoning of Scripted"]
    until_over(room, *runs_of(alice, address))
    prompt = re.search(r'id="prompt-(\d+)"', alice.get(address).text)
    assert prompt
    alice.post(f"/m/{prompt.group(1)}/edited/", data={"prompt": "And in raspberry?"})
    plain, with_thought = both(calls)
    assert asked(plain) == "And in raspberry?"
    assert THOUGHT in asked(with_thought)
    assert labels(alice, address) == ["without the reasoning", "with the reasoning of Scripted"]
    plain.finish()
    with_thought.finish()


def test_with_the_thought_and_without_it_a_model_is_shown_the_same_conversation(
    alice: httpx.Client, calls: ScriptedProvider, room: Room
) -> None:
    two = {"lane-0-model": "played/scripted", "lane-1-model": "played/second"}
    address = alice.post("/begin/", data={"prompt": PROMPT} | two, follow_redirects=False).headers["Location"]
    for call in (calls.next_call(), calls.next_call()):
        call.answer("", f"Thus says {call.model}.")
    until_over(room, *runs_of(alice, address))
    alice.post(f"{address}ask/", data={"prompt": "Sure?"} | two)
    for call in (calls.next_call(), calls.next_call()):
        call.answer(THOUGHT, "Sure.")
    until_over(room, *(runs := runs_of(alice, address)))
    hand_over(alice, runs[2], **form_of(alice, runs[2]))
    naive, helped = both(calls)
    assert "Thus says second." in str(naive.body["messages"])
    assert helped.body["messages"][:-1] == naive.body["messages"][:-1]
    naive.finish()
    helped.finish()


def test_from_another_branch_the_page_is_led_to_the_new_turn(
    alice: httpx.Client, calls: ScriptedProvider, room: Room
) -> None:
    address, run = thought(alice, calls, room)
    prompt = re.search(r'id="prompt-(\d+)"', alice.get(address).text)
    assert prompt
    alice.post(f"/m/{prompt.group(1)}/edited/", data={"prompt": "Else"})
    calls.next_call().answer("", "Else, then.")
    until_over(room, *runs_of(alice, address))
    hand_over(alice, run, **form_of(alice, run))
    for call in both(calls):
        call.finish()
    assert labels(alice, address) == ["without the reasoning", "with the reasoning of Scripted"]


def test_only_what_can_be_read_is_handed_over(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    address = begin(alice)
    call = calls.next_call()
    call.delta(reasoning_details=[{"type": "reasoning.encrypted", "data": "c2VhbGVk", "index": 0}])
    call.answer("", "Two.")
    run = run_of(alice, address)
    until_over(room, run)
    assert 'data-action="hand-over"' not in alice.get(address).text
    assert alice.get(f"/runs/{run}/parts/0/hand-over/").status_code == 404
    assert alice.get(f"/runs/{run}/parts/1/hand-over/").status_code == 404  # the answer
    assert hand_over(alice, run, thought="Mine", **{"lane-0-model": "played/second"}).status_code == 404


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"thought": ""}, "No reasoning is left"),
        ({"thought": "x" * 1_000_001}, "longer than 1,000,000 characters"),
        ({"lane-0-model": "played/gone"}, "is not there now"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(
    alice: httpx.Client, calls: ScriptedProvider, room: Room, change: dict[str, str], sentence: str
) -> None:
    address, run = thought(alice, calls, room)
    answer = hand_over(alice, run, **form_of(alice, run) | change)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert runs_of(alice, address) == [run]


def test_a_stranger_gets_404(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    _, run = thought(alice, calls, room, "private thought")
    form = form_of(alice, run) | {"form_key": str(uuid.uuid4())}
    reply = run_row(room, run)["reply_id"]
    with closing(room.signed_in("charlie")) as charlie:
        for path in (f"/runs/{run}/parts/0/hand-over/", f"/m/{reply}/"):
            answer = charlie.get(path)
            assert answer.status_code == 404, path
            assert "private" not in answer.text
        assert hand_over(charlie, run, **form).status_code == 404
        assert charlie.post(f"/runs/{run}/answer-now/").status_code == 404
    for method, path in (("POST", f"/runs/{run}/parts/0/hand-over/"), ("GET", f"/runs/{run}/parts/0/handed-over/")):
        assert alice.request(method, path).status_code == 405
    del alice.headers["X-CSRFToken"]
    assert hand_over(alice, run, **form).status_code == 403
