"""A provider does what no good one does: each run ends once, in clear words, with what was said; others go on."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.faults.conftest import LONG, Gather, Note, Rooms
from tests.support.crowd import Asked, Crowd, speeches
from tests.support.load import CONTENT, REASONING, LoadProvider
from tests.support.memory import Memory
from tests.support.room import free_port
from tests.support.tally import Tally


@dataclass(frozen=True)
class Expected:
    """How a run has to end: status, kind of error, and how much of the speech is there at least, in pieces."""

    status: str
    error: str = ""
    pieces: int = 0


PIECES = 200 if LONG else 100
HALF = PIECES // 2
EXPECTED = {
    "stalls-before-the-head": Expected("failed", "silent"),
    "stalls-after-the-head": Expected("failed", "silent"),
    "stalls-in-the-middle": Expected("failed", "silent", HALF),
    "trickles": Expected("completed", "", PIECES),
    "resets": Expected("failed", "cut", HALF // 2),  # what is on its way when it resets may be lost on it
    "promises-too-much": Expected("completed", "", PIECES),
    "promises-too-little": Expected("failed", "cut", HALF // 2),
    "sends-noise": Expected("failed", "malformed"),
    "sends-broken-text": Expected("failed", "malformed", 1),
    "sends-a-web-page": Expected("failed", "malformed"),
    "breaks-off": Expected("failed", "cut", HALF),
    "goes-on-after-the-end": Expected("completed", "", PIECES),
    "miscounts-its-chunks": Expected("failed", "cut", HALF // 2),
    "redirects": Expected("failed", "rejected"),
    "compresses": Expected("completed", "", PIECES),
    "refuses": Expected("failed", "unreachable"),
}


def test_it_misbehaves_in_every_way_at_once(rooms: Rooms, crowd_in: Gather, load: LoadProvider, note: Note) -> None:
    room = rooms(start=False, CHATROOM_SILENCE="3")
    load.configuration(room.data.parent, also={"gone": f"http://127.0.0.1:{free_port()}/v1"})
    room.start()
    crowd = crowd_in(room)
    steady = crowd.speak(speeches(5, pieces=800 if LONG else 400, rate=80))
    bad = {
        misdeed: crowd.ask(
            speeches(1, pieces=PIECES, rate=0 if misdeed == "trickles" else 200)[0],
            model="gone/steady" if misdeed == "refuses" else misdeed,
        )
        for misdeed in EXPECTED
    }
    crowd.until_over()
    wrong = {misdeed: found for misdeed, one in bad.items() if (found := difference(crowd, one, EXPECTED[misdeed]))}
    assert not wrong
    for misdeed, one in bad.items():
        tally = Tally()
        crowd.compare(tally, [one])
        note(f"provider {misdeed}", tally, crowd.statuses([one]), silent=not EXPECTED[misdeed].pieces)
    assert crowd.statuses(steady) == {"completed": 5}
    tally = Tally()
    crowd.compare(tally, steady)
    note("provider and others", tally, crowd.statuses(steady))


def difference(crowd: Crowd, one: Asked, expected: Expected) -> str:
    """What is not as it is expected; and what the page does not say."""
    (run,) = crowd.runs_of(one.conversation)
    said = sum(len(crowd.room.said(one.run, kind)) for kind in (REASONING, CONTENT))
    least = sum(len(one.speech.text(kind, expected.pieces)) for kind in (REASONING, CONTENT))
    if (run["status"], run["error_kind"]) != (expected.status, expected.error):
        return f"{run['status']} ({run['error_kind']}): {run['error']}"
    if said < least:
        return f"{said} characters, not {least}"
    if run["error"] and run["error"].rstrip(".") not in " ".join(one.pages[0].dom.root.itertext()):
        return f"the page does not say: {run['error']}"
    return ""


# A reply that does not end is one of so many pieces that nobody will hear the last.
FOR_EVER = 10_000_000


@pytest.mark.slow
def test_it_says_far_too_much(rooms: Rooms, crowd_in: Gather, note: Note) -> None:
    """Lines, heads and bodies without end, and bombs: the room takes no more of them than it can bear."""
    room = rooms(CHATROOM_REPLY_CHARACTERS="300000", CHATROOM_RUN_SECONDS="15", CHATROOM_SILENCE="10")
    crowd = crowd_in(room)
    expected = {
        "sends-one-endless-line": ("failed", "malformed"),
        "sends-a-bomb": ("failed", "malformed"),
        "sends-a-bomb-in-a-bomb": ("failed", "malformed"),
        "has-an-endless-head": ("failed", "unreachable"),
        "has-an-endless-header": ("failed", "unreachable"),
        "never-ends": ("failed", "too_long"),
        "drips-for-ever": ("failed", "too_slow"),
    }
    for_ever = {"never-ends": {"wide": 50}, "drips-for-ever": {"rate": 5}}
    times = 3 if LONG else 1
    bad: dict[str, list[Asked]] = {}
    with Memory(room.pid) as memory:
        for misdeed in expected:
            how: dict[str, int] = {"pieces": FOR_EVER, **for_ever[misdeed]} if misdeed in for_ever else {"pieces": 40}
            model = "steady" if misdeed in for_ever else misdeed
            bad[misdeed] = crowd.ask_all(speeches(times, **how), model=model)
        crowd.until_over()
        assert memory.risen < 100 * times, f"{memory.risen} MB more than before"
    ended = {misdeed: ended_as(crowd, asked) for misdeed, asked in bad.items()}
    assert ended == {misdeed: {how} for misdeed, how in expected.items()}
    for misdeed, asked in bad.items():
        tally = Tally()
        crowd.compare(tally, asked)
        note(f"provider {misdeed}", tally, crowd.statuses(asked), silent=misdeed not in for_ever)


def ended_as(crowd: Crowd, asked: list[Asked]) -> set[tuple[str, str]]:
    runs = [run for one in asked for run in crowd.runs_of(one.conversation)]
    return {(run["status"], run["error_kind"]) for run in runs}
