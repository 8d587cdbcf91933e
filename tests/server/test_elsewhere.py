"""A run that goes on behind the arrows is told of, on a page that is loaded and on one that is open."""

from __future__ import annotations

import re
from collections.abc import Iterator
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


def test_a_model_at_work_on_another_branch_is_told_of_and_can_be_stopped(
    alice: httpx.Client, calls: ScriptedProvider, room: Room
) -> None:
    address = str(alice.post("/begin/", data=FORM, follow_redirects=False).headers["Location"])
    call = calls.next_call()
    call.reasoning("Hm.")
    until(lambda: "Hm." in alice.get(address).text, "the thought")
    assert "still at work" not in alice.get(address).text
    run = re.search(r'data-run="(\d+)"', alice.get(address).text)
    assert run
    form = {"thought": "Hm.", "lane-0-model": "played/second", "compare": "1"}
    alice.post(f"/runs/{run[1]}/parts/0/handed-over/", data=form)
    page = alice.get(address).text
    assert "Scripted</b> is still at work on another branch." in page
    for _ in range(2):
        calls.next_call().answer("", "Hi.")
    alice.post(f"/runs/{run[1]}/stop/")
    assert call.gone.wait(5)
    until(lambda: "still at work" not in alice.get(address).text, "it is not told of any more")
