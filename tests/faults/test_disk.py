"""The disk is full: nothing is shown that is not on it, the room says so, and goes on when there is room again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import LONG, MANY, Gather, Note, Rooms
from tests.support.crowd import PATIENCE, Crowd, eventually, speeches
from tests.support.load import CONTENT, REASONING, LoadProvider
from tests.support.room import Room
from tests.support.tally import Tally

# The room says every ten seconds that it cannot write.
COMPLAINTS = 3 if LONG else 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 24 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        reason = f"a file system cannot be mounted here: {mounted.stderr.strip()}"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Fill a disk to its last byte."""
    filler = folder / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * size)
    return filler


def complaints(room: Room) -> int:
    return "".join(room.output).count("could not be written")


def nothing_but_what_is_kept(crowd: Crowd, tally: Tally) -> None:
    """No page shows a word that is not on disk."""
    for one in crowd.asked:
        for page in one.pages:
            ever = set(page.ever)  # before the log is read: what comes in between is there then
            tally.kept(f"run {one.run}", ever, "".join(crowd.room.said(one.run, kind) for kind in (REASONING, CONTENT)))


def test_it_fills_up_and_is_emptied(
    small_disk: Path, rooms: Rooms, crowd_in: Gather, load: LoadProvider, note: Note
) -> None:
    room = rooms(data=small_disk / "data")
    crowd, tally = crowd_in(room), Tally()
    crowd.speak(speeches(MANY, pieces=1500 if LONG else 300, rate=100))
    crowd.until_shown(40)
    filler = fill(small_disk)
    eventually(lambda: complaints(room) >= COMPLAINTS, "the log cannot be written")
    eventually(lambda: all(load.of(one.speech)[0].over for one in crowd.asked), "the provider has said all")
    nothing_but_what_is_kept(crowd, tally)
    assert crowd.client.get("/healthz").status_code == 200
    refused = crowd.client.post(
        "/begin/", data={"prompt": "Is there room?", "lane-0-model": "load/steady"}, headers={"HX-Request": "true"}
    )
    assert refused.status_code == 503, refused.text
    assert "cannot read or write" in refused.text
    filler.unlink()
    crowd.until_over()
    assert crowd.statuses() == {"completed": MANY}
    crowd.compare(tally)
    note("disk full", tally, crowd.statuses())


def test_it_is_told_to_end_while_the_disk_is_full(small_disk: Path, rooms: Rooms, crowd_in: Gather, note: Note) -> None:
    """It cannot write the end of any reply, and goes all the same."""
    room = rooms(data=small_disk / "data")
    crowd, tally = crowd_in(room), Tally()
    crowd.speak(speeches(MANY // 2, pieces=100_000, rate=100))
    crowd.until_shown(40)
    filler = fill(small_disk)
    eventually(lambda: complaints(room) >= COMPLAINTS, "the log cannot be written")
    room.signal(signal.SIGTERM)
    room.wait(PATIENCE)
    nothing_but_what_is_kept(crowd, tally)
    filler.unlink()
    room.start()
    crowd.until_over()
    assert crowd.statuses() == {"interrupted": MANY // 2}
    crowd.compare(tally)
    note("disk full at the end", tally, crowd.statuses())


def test_it_starts_on_a_full_disk(small_disk: Path, rooms: Rooms) -> None:
    room = rooms(data=small_disk / "data", start=False)
    fill(small_disk)
    with pytest.raises(AssertionError, match="the server ended"):
        room.start()
    said = "".join(room.output)
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) == 1, said
    assert "full" in said
