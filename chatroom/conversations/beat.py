"""The beat: when runs are read, so that their work falls together.

A provider sends a piece every few milliseconds, each of which would wake the event loop, a commit and a frame for
itself. Nobody sees more than thirty frames a second. So who has read waits for a later beat before it reads again:
then all runs of that beat read what has come for them, the writer commits it together, and the frames go out together.
A piece that comes after a pause is read at once.

What a frame costs hardly depends on how much is in it, so the more runs are read, the more beats each lets pass: then
every beat has other runs, and none has so much to do that what it shows comes late for that. Where beats come late all
the same, as when hundreds of replies begin at once, more are let pass until there is time again.
"""

from __future__ import annotations

import asyncio
from math import ceil, sqrt

BEAT_SECONDS = 1 / 30
# Of a hundred runs each is read at every third beat, of four hundred at every fifth.
SHARE = 0.24
MOST_BEATS = 6
# Where the loop has no time, so many more at most are let pass: what comes is shown in larger pieces.
MOST_LATE = 9


def beats_between(runs: int) -> int:
    """How many beats it is from one reading of a run to the next, where so many are read."""
    return max(1, min(MOST_BEATS, ceil(SHARE * sqrt(runs))))


class Beat:
    """The beat of one event loop."""

    def __init__(self) -> None:
        # By the number of the beat, counted from the loop's beginning of time.
        self._waiting: dict[int, list[asyncio.Future[None]]] = {}
        self._runs = 0
        # By how many beats the last one came late: then there is more to do than there is time.
        self._late = 0

    async def next(self) -> None:
        """Wait for the beat at which the caller is to read again."""
        loop = asyncio.get_running_loop()
        self._runs += 1
        try:
            number = int(loop.time() / BEAT_SECONDS) + beats_between(self._runs) + self._late
            if number not in self._waiting:
                self._waiting[number] = []
                loop.call_at(number * BEAT_SECONDS, self._strike, number)
            turn = loop.create_future()
            self._waiting[number].append(turn)
            await turn
        finally:
            self._runs -= 1

    def _strike(self, number: int) -> None:
        late = asyncio.get_running_loop().time() / BEAT_SECONDS - number
        self._late = min(MOST_LATE, int(late))
        for turn in self._waiting.pop(number):
            if not turn.done():
                turn.set_result(None)
