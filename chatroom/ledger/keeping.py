"""The books are kept beside a process's requests: whoever looks first books what is due."""

from __future__ import annotations

import asyncio

from chatroom.conversations.threads import DatabaseThreads
from chatroom.ledger.booking import RUNS_AT_A_TIME, book

LOOK_SECONDS = 1.0
# Between two batches where much is due, as after an upgrade: the room goes on beside it.
BREATH_SECONDS = 0.2


async def keep_forever(threads: DatabaseThreads) -> None:
    """Book whatever has ended, a moment later."""
    while True:
        booked = await threads.run(book)
        await asyncio.sleep(BREATH_SECONDS if booked == RUNS_AT_A_TIME else LOOK_SECONDS)
