"""The process may open no more files or sockets: it goes on with what it has, and takes more when some are closed."""

from __future__ import annotations

import contextlib
import os
import resource
import socket

import httpx
import pytest

from tests.faults.conftest import LONG, MANY, Gather, Note
from tests.support.crowd import eventually, speeches
from tests.support.room import Room
from tests.support.tally import Tally


def test_it_has_no_more_descriptors(
    standing: Room, crowd_in: Gather, note: Note, request: pytest.FixtureRequest
) -> None:
    room, crowd = standing, crowd_in(standing)
    crowd.speak(speeches(MANY // 2, pieces=1500 if LONG else 600, rate=60))
    crowd.until_shown(40)
    held = len(os.listdir(f"/proc/{room.pid}/fd"))
    before = resource.prlimit(room.pid, resource.RLIMIT_NOFILE)
    request.addfinalizer(lambda: resource.prlimit(room.pid, resource.RLIMIT_NOFILE, before))
    resource.prlimit(room.pid, resource.RLIMIT_NOFILE, (held + 12, before[1]))
    with contextlib.ExitStack() as stack:
        for _ in range(60):  # the system takes them, the room cannot
            stack.enter_context(socket.create_connection(("127.0.0.1", room.port), timeout=5))
        eventually(lambda: not answers(room.url), "it takes nobody any more")
        shown = min(len(one.pages[0].ever) for one in crowd.asked)
        crowd.until_shown(shown + 20)  # whoever was in before reads on
    eventually(lambda: answers(room.url), "it takes people again")
    late = crowd.ask(speeches(1, pieces=80)[0])
    crowd.until_over()
    assert crowd.statuses() == {"completed": MANY // 2 + 1}
    assert len(crowd.runs_of(late.conversation)) == 1
    tally = Tally()
    crowd.compare(tally)
    note("descriptors", tally, crowd.statuses())


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=3).status_code == 200
    except httpx.TransportError:
        return False
