"""When each delta was sent: numbers in a file that provider and rig both map into memory.

Times are seconds of CLOCK_MONOTONIC, which all processes of one machine share. A reply has a place on
the board: four entries about the request, then one a delta, 0 until it is sent.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path

#: Entries on the board; the file is sparse, so that only what is written takes memory.
ENTRIES = 16_000_000

# The head of the board.
SENT = 0  # deltas sent, all told
REQUESTS = 1
LATEST = 2  # how many seconds behind its time the worst delta was sent, since somebody set it to 0
HUSH = 3  # not 0: streams at a rate end with the delta that is due next
HEAD = 8

# The entries of a reply.
RECEIVED = 0  # the request was there, whole
LAST = 1  # the last delta was sent
GONE = 2  # the caller hung up before
SAID = 3  # so many deltas it was in the end
DELTAS = 4


class Board:
    """The mapped file. `cells` are the numbers."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            with path.open("wb") as file:
                file.truncate(ENTRIES * 8)
        descriptor = os.open(path, os.O_RDWR)
        self._map = mmap.mmap(descriptor, ENTRIES * 8)
        os.close(descriptor)
        self.cells = memoryview(self._map).cast("d")
        self._free = HEAD

    def place(self, deltas: int) -> int:
        """Reserve the place of a reply: where its entries begin."""
        place = self._free
        self._free += DELTAS + deltas
        if self._free > ENTRIES:
            raise RuntimeError("the board is full: ask for fewer deltas in one go of the rig")
        return place
