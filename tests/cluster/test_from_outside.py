"""What each process of a cluster tells of itself, and limits that hold over all of them."""

from __future__ import annotations

import secrets
from contextlib import closing

import httpx
import pytest
import redis

from chatroom.cluster.rooms import Web
from tests.support.cluster import ClusteredRoom
from tests.support.room import PASSWORD, until


def told(web: Web) -> tuple[int, str]:
    answer = httpx.get(f"{web.url}/readyz", timeout=20)
    return answer.status_code, answer.text


def attempt(url: str, name: str, password: str, **headers: str) -> httpx.Response:
    with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
        client.get("/accounts/login/")
        form = {"login": name, "password": password, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        return client.post("/accounts/login/", data=form)


def counts_for_all(cluster: ClusteredRoom, url: str) -> bool:
    """Whether an attempt that a web hears of is counted in Redis, where the others look."""
    with closing(redis.Redis.from_url(cluster.cluster.redis.url)) as asking:
        before = set(asking.scan_iter())
        attempt(url, secrets.token_hex(8), "wrong", **{"X-Forwarded-For": f"198.51.100.{secrets.randbelow(250)}"})
        return not before.issuperset(asking.scan_iter())


ALL_WELL = (200, "database: ok\nredis: ok\nmigrations: ok\nwriter: ok\n")


def test_a_web_tells_that_redis_is_away_and_lets_people_in_all_the_same(cluster: ClusteredRoom) -> None:
    web = cluster.cluster.webs[0]
    until(lambda: told(web) == ALL_WELL, "all is well")
    cluster.cluster.redis.kill()
    until(lambda: told(web) == (503, ALL_WELL[1].replace("redis: ok", "redis: no answer")), "Redis is missed")
    assert httpx.get(f"{web.url}/healthz").status_code == 200
    assert attempt(cluster.url, "charlie", PASSWORD).status_code == 302
    for _ in range(5):
        assert attempt(web.url, "nobody-at-all", "wrong").status_code == 200
    assert attempt(web.url, "nobody-at-all", "wrong").status_code == 429, "attempts are counted all the same"
    cluster.cluster.redis.start()
    until(lambda: told(web) == ALL_WELL, "Redis is back")


def test_a_web_tells_that_the_database_is_away(cluster: ClusteredRoom) -> None:
    web = cluster.cluster.webs[0]
    cluster.cluster.postgres.kill()
    until(lambda: told(web)[0] == 503 and "database: no answer\n" in told(web)[1], "the database is missed", 60)
    assert httpx.get(f"{web.url}/healthz").status_code == 200
    assert "chatroom_deltas_total" in httpx.get(f"{web.url}/metrics", timeout=20).text
    cluster.cluster.postgres.start()
    until(lambda: told(web) == ALL_WELL, "it is back", 60)


def test_attempts_to_sign_in_count_whichever_web_hears_of_them_under_whatever_name(cluster: ClusteredRoom) -> None:
    one, other = (web.url for web in cluster.cluster.webs)
    for url in (one, other):
        until(lambda url=url: counts_for_all(cluster, url), "Redis, which may have been away, is asked again", 60)
    for number, url in enumerate((one, other, one, other, one)):
        assert attempt(url, "someone", "wrong", **{"X-Forwarded-For": f"192.0.2.{number}"}).status_code == 200
    for url in (one, other):
        assert attempt(url, "someone", "wrong", **{"X-Forwarded-For": "192.0.2.9"}).status_code == 429


@pytest.mark.parametrize("path", ["/metrics", "/metrics?x=1"])
def test_the_metrics_are_each_processes_own_and_not_for_visitors(cluster: ClusteredRoom, path: str) -> None:
    assert httpx.get(f"{cluster.url}{path}").status_code == 404
    for web in cluster.cluster.webs:
        assert "chatroom_sockets" in httpx.get(f"{web.url}{path}").text
