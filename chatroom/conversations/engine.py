"""What runs in a process beside its requests: the writer, the runner, the followers, the catalogue.

One object, made when the process begins to serve; views reach it through `engine`. On one machine one process
does everything; among several (`REDIS_URL`) some serve pages and others, the workers, do the runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any, assert_never

import httpx
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction

from chatroom.conversations.announcing import Hub
from chatroom.conversations.attendance import Attendance
from chatroom.conversations.companions import COMPANIONS
from chatroom.conversations.context.history import Messages, messages_for
from chatroom.conversations.following import Followers
from chatroom.conversations.log import Advance, Log
from chatroom.conversations.models import Run
from chatroom.conversations.news import (
    WEB,
    WORK,
    ConversationChanged,
    Hint,
    News,
    RailChanged,
    RunAdvanced,
    RunsQueued,
    StopAsked,
)
from chatroom.conversations.offers.catalogue import Catalogue
from chatroom.conversations.rail_board import RailBoard
from chatroom.conversations.runs import END_SECONDS, Runner
from chatroom.conversations.threads import DatabaseThreads
from chatroom.conversations.tuning import tune
from chatroom.conversations.wire.record import WireRecord
from chatroom.demo.server import DemoServer
from chatroom.demo.server import start as start_demo
from chatroom.providers.provider import Provider
from chatroom.providers.transport import open_client

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 5.0
RESTART_SECONDS = 1.0
# A process that serves pages does runs that no worker has taken for so long: then there is none.
HELP_OUT_AFTER = timedelta(seconds=3)


class Engine:
    """The parts of a working process and the wires between them. `serves`: it has pages; else it is a worker."""

    def __init__(self, *, serves: bool = True) -> None:
        lease = timedelta(seconds=settings.LEASE_SECONDS)
        layer: Any = get_channel_layer() if settings.REDIS_URL else None
        name = settings.PROCESS_NAME
        self.news = News(layer, name, self._hear)
        self.hub = Hub()
        self.threads = DatabaseThreads("pages", 4)
        self.followers = Followers(self.threads, self.news)
        self.rails = RailBoard()
        self.attendance = Attendance(self.threads)
        self.client: httpx.AsyncClient = open_client()
        self.catalogue = Catalogue(settings.PROVIDERS, self.client, self.threads, discover=settings.DISCOVER)
        self.log = Log(name, lease, self._advanced)
        self.wire = WireRecord(settings.WIRE_DAYS)
        self.runner = Runner(
            self.log,
            self.catalogue,
            self.client,
            lease,
            settings.SILENCE_SECONDS,
            self._run_changed,
            self.wire,
            HELP_OUT_AFTER if serves and layer else timedelta(0),
        )
        self._groups = (WEB, WORK) if serves else (WORK,)
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._demo: DemoServer | None = None

    async def start(self) -> None:
        """Begin to work: recover what a dead process left, then take what comes."""
        with contextlib.suppress(DatabaseError):  # tried again with every look around
            await self.catalogue.load()
        if settings.DEMO:
            self._demo = await start_demo(tokens_per_second=settings.DEMO_SPEED)
            self.catalogue.add(Provider("demo", "Demo (built in)", "openai-chat", self._demo.base_url))
        work: list[Callable[[], Awaitable[None]]] = [
            self.log.write_forever,
            self._sweep_forever,
            self.runner.work_forever,
            self.runner.renew_forever,
            self.runner.look_for_stops_forever,
            self.followers.look_again_forever,
            self.attendance.look_forever,
            self.wire.write_forever,
            self.wire.forget_forever,
            self.catalogue.refresh_forever,
            *(partial(companion, self.threads) for companion in COMPANIONS),
        ]
        if not self.news.is_alone:
            await self.news.join(*self._groups)
            work += [self.news.listen_forever, self.news.tell_forever]
        for one in work:
            self._tasks.add(self._loop.create_task(_for_ever(one)))
        tune()

    async def drain(self, seconds: float) -> None:
        """Take no more work, give what is under way so long to end, and write down what there is to write."""
        await self.runner.drain(seconds)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.wire.write(), END_SECONDS)

    def begin_soon(self, run: Run) -> None:
        """From the thread that made it, after the commit: a run that was made as this process's own is to begin.

        What its model is shown is read here and now: to wait for another thread takes longer than to read it.
        """
        messages: Messages | None = None
        with contextlib.suppress(DatabaseError, InterfaceError, KeyError):  # the runner tries again, and says why not
            messages = messages_for(run)
        self._soon(self.runner.begin, run, messages)

    def run_queued_soon(self) -> None:
        """From any thread, after the commit: there is a run to be claimed."""
        self._soon(self.runner.wake)
        self._soon(self.news.tell, WORK, RunsQueued())

    def conversation_changed_soon(self, conversation_id: int, user_id: int) -> None:
        """From any thread, after the commit: a conversation has another shape or title."""
        self._soon(self.hub.changed, conversation_id, user_id)
        self._soon(self.news.tell, WEB, ConversationChanged(conversation_id, user_id))

    def refresh_models_soon(self) -> None:
        """From any thread: somebody wants the providers to be asked for their models now."""
        self._soon(self.catalogue.refresh_by_hand)

    def stop_soon(self, run: Run) -> None:
        """From any thread, after the commit: a run is to be stopped, or has been."""
        self._soon(self.runner.stop, run.pk)
        self._soon(self.news.tell, WORK, StopAsked(run.pk))
        self._soon(self._run_changed, run)

    def _soon(self, do: Callable[..., None], *arguments: Any) -> None:
        self._loop.call_soon_threadsafe(do, *arguments)

    def _advanced(self, advance: Advance) -> None:
        """The log was committed here."""
        self.followers.advance(advance)
        self.news.advanced(advance)

    def _run_changed(self, run: Run) -> None:
        """A run began or ended here, or is to be looked at."""
        conversation = run.reply.conversation
        self._advanced(Advance(run.pk, conversation.pk))
        self.hub.rail(conversation.owner_id)
        self.news.tell(WEB, RailChanged(conversation.owner_id))

    def _hear(self, hint: Hint) -> None:
        """Another process has told something."""
        match hint:
            case RunAdvanced(run_id, conversation_id, rows, run_changed):
                self.followers.advance(Advance(run_id, conversation_id, rows, run_changed))
            case ConversationChanged(conversation_id, user_id):
                self.hub.changed(conversation_id, user_id)
            case RailChanged(user_id):
                self.hub.rail(user_id)
            case RunsQueued():
                self.runner.wake()
            case StopAsked(run_id):
                self.runner.stop(run_id)
            case _:
                assert_never(hint)

    async def _sweep_forever(self) -> None:
        while True:
            for run in await self.runner.sweep_once():
                self._run_changed(run)
            # More than once within a lease: else the database may have been away all the time between two looks.
            await asyncio.sleep(min(SWEEP_SECONDS, settings.LEASE_SECONDS / 3))


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


async def start_engine(*, serves: bool = True) -> Engine:
    """The engine of this process, started by the first call."""
    global _engine, _starting
    _starting = _starting or asyncio.Lock()
    async with _starting:
        if _engine is None:
            started = Engine(serves=serves)
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


def begun_here() -> dict[str, Any]:
    """What the row of a new run says where this very process does the runs: then nobody need claim it first."""
    return _engine.runner.claimed() if _engine is not None else {}
