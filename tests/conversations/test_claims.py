"""Claim, stop, sweep: each decided by one conditional UPDATE."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import DataError, OperationalError, connection, connections
from django.utils import timezone

from chatroom.conversations.claims import Watch, claim, request_stop, sweep
from chatroom.conversations.models import Delta, Part, Run, Status
from chatroom.conversations.sealing import Ending, seal
from tests.conversations.conftest import MakeRun, sweep_after_a_lease

LEASE = timedelta(seconds=15)


def say(run: Run, text: str, seconds: float = 3) -> None:
    """Put a delta into the log, said so many seconds after the run began."""
    assert run.started_at
    at = run.started_at + timedelta(seconds=seconds)
    Part.objects.create(run=run, index=0, kind="reasoning", provenance="raw", started_at=at)
    Delta.objects.create(run=run, seq=1, part=0, kind="text", text=text, at=int(at.timestamp() * 1000))


def test_of_two_workers_one_gets_the_run(make_run: MakeRun) -> None:
    runs = {make_run(status=Status.QUEUED, worker="").pk for _ in range(20)}

    def take(worker: str) -> list[int]:
        try:
            return [run.pk for run in claim(worker, LEASE, 100)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        taken = [pk for pks in pool.map(take, ["a", "b", "c", "d"]) for pk in pks]
    assert sorted(taken) == sorted(runs)


def test_a_run_ends_once(make_run: MakeRun) -> None:
    run = make_run()
    assert seal(run.pk, Ending(Status.STOPPED, timezone.now()))
    assert not seal(run.pk, Ending(Status.COMPLETED, timezone.now()))
    run.refresh_from_db()
    assert run.status == "stopped"


def test_who_is_frozen_while_it_writes_keeps_nobody_from_looking_after_its_runs(make_run: MakeRun) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("all processes on a SQLite file are on one machine, and a transaction locks all of it")
    idle, amid, another = (make_run(worker=f"elsewhere:{n}:abc", lease_until=timezone.now()) for n in range(3))
    update = f"UPDATE {Run._meta.db_table} SET lease_until = now() WHERE id = %s"
    with _writing_as(idle.worker) as first, _writing_as(amid.worker) as second, _writing_as("else") as third:
        first.execute(update, [idle.pk])
        with contextlib.suppress(psycopg.OperationalError), second.pipeline():
            second.execute(update, [amid.pk])
            second.pgconn.send_flush_request()
            second.pgconn.flush()
            third.execute(update, [another.pk])
            third.rollback()
            assert {run.pk for run in sweep_after_a_lease("me", LEASE)} == {idle.pk, amid.pk, another.pk}
        for cut_off in (first, second):
            with pytest.raises(psycopg.OperationalError):
                cut_off.execute("SELECT 1")
        third.execute("SELECT 1")


def _writing_as(worker: str) -> psycopg.Connection:
    """A connection as a worker of that name has it, without the limit of time for what is idle."""
    parameters: dict[str, Any] = connection.get_connection_params()  # type: ignore[no-untyped-call]
    given = {key: parameters[key] for key in ("dbname", "user", "password", "host", "port")}
    return psycopg.connect(**given, application_name=worker)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_stands_still_is_ended() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("PostgreSQL's")
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("5s",)
        cursor.execute("SHOW application_name")
        assert cursor.fetchone() == (settings.PROCESS_NAME,)


def test_stop_ends_a_run_that_nobody_works_on(make_run: MakeRun) -> None:
    queued = make_run(status=Status.QUEUED, worker="")
    orphan = make_run(worker="gone", lease_until=timezone.now() - timedelta(seconds=1))
    busy = make_run(worker="other", lease_until=timezone.now() + LEASE)
    assert [request_stop(run) for run in (queued, orphan, busy)] == [True, True, False]
    busy.refresh_from_db()
    assert busy.stop_requested_at
    assert busy.is_live


def test_an_interrupted_run_keeps_its_text_and_says_when(make_run: MakeRun) -> None:
    began = timezone.now() - timedelta(seconds=100)
    run = make_run(worker="gone", started_at=began, lease_until=began + timedelta(seconds=30))
    say(run, "So far", seconds=41)
    assert [swept.pk for swept in sweep_after_a_lease("me", LEASE)] == [run.pk]
    run.refresh_from_db()
    assert run.status == "interrupted"
    assert run.seconds == pytest.approx(41, abs=0.01)
    assert [part.text for part in run.parts.all()] == ["So far"]


def test_a_run_that_had_said_nothing_is_queued_again_but_not_for_ever(make_run: MakeRun) -> None:
    lapsed = timezone.now() - timedelta(seconds=1)
    fresh = make_run(worker="gone", started_at=lapsed, lease_until=lapsed, attempts=1)
    worn = make_run(worker="gone", started_at=lapsed, lease_until=lapsed, attempts=3)
    sweep_after_a_lease("me", LEASE)
    fresh.refresh_from_db()
    worn.refresh_from_db()
    assert (fresh.status, fresh.worker) == ("queued", "")
    assert worn.status == "interrupted"


def test_a_worker_that_is_alive_is_left_alone(make_run: MakeRun) -> None:
    theirs = make_run(worker="elsewhere:1:abc", started_at=timezone.now(), lease_until=timezone.now() + LEASE)
    mine = make_run(worker="me", started_at=timezone.now(), lease_until=timezone.now() - LEASE)

    def renew() -> None:
        Run.objects.filter(pk=theirs.pk).update(lease_until=timezone.now() + 2 * LEASE)

    assert sweep_after_a_lease("me", LEASE, {mine.pk}, renew) == []


@pytest.mark.parametrize("clock", [timedelta(hours=-3), timedelta(hours=3)])
def test_what_a_clock_says_decides_nothing(make_run: MakeRun, clock: timedelta) -> None:
    """The worker's clock was set, or is another than ours: what counts is whether the lease is renewed."""
    alive = make_run(worker="elsewhere:1:abc", started_at=timezone.now(), lease_until=timezone.now() + clock)
    dead = make_run(worker="elsewhere:2:abc", started_at=timezone.now(), lease_until=timezone.now() + clock)

    def renew() -> None:
        Run.objects.filter(pk=alive.pk).update(lease_until=timezone.now() + clock + LEASE)

    assert [swept.pk for swept in sweep_after_a_lease("me", LEASE, meanwhile=renew)] == [dead.pk]


