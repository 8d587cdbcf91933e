"""Database work away from the event loop.

Django's thread-sensitive mode runs all such work of a context in one thread, where a slow page
would hold up a stream; here a few threads with connections of their own do it.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, connection

P = ParamSpec("P")
T = TypeVar("T")


class DatabaseThreads:
    """`size` threads, each with a database connection that it keeps until it breaks (where there is no pool)."""

    def __init__(self, name: str, size: int) -> None:
        self._pool = ThreadPoolExecutor(size, thread_name_prefix=name)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` in one of the threads and return what it returns."""
        # The context goes along: log lines say which run they are about.
        work = partial(_guarded, function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._pool, contextvars.copy_context().run, work)


def _guarded(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return function(*args, **kwargs)
    except (DatabaseError, InterfaceError):
        # The connection may be what is broken; the next call opens a fresh one.
        connection.close()
        raise
    finally:
        if connection.settings_dict["OPTIONS"].get("pool"):
            connection.close()  # back into the pool, for whoever waits
