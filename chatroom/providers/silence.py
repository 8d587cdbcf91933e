"""How long nothing may come: one timer for a whole answer, since one for each piece costs more than the piece."""

from __future__ import annotations

import asyncio
from types import TracebackType


class Silence:
    """An asynchronous context that ends in TimeoutError when, while it listens, nothing is heard for `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._limit = asyncio.timeout(None)
        self._since: float | None = None

    async def __aenter__(self) -> Silence:
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(self._seconds, self._look)
        await self._limit.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        await self._limit.__aexit__(kind, error, trace)

    def listen(self) -> None:
        """From now on something should come."""
        self._since = self._loop.time()

    def heard(self) -> None:
        """Something came; what is done with it may take its time."""
        self._since = None

    def shorten(self, seconds: float) -> None:
        """From now on nothing may come for so long only."""
        self._seconds = seconds
        self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self._look)

    def _look(self) -> None:
        now = self._loop.time()
        due = (now if self._since is None else self._since) + self._seconds
        if due <= now:
            self._limit.reschedule(now)
        else:
            self._timer = self._loop.call_at(due, self._look)