def test_a_web_that_helps_out_takes_only_what_has_waited(make_run: MakeRun) -> None:
    patience = timedelta(seconds=3)
    waited = make_run(status=Status.QUEUED, worker="", created_at=timezone.now() - 2 * patience)
    make_run(status=Status.QUEUED, worker="")
    assert [run.pk for run in claim("web", LEASE, 10, patience)] == [waited.pk]


def test_a_run_that_its_own_worker_lost_is_looked_after(make_run: MakeRun) -> None:
    lost = make_run(worker="me", started_at=timezone.now(), lease_until=timezone.now() + LEASE, attempts=1)
    assert [swept.pk for swept in sweep_after_a_lease("me", LEASE)] == [lost.pk]


def test_one_run_that_cannot_be_looked_after_does_not_keep_the_others(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    lapsed = timezone.now() - timedelta(seconds=1)
    bad, good = (make_run(worker="gone", started_at=lapsed, lease_until=lapsed, attempts=3) for _ in range(2))

    def refuse(run_id: int, *rest: object, **more: object) -> bool:
        if run_id == bad.pk:
            raise DataError
        return seal(run_id, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("chatroom.conversations.claims.seal", refuse)
    assert [swept.pk for swept in sweep_after_a_lease("me", LEASE)] == [good.pk]


def test_a_dead_process_of_this_host_is_not_waited_for(make_run: MakeRun) -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    worker = f"{socket.gethostname()[:40]}:{pid}:abc"
    run = make_run(worker=worker, started_at=timezone.now(), lease_until=timezone.now() + LEASE)
    assert [swept.pk for swept in sweep_after_a_lease("me", LEASE)] == [run.pk]


def test_a_stop_that_the_dead_worker_did_not_see_is_carried_out(make_run: MakeRun) -> None:
    lapsed = timezone.now() - timedelta(seconds=1)
    run = make_run(worker="gone", started_at=lapsed, lease_until=lapsed, stop_requested_at=lapsed)
    sweep_after_a_lease("me", LEASE)
    run.refresh_from_db()
    assert run.status == "stopped"


@pytest.mark.parametrize("fails", [True, False], ids=["it fails", "it takes its time"])
def test_while_the_database_is_away_nobody_is_taken_for_dead(make_run: MakeRun, fails: bool) -> None:
    """It could not be written to either: no lease was renewed in that time."""
    now = 1000.0
    watch = Watch(LEASE, lambda: now)
    run = make_run(worker="alive elsewhere", started_at=timezone.now(), lease_until=timezone.now() + LEASE)

    def away(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal now
        now += LEASE.total_seconds() + 1
        if fails:
            raise OperationalError
        return execute(*arguments)

    sweep("me", watch, ())
    with connection.execute_wrapper(away), contextlib.suppress(OperationalError):
        assert sweep("me", watch, ()) == []
    now += 0.1
    assert sweep("me", watch, ()) == []
    now += LEASE.total_seconds() + 1
    assert [swept.pk for swept in sweep("me", watch, ())] == [run.pk]
