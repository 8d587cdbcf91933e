"""The room's one process is killed, told to end, frozen: what was shown stays, and every run ends once."""

from __future__ import annotations

import signal
import time

from tests.faults.conftest import LONG, MANY, Gather, Note, Rooms
from tests.support.crowd import PATIENCE, Asked, eventually, speeches
from tests.support.load import LoadProvider
from tests.support.room import Room
from tests.support.tally import Tally

DRAIN = "6" if LONG else "4"


def asked_again(load: LoadProvider, asked: list[Asked]) -> bool:
    return all(len(load.of(one.speech)) == 2 for one in asked)


def says(room: Room, words: str) -> bool:
    return words in "".join(room.output)


def test_it_is_killed(rooms: Rooms, crowd_in: Gather, load: LoadProvider, note: Note) -> None:
    room = rooms()
    crowd = crowd_in(room)
    done = crowd.ask_all(speeches(2, pieces=80))
    silent = crowd.ask_all(speeches(3, pieces=200, hold=0))
    speaking = crowd.speak(speeches(MANY, pieces=100_000, rate=100), readers=2)
    crowd.until_shown(60, speaking)
    room.kill()
    room.start()
    eventually(lambda: asked_again(load, silent), "those that had said nothing are asked again")
    load.release()
    crowd.until_over()
    assert crowd.statuses(speaking) == {"interrupted": MANY}
    assert crowd.statuses(silent + done) == {"completed": 5}
    assert all(page.sockets > 1 for one in speaking for page in one.pages)
    tally = Tally()
    crowd.compare(tally)
    note("kill", tally, crowd.statuses())


def test_it_is_told_to_end(rooms: Rooms, crowd_in: Gather, load: LoadProvider, note: Note) -> None:
    room = rooms(CHATROOM_DRAIN=DRAIN)
    crowd = crowd_in(room)
    short = crowd.ask_all(speeches(MANY // 2, pieces=120, hold=40))
    silent = crowd.ask_all(speeches(2, pieces=80, hold=0))
    endless = crowd.speak(speeches(MANY // 2, pieces=100_000, rate=50))
    crowd.until_shown(30, short + endless)
    room.signal(signal.SIGTERM)
    eventually(lambda: says(room, f"Waiting up to {DRAIN} s"), "it waits for the replies")
    late = crowd.ask(speeches(1, pieces=80)[0])
    for one in short:
        load.release(one.speech)
    assert room.wait(PATIENCE) == 0
    room.start()
    eventually(lambda: asked_again(load, silent), "those that had said nothing are asked again")
    load.release()
    crowd.until_over()
    assert crowd.statuses(short) == {"completed": MANY // 2}
    assert crowd.statuses(endless) == {"interrupted": MANY // 2}
    assert crowd.statuses([*silent, late]) == {"completed": 3}
    assert len(load.of(late.speech)) == 1
    tally = Tally()
    crowd.compare(tally)
    note("end", tally, crowd.statuses())


def test_it_is_told_twice(rooms: Rooms, crowd_in: Gather, load: LoadProvider, note: Note) -> None:
    room = rooms(CHATROOM_DRAIN="600")
    crowd = crowd_in(room)
    silent = crowd.ask_all(speeches(2, pieces=80, hold=0))
    endless = crowd.speak(speeches(MANY // 2, pieces=100_000, rate=50))
    crowd.until_shown(30, endless)
    room.signal(signal.SIGTERM)
    eventually(lambda: says(room, "Waiting up to 600 s"), "it waits for the replies")
    room.signal(signal.SIGTERM)
    room.wait(PATIENCE)
    assert crowd.statuses(endless) == {"interrupted": MANY // 2}  # it did so itself, before it went
    assert crowd.statuses(silent) == {"queued": 2}
    room.start()
    eventually(lambda: asked_again(load, silent), "those that had said nothing are asked again")
    load.release()
    crowd.until_over()
    assert crowd.statuses(silent) == {"completed": 2}
    tally = Tally()
    crowd.compare(tally)
    note("end twice", tally, crowd.statuses())


def test_it_is_frozen_past_its_lease(rooms: Rooms, crowd_in: Gather, load: LoadProvider, note: Note) -> None:
    room = rooms(CHATROOM_LEASE="1")
    crowd = crowd_in(room)
    speaking = crowd.speak(speeches(MANY, pieces=800 if LONG else 400, rate=100))
    crowd.until_shown(40, speaking)
    room.signal(signal.SIGSTOP)
    thaw = time.monotonic() + 3
    eventually(lambda: time.monotonic() > thaw, "the lease is over, and time for somebody to see it")
    room.signal(signal.SIGCONT)
    crowd.until_over()
    assert crowd.statuses() == {"completed": MANY}
    assert [len(load.of(one.speech)) for one in speaking] == [1] * MANY
    tally = Tally()
    crowd.compare(tally)
    note("freeze", tally, crowd.statuses())
