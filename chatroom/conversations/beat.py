"""The beat: when runs are read, so that their work falls together.

A provider sends a piece every few milliseconds, each of which would wake the event loop, a commit and a frame for
itself. Nobody sees more than thirty frames a second. So who has read waits for the next beat before it reads again:
then all runs read what has come for them, the writer commits it together, and the frames go out together.
A piece that comes after a pause is read at once. The more runs are being read, the slower the beat.
"""

from __future__ import annotations

import asyncio

FASTEST = 1 / 30
SLOWEST = 1 / 10
# Seconds that each run adds that is being read.
A_RUN = 0.00125


class Beat:
    """The beat of one event loop."""

    def __init__(self) -> None:
        self._struck: asyncio.Event | None = None
        self._waiting = 0
        self._readers = 0

    async def next(self) -> None:
        """Wait for the next beat."""
        self._waiting += 1
        if self._struck is None:
            self._struck = asyncio.Event()
            asyncio.get_running_loop().call_later(self.seconds, self._strike)
        await self._struck.wait()

    @property
    def seconds(self) -> float:
        """From one beat to the next."""
        return min(SLOWEST, max(FASTEST, A_RUN * self._readers))

    def _strike(self) -> None:
        struck, self._struck = self._struck, None
        self._readers, self._waiting = self._waiting, 0
        if struck:
            struck.set()
