"""What runs in a process beside its requests: the writer, the runner, the followers, the catalogue.

One object, made when the process begins to serve; views reach it through `engine`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
from django.conf import settings
from django.db import DatabaseError, transaction

from chatroom.conversations.announcing import Hub
from chatroom.conversations.claims import worker_name
from chatroom.conversations.following import Followers
from chatroom.conversations.log import Advance, Log
from chatroom.conversations.models import Run
from chatroom.conversations.offers.catalogue import Catalogue
from chatroom.conversations.runs import Runner
from chatroom.conversations.threads import DatabaseThreads
from chatroom.conversations.wire.record import WireRecord
from chatroom.demo.server import DemoServer
from chatroom.demo.server import start as start_demo
from chatroom.providers.provider import Provider, open_client

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 5.0
RESTART_SECONDS = 1.0


class Engine:
    """The parts of a working process and the wires between them."""

    def __init__(self) -> None:
        lease = timedelta(seconds=settings.LEASE_SECONDS)
        self.hub = Hub()
        self.threads = DatabaseThreads("pages", 4)
        self.followers = Followers(self.threads)
        self.client: httpx.AsyncClient = open_client()
        self.catalogue = Catalogue(settings.PROVIDERS, self.client, self.threads, discover=settings.DISCOVER)
        self.log = Log(worker_name(), lease, self.followers.advance)
        self.wire = WireRecord(settings.WIRE_DAYS)
        self.runner = Runner(
            self.log, self.catalogue, self.client, lease, settings.SILENCE_SECONDS, self._run_changed, self.wire
        )
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._demo: DemoServer | None = None

    async def start(self) -> None:
        """Begin to work: recover what a dead process left, then take what comes."""
        self.hub.attach(self._loop)
        with contextlib.suppress(DatabaseError):  # tried again with every look around
            await self.catalogue.load()
        if settings.DEMO:
            self._demo = await start_demo(tokens_per_second=settings.DEMO_SPEED)
            self.catalogue.add(Provider("demo", "Demo (built in)", "openai-chat", self._demo.base_url))
        for work in (
            self.log.write_forever,
            self._sweep_forever,
            self.runner.work_forever,
            self.runner.renew_forever,
            self.runner.look_for_stops_forever,
            self.followers.look_again_forever,
            self.wire.write_forever,
            self.wire.forget_forever,
            self.catalogue.refresh_forever,
        ):
            self._tasks.add(self._loop.create_task(_for_ever(work)))

    def run_queued_soon(self) -> None:
        """From any thread, after the commit: there is a run to be claimed."""
        self._loop.call_soon_threadsafe(self.runner.wake)

    def refresh_models_soon(self) -> None:
        """From any thread: somebody wants the providers to be asked for their models now."""
        self._loop.call_soon_threadsafe(self.catalogue.refresh_by_hand)

    def stop_soon(self, run: Run) -> None:
        """From any thread, after the commit: a run is to be stopped, or has been."""
        self._loop.call_soon_threadsafe(self.runner.stop, run.pk)
        self._loop.call_soon_threadsafe(self._run_changed, run)

    def _run_changed(self, run: Run) -> None:
        conversation = run.reply.conversation
        self.followers.advance(Advance(run.pk, conversation.pk))
        self.hub.rail(conversation.owner_id)

    async def _sweep_forever(self) -> None:
        while True:
            for run in await self.runner.sweep_once():
                self._run_changed(run)
            await asyncio.sleep(SWEEP_SECONDS)


async def _for_ever(work: Callable[[], Awaitable[None]]) -> None:
    """Keep `work` going: an error is logged and it begins again."""
    while True:
        try:
            await work()
        except Exception:
            logger.exception("%s failed; beginning again", getattr(work, "__qualname__", work))
            await asyncio.sleep(RESTART_SECONDS)


_engine: Engine | None = None
_starting: asyncio.Lock | None = None


async def start_engine() -> Engine:
    """The engine of this process, started by the first call."""
    global _engine, _starting
    _starting = _starting or asyncio.Lock()
    async with _starting:
        if _engine is None:
            started = Engine()
            await started.start()
            _engine = started
    return _engine


def engine() -> Engine:
    """The engine of this process. Raises RuntimeError where none was started, as in a management command."""
    if _engine is None:
        raise RuntimeError("this process does not serve the room")
    return _engine


def after_commit(do: Callable[[Engine], None]) -> None:
    """Tell the engine once the transaction is on disk; where there is none (in a command) its tick will find out."""
    transaction.on_commit(lambda: do(_engine) if _engine is not None else None)
