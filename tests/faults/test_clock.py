"""The machine's clock is set back or forward while the room is at work."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.conftest import LONG, MANY, Gather, Note, Rooms
from tests.support.crowd import eventually, speeches
from tests.support.load import LoadProvider
from tests.support.tally import Tally

# Tells a process another time than it is (Debian: libfaketime), by what stands in a file.
LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))

PIECES = 800 if LONG else 500


class Clock:
    """The clock of one room."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set("+0")

    def set(self, offset: str) -> None:
        """`+3600`: an hour ahead of the true time."""
        draft = self._file.with_suffix(".draft")
        draft.write_text(offset)
        draft.replace(self._file)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    if not LIBRARIES:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            "libfaketime is missing (Debian: apt-get install libfaketime)"
        )
    return Clock(tmp_path / "clock")


@pytest.mark.parametrize(("fault", "offset"), [("clock back", "-3600"), ("clock forward", "+3600")])
def test_it_is_set(
    fault: str, offset: str, clock: Clock, rooms: Rooms, crowd_in: Gather, load: LoadProvider, note: Note
) -> None:
    room = rooms(CHATROOM_LEASE="2", **clock.environment)
    crowd = crowd_in(room)
    speaking = crowd.speak(speeches(MANY // 2, pieces=PIECES, rate=80))
    silent = crowd.ask_all(speeches(2, pieces=80, hold=0))
    crowd.until_shown(40, speaking)
    clock.set(offset)
    eventually(lambda: all(load.of(one.speech) for one in silent), "all are asked")
    shown = min(len(one.pages[0].ever) for one in speaking)
    crowd.until_shown(min(shown + 100, PIECES), speaking)
    late = crowd.ask(speeches(1, pieces=80)[0])
    load.release()
    crowd.until_over()
    assert crowd.statuses() == {"completed": MANY // 2 + 3}
    assert all(len(load.of(one.speech)) == 1 for one in crowd.asked), "a lease did not hold"
    # What is asked for now is what the page shows, whatever the clock says.
    crowd.client.post(f"/runs/{late.run}/retry/")
    eventually(lambda: len(crowd.runs_of(late.conversation)) == 2, "it is tried again")
    again = crowd.runs_of(late.conversation)[1]["id"]
    eventually(lambda: again in crowd.audience.runs(late.pages[0]), "the new reply is on the page")
    eventually(lambda: crowd.runs_of(late.conversation)[1]["ended_at"], "it ends")
    crowd.asked.remove(late)
    tally = Tally()
    crowd.compare(tally)
    note(fault, tally, crowd.statuses())


def test_it_is_set_back_while_the_room_is_down(
    clock: Clock, rooms: Rooms, crowd_in: Gather, load: LoadProvider, note: Note
) -> None:
    """What a dead process left is looked after, though by the clock its leases are far from over."""
    room = rooms(CHATROOM_LEASE="2", **clock.environment)
    crowd = crowd_in(room)
    crowd.speak(speeches(3, pieces=100_000, rate=80))
    crowd.until_shown(40)
    room.kill()
    clock.set("-3600")
    room.start()
    crowd.until_over()
    assert crowd.statuses() == {"interrupted": 3}
    tally = Tally()
    crowd.compare(tally)
    note("clock back at the start", tally, crowd.statuses())


def test_what_is_tried_again_after_it_was_set_back_is_shown(
    clock: Clock, rooms: Rooms, crowd_in: Gather, load: LoadProvider
) -> None:
    room = rooms(**clock.environment)
    crowd = crowd_in(room)
    (one,) = crowd.ask_all(speeches(1, pieces=40))
    crowd.until_over()
    clock.set("-3600")
    crowd.client.post(f"/runs/{one.run}/retry/")
    eventually(lambda: len(load.of(one.speech)) == 2, "it is tried again")
    again = crowd.runs_of(one.conversation)[1]["id"]
    assert again in crowd.audience.fresh(one.pages[0]).runs()
