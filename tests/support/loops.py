"""Event loops of servers that live in a thread of their own."""

from __future__ import annotations

import asyncio


def end(loop: asyncio.AbstractEventLoop) -> None:
    """When a loop has been stopped: end what goes on in it, in its own thread."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.close()
