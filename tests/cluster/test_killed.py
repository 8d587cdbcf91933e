"""A process of the cluster is killed or frozen under load: what was shown stays, and every run ends once.

Each reader's whole text is held against what the provider said. Numbers go into docs/faults.md.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.cluster.conftest import LEASE, LONGER, MANY, Some
from tests.cluster.settling import of, settle, until_asked
from tests.support.cluster import ClusteredRoom
from tests.support.crowd import Crowd
from tests.support.load import LoadProvider
from tests.support.room import until


def test_kill_9_of_a_web(cluster: ClusteredRoom, crowd: Crowd, some: Some, request: pytest.FixtureRequest) -> None:
    speaking = crowd.ask_all(some(MANY, pieces=320 * LONGER, rate=80), readers=2)
    crowd.until_shown(40)
    cluster.cluster.webs[0].kill()
    late = crowd.ask_all(some(2, pieces=80))  # the other takes them
    crowd.until_shown(120, speaking)
    cluster.cluster.webs[0].start()
    settle(request, "cluster kill web", crowd)
    assert crowd.statuses() == {"completed": MANY + 2}
    assert any(page.sockets > 1 for one in speaking for page in one.pages)
    assert all(page.sockets == 1 for one in late for page in one.pages)


def test_kill_9_of_a_worker(
    cluster: ClusteredRoom, crowd: Crowd, some: Some, load: LoadProvider, request: pytest.FixtureRequest
) -> None:
    silent = crowd.ask_all(some(6, pieces=80, hold=0))
    speaking = crowd.ask_all(some(MANY, pieces=300 * LONGER, rate=60), readers=2)
    crowd.until_shown(40, speaking)
    until_asked(load, silent)
    victim = cluster.busiest({one.run for one in silent})
    its = cluster.runs_of(victim)
    victim.kill()
    until_asked(load, of(its, silent), times=2)
    load.release()
    settle(request, "cluster kill worker", crowd)
    assert set(crowd.statuses(of(its, speaking))) <= {"interrupted"}
    assert crowd.statuses()["interrupted"] == len(of(its, speaking))
    assert crowd.statuses()["completed"] == 6 + MANY - len(of(its, speaking))


def test_kill_9_of_redis(cluster: ClusteredRoom, crowd: Crowd, some: Some, request: pytest.FixtureRequest) -> None:
    speaking = crowd.ask_all(some(MANY, pieces=320 * LONGER, rate=60), readers=2)
    crowd.until_shown(40)
    cluster.cluster.redis.kill()
    late = crowd.ask_all(some(2, pieces=120), readers=2)
    crowd.until_over(late)  # from the record alone
    crowd.until_shown(160, speaking)
    cluster.cluster.redis.start()
    settle(request, "cluster kill redis", crowd)
    assert crowd.statuses() == {"completed": MANY + 2}
    until(lambda: cluster.listeners() == {"web": 2, "work": 4}, "all listen to each other again")


def test_kill_9_of_postgres(cluster: ClusteredRoom, crowd: Crowd, some: Some, request: pytest.FixtureRequest) -> None:
    """For longer than a lease: nobody could renew one, and nobody may be taken for dead for that."""
    speaking = crowd.ask_all(some(MANY, pieces=320 * LONGER, rate=60), readers=2)
    crowd.until_shown(40)
    client = crowd.client
    cluster.cluster.postgres.kill()
    killed = time.monotonic()
    webs = cluster.cluster.webs
    with ThreadPoolExecutor(5) as together:  # each is told so only after a while
        ready = together.map(lambda web: httpx.get(f"{web.url}/readyz", timeout=20), webs)
        pages = together.map(client.get, ("/", f"/c/{speaking[0].conversation}/"))
        refused = together.submit(client.post, "/begin/", data={"prompt": "?", "lane-0-model": "load/steady"})
        for told in (*pages, refused.result()):
            assert told.status_code == 503
            assert "Traceback" not in told.text
        assert [told.status_code for told in ready] == [503, 503]
    for web in webs:
        assert httpx.get(f"{web.url}/healthz").status_code == 200
    until(lambda: all(cluster.said_by(worker.name, "could not be written") for worker in cluster.cluster.workers), "?")
    until(lambda: time.monotonic() - killed > LEASE * 1.5, "a lease is over")
    cluster.cluster.postgres.start()
    settle(request, "cluster kill postgres", crowd)
    assert crowd.statuses() == {"completed": MANY}


def test_a_worker_that_is_frozen_past_its_lease(
    cluster: ClusteredRoom, crowd: Crowd, some: Some, load: LoadProvider, request: pytest.FixtureRequest
) -> None:
    silent = crowd.ask_all(some(6, pieces=80, hold=0))
    speaking = crowd.ask_all(some(MANY, pieces=400 * LONGER, rate=60), readers=2)
    crowd.until_shown(40, speaking)
    until_asked(load, silent)
    victim = cluster.busiest({one.run for one in silent})
    its = cluster.runs_of(victim)
    victim.freeze()
    until_asked(load, of(its, silent), times=2)
    until(lambda: crowd.statuses(of(its, speaking))["interrupted"] == len(of(its, speaking)), "they are interrupted")
    crowd.until_over(of(its, speaking))
    logged = {
        one.run: cluster.said(one.run, "reasoning") + cluster.said(one.run, "content") for one in of(its, speaking)
    }
    victim.thaw()
    until(lambda: cluster.said_by(victim.name, "was given up") >= len(logged), "it has given them up", 60)
    load.release()
    settle(request, "cluster freeze worker", crowd)
    for run, text in logged.items():
        assert cluster.said(run, "reasoning") + cluster.said(run, "content") == text
    assert crowd.statuses()["completed"] == 6 + MANY - len(logged)
