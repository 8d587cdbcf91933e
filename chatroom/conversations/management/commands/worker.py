"""`python manage.py worker`: does the runs of a room of several processes."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from chatroom.accounts.reaching import with_database
from chatroom.conversations.departing import Departure
from chatroom.conversations.engine import start_engine
from chatroom.conversations.migrating import is_behind
from chatroom.conversations.preparing import require_the_key

LOOK_AGAIN_SECONDS = 1.0


class Command(BaseCommand):
    """A process without pages: it claims queued runs, as many workers as wanted."""

    help = "Does the runs of a room of several processes (DATABASE_URL and REDIS_URL). SIGTERM lets replies end first."
    requires_system_checks: list[str] = []  # they cost more than the rest of the start

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop."""
        if not settings.REDIS_URL:
            raise CommandError("Without REDIS_URL a room is one process, which does its runs itself: manage.py serve.")
        asyncio.run(self._work())

    async def _work(self) -> None:
        await self._wait_for_the_database()
        await asyncio.to_thread(_require_the_key)
        engine = await start_engine(serves=False)
        over = asyncio.Event()
        Departure(engine.drain, over.set, settings.DRAIN_SECONDS).watch()
        self.stdout.write(f"Working as {engine.log.worker}")
        self.stdout.flush()
        await over.wait()
        self.stdout.flush()
        # All is done. What still waits for a database or a Redis that went away with us must not hold us up.
        os._exit(0)

    async def _wait_for_the_database(self) -> None:
        """A worker may be started before the database is, or before a page's process has brought it up to date."""
        told = ""
        while True:
            why = await asyncio.to_thread(_why_not_ready)
            if not why:
                return
            if why != told:
                self.stderr.write(f"Waiting: {why}")
                told = why
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _why_not_ready() -> str:
    try:
        return "migrations are missing; manage.py migrate or manage.py serve apply them." if is_behind() else ""
    except DatabaseError:
        return "the database does not answer."
    finally:
        connection.close()


def _require_the_key() -> None:
    with with_database():
        require_the_key()
