"""Readers who stop reading: the room's memory stays bounded, nobody waits for them, and they catch up."""

from __future__ import annotations

from tests.faults.conftest import LONG, Gather, Note, Rooms
from tests.support.crowd import speeches
from tests.support.memory import Memory
from tests.support.room import Room
from tests.support.tally import Tally

STALLED = 20
# Characters of the long reply: so much that with a copy for each stalled reader the bound would be far exceeded.
LENGTH = 20_000_000 if LONG else 3_000_000
BOUND = 100 if LONG else 60


def test_they_never_read_a_byte(rooms: Rooms, crowd_in: Gather, note: Note) -> None:
    room = rooms(CHATROOM_REPLY_CHARACTERS="50000000")
    crowd = crowd_in(room)
    wide = 400
    (speech,) = speeches(1, pieces=LENGTH // (14 * wide), wide=wide, hold=0)
    (long_one,) = crowd.ask_all([speech])
    stalled = [crowd.read(long_one, reads=False) for _ in range(STALLED)]
    others = crowd.ask_all(speeches(5, pieces=300, rate=50, hold=0))
    with Memory(room.pid) as memory:
        crowd.let_speak([long_one, *others])
        crowd.until_over(others)
        crowd.until_over_on([long_one], page=0)
        assert memory.risen < BOUND, f"{memory.risen} MB more than before"
        # Some read again, the others leave without a word.
        again = stalled if LONG else stalled[:1]
        for page in set(stalled) - set(again):
            long_one.pages.remove(page)
            crowd.audience.close(page)
        crowd.audience.read_again(*again)
        crowd.until_over()
        assert memory.risen < BOUND, f"{memory.risen} MB more than before"
    assert crowd.statuses() == {"completed": 6}
    tally = Tally()
    crowd.compare(tally)
    note("stalled", tally, crowd.statuses())


def test_they_read_now_and_then(standing: Room, crowd_in: Gather, note: Note) -> None:
    """Often enough to fall behind, catch up, and fall behind again in one reply."""
    crowd = crowd_in(standing)
    rounds = 8 if LONG else 4
    (one,) = crowd.ask_all(speeches(1, pieces=170 * rounds + 150, rate=150, wide=60, hold=0), readers=2)
    page = one.pages[1]
    crowd.let_speak([one])
    for words in range(10_000, 10_000 * rounds + 1, 10_000):
        crowd.audience.cease(page)
        crowd.until_shown_on(one, page=0, words=words)
        crowd.audience.read_again(page)
        crowd.until_shown_on(one, page=1, words=words - 5_000)
    crowd.until_over()
    tally = Tally()
    crowd.compare(tally)
    note("now and then", tally, crowd.statuses())
