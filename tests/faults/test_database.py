"""Somebody else holds the database, or it may not be written."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest

from tests.faults.conftest import LONG, MANY, Gather, Note
from tests.support.crowd import eventually, speeches
from tests.support.room import Room
from tests.support.tally import Tally

# Longer than the room waits for a lock, which is 20 s; in the short form not.
SECONDS = 30 if LONG else 3


@pytest.mark.slow
def test_somebody_locks_it(standing: Room, crowd_in: Gather, note: Note) -> None:
    crowd = crowd_in(standing)
    speaking = crowd.speak(speeches(MANY, pieces=100 * SECONDS, rate=80))
    crowd.until_shown(40)
    with closing(sqlite3.connect(standing.data / "chatroom.sqlite3", timeout=60, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        kept = other.execute("SELECT sum(length(text)) FROM conversations_delta").fetchone()[0]
        release = time.monotonic() + SECONDS
        eventually(lambda: time.monotonic() > release, "it is locked for so long")
        ever = {one.run: set(one.pages[0].ever) for one in speaking}
        assert other.execute("SELECT sum(length(text)) FROM conversations_delta").fetchone()[0] == kept
        texts = other.execute("SELECT run_id, group_concat(text, '') FROM conversations_delta GROUP BY run_id")
        tally = Tally()
        for run, text in texts.fetchall():
            if run not in ever:
                continue  # of another test in the same room
            tally.kept(f"run {run} while it is locked", ever[run], text)
        other.execute("ROLLBACK")
    crowd.until_over()
    assert crowd.statuses() == {"completed": MANY}
    crowd.compare(tally)
    note("locked", tally, crowd.statuses())
