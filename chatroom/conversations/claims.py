"""Who is at work on a run: claim, lease, and what becomes of a run whose worker died.

Each step is one conditional UPDATE whose row count decides, so that of two who try one wins.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from chatroom.conversations.models import Delta, Run, Status
from chatroom.conversations.sealing import Ending, seal

logger = logging.getLogger(__name__)

# A run that took its worker down with it so often is not tried again.
MAX_ATTEMPTS = 3


def claimed(worker: str, lease: timedelta) -> dict[str, Any]:
    """What the row of a run says that `worker` begins with now, for the first time."""
    now = timezone.now()
    return {
        "status": Status.THINKING,
        "worker": worker,
        "lease_until": now + lease,
        "started_at": now,
        "attempts": 1,
    }


def claim(worker: str, lease: timedelta, limit: int, patience: timedelta = timedelta(0)) -> list[Run]:
    """Take up to `limit` queued runs for `worker`, oldest first; with `patience` only those that have waited so long.

    One that goes on with a reply waits for that reply's end: till then what it is to be shown is not all there.
    """
    now = timezone.now()
    claimed: list[Run] = []
    before = Run.objects.filter(reply=OuterRef("reply__parent"), ended_at=None)
    queued = Run.objects.filter(~Exists(before), status=Status.QUEUED, ended_at=None, worker="")
    if patience:
        just_ended = Run.objects.filter(reply=OuterRef("reply__parent"), ended_at__gt=now - patience)
        queued = queued.filter(~Exists(just_ended), created_at__lte=now - patience)
    for run in queued.order_by("pk")[:limit]:
        taken = Run.objects.filter(pk=run.pk, status=Status.QUEUED, ended_at=None, worker="").update(
            status=Status.THINKING,
            worker=worker,
            lease_until=now + lease,
            started_at=now,
            attempts=run.attempts + 1,
        )
        if taken == 1:
            # Nothing, if its conversation was deleted in this very moment.
            claimed += Run.objects.select_related("reply__conversation").filter(pk=run.pk)
    return claimed


def some_are_queued() -> bool:
    """Whether there are runs that nobody has taken yet."""
    return Run.objects.filter(status=Status.QUEUED, ended_at=None).exists()


def request_stop(run: Run) -> bool:
    """Ask for a run to be stopped. One that nobody works on ends at once; returns whether it did."""
    now = timezone.now()
    Run.objects.filter(pk=run.pk, ended_at=None, stop_requested_at=None).update(stop_requested_at=now)
    idle = Q(worker="") | Q(lease_until__lt=now)
    return seal(run.pk, Ending(Status.STOPPED, now), only_if=idle)


class Watch:
    """What one process has seen of the leases of others.

    A lease has lapsed when it was not renewed for its whole time by this process's own steady clock. What a
    wall clock says decides nothing: it may be set, and on another machine it may go otherwise.
    """

    def __init__(self, lease: timedelta, clock: Callable[[], float] = time.monotonic) -> None:
        self.lease = lease
        self._clock = clock
        self._seen: dict[int, tuple[tuple[str, int, datetime | None], float]] = {}
        self._before: Collection[int] = ()

    @contextlib.contextmanager
    def looking(self) -> Iterator[None]:
        """Around the reading of the rows: where the database is away, or takes its time, nobody could renew a lease,
        and nothing that was seen before tells who is dead.
        """
        began = self._clock()
        try:
            yield
        except BaseException:
            self._seen = {}
            raise
        # Till it could be renewed a lease is a third of its time old, and the look before was a third ago.
        if self._clock() - began > self.lease.total_seconds() / 6:
            self._seen = {}

    def look(self, runs: Collection[Run]) -> set[int]:
        """Note how the leases of `runs`, all that are under way, stand now. Returns those that have lapsed."""
        now = self._clock()
        before, self._seen = self._seen, {}
        for run in runs:
            stands = (run.worker, run.attempts, run.lease_until)
            then, since = before.get(run.pk, (stands, now))
            self._seen[run.pk] = (stands, since if then == stands else now)
        self._before = before.keys()
        return {pk for pk, (_, since) in self._seen.items() if now - since > self.lease.total_seconds()}

    def is_new(self, run: Run) -> bool:
        """Whether it was not there at the look before the last."""
        return run.pk not in self._before


def sweep(worker: str, watch: Watch, at_work: Collection[int]) -> list[Run]:
    """Look after runs whose worker is dead. Returns those that changed.

    `at_work`: the runs that `worker`, the caller, works on; others in its name have got lost.
    Who had said nothing yet is taken up again; the others are interrupted and keep their text.
    """
    changed = []
    with watch.looking():
        held = list(Run.objects.filter(ended_at=None).exclude(worker="").select_related("reply__conversation"))
    lapsed = watch.look(held)
    for run in held:
        if run.pk in at_work:
            continue
        # One of our own may be about to begin: the row is there, the task not yet.
        lost = not watch.is_new(run) if run.worker == worker else _is_dead(run.worker)
        if run.pk not in lapsed and not lost:
            continue
        try:
            if run.pk in lapsed and run.worker != worker:
                _cut_off(run.worker)
            done = _look_after(run, watch.lease)
        except DatabaseError:
            # What cannot be stored of one must not keep the others from being looked after.
            logger.exception("Run %d could not be looked after", run.pk)
            continue
        if done:
            changed.append(run)
    return changed


def _cut_off(worker: str) -> None:
    """Close the connections of a worker that is taken for dead to PostgreSQL, where they bear its name.

    One that was frozen in the middle of a transaction keeps its runs' rows locked, also from whoever would look after
    them. A limit of the server's does not see to all of it: amid a pipeline a transaction does not count as idle.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [worker]
            )


