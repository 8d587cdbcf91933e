"""Bytes from a thread that makes them to the event loop that sends them: no faster than they are taken."""

from __future__ import annotations

import asyncio
import threading

# So many pieces wait to be sent; then the thread does.
WAITING = 2
LOOK_SECONDS = 1.0


class BrokenOff(Exception):
    """Nobody takes any more."""


class Pipe:
    """One end for a thread (`write`), the rest for the event loop, where it is made."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._room = threading.Semaphore(WAITING)
        self._closed = threading.Event()

    def write(self, data: bytes) -> None:
        """From the thread: hand on, once there is room. Raises BrokenOff."""
        while not self._room.acquire(timeout=LOOK_SECONDS):
            self.still_taken()
        self.still_taken()
        self._loop.call_soon_threadsafe(self._pieces.put_nowait, data)

    def still_taken(self) -> None:
        """From the thread. Raises BrokenOff where nobody takes any more."""
        if self._closed.is_set() or self._loop.is_closed():
            raise BrokenOff

    async def next(self) -> bytes | None:
        """What comes next; None: there is no more."""
        data = await self._pieces.get()
        self._room.release()
        return data

    def end(self) -> None:
        """The thread will write no more."""
        self._pieces.put_nowait(None)

    def close(self) -> None:
        """Nobody will take any more."""
        self._closed.set()
        self._room.release()
