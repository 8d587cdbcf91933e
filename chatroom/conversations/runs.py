"""The life of a run: ask the provider, hand what it says to the log, end in one final status.

A run is a task of its own and belongs to no page: it goes on when every reader has left.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import Q
from django.utils import timezone

from chatroom.conversations.beat import Beat
from chatroom.conversations.claims import Watch, claim, claimed, hand_back, some_are_queued, sweep
from chatroom.conversations.context.history import Messages, messages_for
from chatroom.conversations.forms import Asked
from chatroom.conversations.hearing import CutOff, Hearing
from chatroom.conversations.log import LeaseLost, Log, RunLog
from chatroom.conversations.models import LIVE, Run, Status
from chatroom.conversations.offers.catalogue import Catalogue
from chatroom.conversations.sealing import Ending, seal
from chatroom.conversations.stopwatch import Stopwatch
from chatroom.conversations.storing import storable
from chatroom.conversations.thoughts import is_moot
from chatroom.conversations.threads import DatabaseThreads
from chatroom.conversations.wire.record import WireRecord
from chatroom.providers.errors import ProviderError
from chatroom.providers.events import TryingAgain
from chatroom.providers.provider import Timeouts
from chatroom.providers.request import ChatRequest
from chatroom.watching import logs, metrics

logger = logging.getLogger(__name__)

# Runs taken in one go; more are taken in the next, at once.
CLAIM_AT_ONCE = 100
# Queued runs are looked for so often even if no wake-up comes; stop requests that were not made here, too.
CLAIM_SECONDS = 2.0
STOP_SECONDS = 0.5

# A process that ends waits no longer than this for what is to be written of its runs: the database may be away.
END_SECONDS = 5.0

RESTARTED = "The room's server was restarted while the model was speaking. Everything it had said is kept."


class Runner:
    """Claims queued runs and lets them live, each as a task. One a process."""

    def __init__(
        self,
        log: Log,
        catalogue: Catalogue,
        client: httpx.AsyncClient,
        lease: timedelta,
        silence: float,
        changed: Callable[[Run], None],
        wire: WireRecord,
        patience: timedelta = timedelta(0),
    ) -> None:
        self._log = log
        self._catalogue = catalogue
        self._client = client
        self._lease = lease
        self._timeouts = Timeouts(silence=silence)
        self._changed = changed
        self._wire = wire
        # How long a run must have waited before it is claimed: others may be here to do the work.
        self._patience = patience
        self._watch = Watch(lease)
        self._beat = Beat()
        self._threads = DatabaseThreads("runs", 2)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._begun: set[int] = set()
        self._stopping: set[int] = set()
        self._woken = asyncio.Event()
        # Runs were queued, and may not all have been taken.
        self._some_wait = True
        # While runs are being claimed they are ours already, and not in `_tasks` yet.
        self._claiming = asyncio.Lock()
        self._draining = False
        self._late: set[asyncio.Future[bool]] = set()
        metrics.RUNS_HERE.set_function(lambda: len(self._tasks))

    def wake(self) -> None:
        """Queued runs may be there."""
        self._some_wait = True
        self._woken.set()

    def stop(self, run_id: int) -> None:
        """Stop a run of this process: its connection to the provider closes, its text stays."""
        task = self._tasks.get(run_id)
        if task and run_id not in self._stopping:  # a second cancel would cut off the ending itself
            self._stopping.add(run_id)
            if run_id in self._begun:  # one that has not begun finds the wish when it does
                task.cancel()

    def claimed(self) -> dict[str, Any]:
        """What the row of a run says that is made as this worker's own; nothing where others do the work."""
        if self._patience or self._draining:
            return {}
        return claimed(self._log.worker, self._lease)

    def begin(self, run: Run, messages: Messages | None = None) -> None:
        """Let a run live that is this worker's. `messages`: what its model is shown, if that has been read."""
        if self._draining:  # it was made a moment before; nobody has waited for it
            self._late.add(asyncio.ensure_future(self._threads.run(hand_back, run, self._log.worker)))
            return
        task = asyncio.create_task(self._live(run, messages), name=f"run {run.pk}")
        self._tasks[run.pk] = task
        task.add_done_callback(partial(self._forget, run.pk))

    async def work_forever(self) -> None:
        """Claim queued runs as they come."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), CLAIM_SECONDS)
            self._woken.clear()
            async with self._claiming:
                if self._draining:
                    return
                self._some_wait = False
                runs = await self._threads.run(claim, self._log.worker, self._lease, CLAIM_AT_ONCE, self._patience)
                self._some_wait |= await self._threads.run(some_are_queued)
                for run in runs:
                    self.begin(run)
                    self._changed(run)
                    self._woken.set()  # there may be more than we took

    async def look_for_stops_forever(self) -> None:
        """Find stop requests made in other processes, or before the run was in this one's hands."""
        while True:
            await asyncio.sleep(STOP_SECONDS)
            if self._tasks:
                asked = Run.objects.filter(pk__in=list(self._tasks), ended_at=None).exclude(stop_requested_at=None)
                for run_id in await self._threads.run(list, asked.values_list("pk", flat=True)):
                    self.stop(run_id)

    async def renew_forever(self) -> None:
        """Renew the leases of the runs of this process at a third of their time."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            if self._tasks:
                await self._log.renew(list(self._tasks))

    async def sweep_once(self) -> list[Run]:
        """Look after runs whose worker is dead, and return them; those that can be taken up again are queued."""
        async with self._claiming:
            changed = await self._threads.run(sweep, self._log.worker, self._watch, set(self._tasks))
        if changed:
            self.wake()
        return changed

    async def drain(self, seconds: float) -> None:
        """Claim no more, let what goes on end for so long, then give up the rest.

        Of those a run that has said nothing yet is handed to whoever comes next, others are interrupted.
        """
        async with self._claiming:
            self._draining = True
        self._woken.set()
        if self._tasks:
            logger.info("Waiting up to %g s for %d runs to end", seconds, len(self._tasks))
            await asyncio.wait(self._tasks.values(), timeout=seconds)
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        ending: list[asyncio.Future[Any]] = [*tasks, *self._late]
        if ending:
            await asyncio.wait(ending, timeout=END_SECONDS)

    def _forget(self, run_id: int, task: asyncio.Task[None]) -> None:
        if self._tasks.get(run_id) is task:
            del self._tasks[run_id]
            self._begun.discard(run_id)
            self._stopping.discard(run_id)

    async def _live(self, run: Run, messages: Messages | None) -> None:
        self._begun.add(run.pk)
        logs.about.set({"run": run.pk, "conversation": run.reply.conversation_id})
        logger.info("Run %d begins", run.pk)
        if run.attempts == 1 and run.started_at:
            metrics.RUN_WAITED.observe(max(0.0, (run.started_at - run.created_at).total_seconds()))
        log = RunLog(self._log, run.pk, run.reply.conversation_id, run.attempts)
        try:
            await self._live_to_the_end(run, log, messages)
        finally:
            self._changed(run)
            if self._some_wait:
                self.wake()  # a reply that goes on with this one may wait for its end

    async def _live_to_the_end(self, run: Run, log: RunLog, messages: Messages | None) -> None:
        said = Hearing(log, partial(self._tell_of_retry, run))
        try:
            if run.pk in self._stopping:
                raise asyncio.CancelledError
            await self._ask(run, said, messages)
            ending = said.ending()
        except asyncio.CancelledError:
            if run.pk in self._stopping:
                ending = Ending(Status.STOPPED, timezone.now(), usage=said.usage)
            elif not self._draining:
                raise  # the process is going down; another finds the run by its lease
            elif said.nothing and await self._threads.run(hand_back, run, self._log.worker):
                return
            else:
                ending = Ending(Status.INTERRUPTED, timezone.now(), error=RESTARTED, usage=said.usage)
        except LeaseLost:
            await self._give_up(run)
            return
        except CutOff as cut:
            metrics.PROVIDER_ERRORS.labels(run.provider, cut.kind).inc()
            ending = Ending(Status.FAILED, timezone.now(), error_kind=cut.kind, error=str(cut), usage=said.usage)
        except Exception:
            logger.exception("Run %d failed inside the room", run.pk)
            ending = Ending(
                Status.FAILED,
                timezone.now(),
                error_kind="internal",
                error="Something went wrong inside the room, not at the provider. What was said is kept.",
                usage=said.usage,
            )
        await log.end(self._with_cost(run, ending))
        if log.lost:
            await self._give_up(run)
        else:
            logger.info("Run %d ended: %s", run.pk, " ".join(filter(None, (ending.status.value, ending.error_kind))))

    async def _ask(self, run: Run, said: Hearing, messages: Messages | None) -> None:
        provider = self._catalogue.provider(run.provider)
        if provider is None:
            said.error = ProviderError(
                "unreachable", f"The provider “{run.provider}” is not there now. Choose another model, or start it."
            )
            return
        if run.answer_now and await self._threads.run(is_moot, run):
            return
        if messages is None:
            messages = await self._threads.run(messages_for, run)
        request = ChatRequest(run.model, messages, Asked.again(run).reasoning)
        watch = Stopwatch(provider.name, self._wire.tap(run.pk))
        try:
            async with asyncio.timeout(settings.RUN_SECONDS) as limit:
                await said.all_of(provider, request, self._client, self._timeouts, watch, self._beat.next)
        except TimeoutError:
            if limit.expired():
                seconds = settings.RUN_SECONDS
                span = f"{seconds / 60:g} minutes" if seconds >= 120 else f"{seconds:g} seconds"
                raise CutOff("too_slow", f"It was cut off: no reply may take longer than {span} here.") from None
            raise

    async def _tell_of_retry(self, run: Run, again: TryingAgain | None) -> None:
        """Keep and show that the provider is to be tried again, or (None) that it speaks now. Raises LeaseLost."""
        fields = {"retry_at": None, "retry_reason": ""} if again is None else _retry(again)
        ours = Run.objects.filter(pk=run.pk, ended_at=None, worker=self._log.worker, attempts=run.attempts)
        try:
            updated = await self._threads.run(ours.update, **fields)
        except (DatabaseError, InterfaceError):  # not worth a run
            logger.exception("The pause of run %d cannot be shown", run.pk)
            return
        if updated != 1:
            raise LeaseLost
        self._changed(run)

    def _with_cost(self, run: Run, ending: Ending) -> Ending:
        """Add what it cost by the catalogue's prices, where the provider reports tokens and no cost."""
        usage = ending.usage
        offer = self._catalogue.offer(f"{run.provider}/{run.model}")
        if usage is None or usage.cost is not None or usage.input is None or usage.output is None or offer is None:
            return ending
        if offer.model.price_in is None or offer.model.price_out is None:
            return ending
        cost = usage.input * offer.model.price_in + usage.output * offer.model.price_out
        return replace(ending, usage=replace(usage, cost=cost), cost_computed=True)

    async def _give_up(self, run: Run) -> None:
        """The log refused our rows. If the run is still ours it cannot be stored; else it is another's now."""
        logger.warning("Run %d was given up", run.pk)
        sentence = "What the model said could not be stored. What is shown is what was kept."
        ending = Ending(Status.FAILED, timezone.now(), error_kind="internal", error=sentence)
        ours = Q(worker=self._log.worker, attempts=run.attempts, status__in=LIVE)
        await self._threads.run(seal, run.pk, ending, ours)


def _retry(again: TryingAgain) -> dict[str, Any]:
    """What the row of a run says of a pause: until when, and why."""
    status = f"{again.error.status}: " if again.error.status else ""
    return {
        "retry_at": timezone.now() + timedelta(seconds=again.pause),
        "retry_reason": storable(status + again.error.message),
    }
