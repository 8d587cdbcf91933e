"""The end of a process, in order: SIGTERM lets replies go on for a while, Ctrl-C or a second signal does not."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)


class Departure:
    """Waits for the signals to end. `drain(seconds)` ends the work, `leave` then the process."""

    def __init__(self, drain: Callable[[float], Awaitable[None]], leave: Callable[[], None], seconds: float) -> None:
        self._drain = drain
        self._leave = leave
        self._seconds = seconds
        self._going: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """From now on obey the signals; on the event loop of the main thread."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._asked, self._seconds)
        loop.add_signal_handler(signal.SIGINT, self._asked, 0.0)

    def _asked(self, seconds: float) -> None:
        if self._going:
            self._going.cancel()
            seconds = 0.0
        self._going = asyncio.get_running_loop().create_task(self._go(self._going, seconds))

    async def _go(self, before: asyncio.Task[None] | None, seconds: float) -> None:
        if before:
            with contextlib.suppress(asyncio.CancelledError):
                await before
        try:
            await self._drain(seconds)
        except Exception:
            logger.exception("The end was not in order")
        self._leave()
