"""A worker is told to end, there is none, or nobody hears the other: the runs go on, or end as they should."""

from __future__ import annotations

import os
import signal

import pytest

from tests.cluster.conftest import LONGER, MANY, Some
from tests.cluster.settling import of, settle, until_asked
from tests.support.cluster import ClusteredRoom
from tests.support.crowd import Crowd
from tests.support.load import LoadProvider
from tests.support.room import until


def test_a_worker_that_is_told_to_end(
    cluster: ClusteredRoom, crowd: Crowd, some: Some, load: LoadProvider, request: pytest.FixtureRequest
) -> None:
    """What ends in time ends; the rest is broken off, but for what has said nothing, which another takes up."""
    silent = crowd.ask_all(some(6, pieces=80, hold=0))
    short = crowd.ask_all(some(6, pieces=200, hold=100))
    long = crowd.ask_all(some(6, pieces=200, hold=80))
    crowd.until_shown(80, short + long)
    until_asked(load, silent)
    worker = cluster.busiest({one.run for one in silent})
    its = cluster.runs_of(worker)
    os.kill(worker.pid, signal.SIGTERM)
    until(lambda: cluster.said_by(worker.name, "Waiting up to"), "it waits for its runs")
    for one in short:
        load.release(one.speech)
    late = crowd.ask_all(some(2, pieces=80))
    crowd.until_over(short + late)
    until(lambda: not worker.is_running, "it has ended")
    until_asked(load, of(its, silent), times=2)
    crowd.until_over(of(its, long))
    load.release()
    settle(request, "cluster end worker", crowd)
    assert crowd.statuses(silent + short + late) == {"completed": 14}
    assert set(crowd.statuses(of(its, long))) <= {"interrupted"}
    assert crowd.statuses(long)["completed"] == 6 - len(of(its, long))


def test_no_worker_at_all(cluster: ClusteredRoom, crowd: Crowd, some: Some, request: pytest.FixtureRequest) -> None:
    """Webs take up what nobody has taken."""
    for worker in cluster.cluster.workers:
        worker.kill()
    asked = crowd.ask_all(some(MANY, pieces=160 * LONGER, rate=60))
    crowd.until_shown(20)
    settle(request, "cluster no worker", crowd)
    by_webs = [
        sum(cluster.said_by(web.name, f'"Run {one.run} begins"') for web in cluster.cluster.webs) for one in asked
    ]
    assert by_webs == [1] * MANY
    assert crowd.statuses() == {"completed": MANY}


def test_a_layer_that_loses_delays_and_reorders(
    cluster: ClusteredRoom, crowd: Crowd, some: Some, request: pytest.FixtureRequest
) -> None:
    cluster.weather(drop=0.3, delay=0.3, seconds=1.0, seed=7)
    crowd.ask_all(some(MANY, pieces=320 * LONGER, rate=60), readers=2)
    settle(request, "cluster weather", crowd)
    assert crowd.statuses() == {"completed": MANY}
    lost, late, sent = cluster.fates()
    assert lost > 100 and late > 100
    assert 0.2 < lost / (lost + late + sent) < 0.4