def hand_back(run: Run, worker: str) -> bool:
    """Let another worker take up a run of `worker`'s that has said nothing yet. Returns whether that is so."""
    ours = Q(worker=worker, attempts=run.attempts)
    return not Delta.objects.filter(run=run.pk).exists() and _queue_again(run, ours)


def _queue_again(run: Run, held: Q) -> bool:
    again = Run.objects.filter(held, pk=run.pk, ended_at=None)
    queued = again.update(
        status=Status.QUEUED, worker="", lease_until=None, started_at=None, retry_at=None, retry_reason=""
    )
    return queued == 1


def _look_after(run: Run, lease: timedelta) -> bool:
    """Decide what becomes of a run whose worker is dead, unless somebody else has in the meantime."""
    held_as_before = Q(worker=run.worker, lease_until=run.lease_until)
    if run.stop_requested_at:
        return seal(run.pk, Ending(Status.STOPPED, run.stop_requested_at), only_if=held_as_before)
    if run.attempts < MAX_ATTEMPTS and not Delta.objects.filter(run=run.pk).exists():
        return _queue_again(run, held_as_before)
    ending = Ending(Status.INTERRUPTED, _last_sign_of_life(run, lease), error=INTERRUPTED)
    return seal(run.pk, ending, only_if=held_as_before)


INTERRUPTED = "The room's server stopped while the model was speaking. Everything it had said is kept."


def _last_sign_of_life(run: Run, lease: timedelta) -> datetime:
    """When the dead worker last wrote: its last delta, or the last renewal of its lease."""
    signs = [run.started_at or run.created_at]
    if run.lease_until is not None:
        signs.append(run.lease_until - lease)
    last = Delta.objects.filter(run=run.pk).order_by("-seq").values_list("at", flat=True).first()
    if last is not None:
        signs.append(datetime.fromtimestamp(last / 1000, UTC))
    return max(signs)


def _is_dead(worker: str) -> bool:
    """Whether `worker` was a process of this host that is no more: then there is no need to wait for its lease."""
    host, _, rest = worker.partition(":")
    pid = rest.partition(":")[0]
    if host != settings.PROCESS_NAME.partition(":")[0] or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        return True  # our own process id in an earlier life; our own runs are left out by the caller
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
