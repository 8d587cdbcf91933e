"""The small server of a process without pages, and who may read the metrics."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from chatroom.watching.answers import may_read_metrics, serve_metrics
from tests.support.room import free_port


@pytest.mark.parametrize(
    ("client", "headers", "may"),
    [
        ("127.0.0.1", {}, True),
        ("127.9.9.9", {}, True),
        ("::1", {}, True),
        ("::ffff:127.0.0.1", {}, True),
        ("", {}, False),  # a socket file: whoever stands before it
        ("10.0.0.1", {}, False),
        ("localhost", {}, False),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, False),
        ("127.0.0.1", {"via": "1.1 proxy"}, False),
        ("10.0.0.1", {"authorization": "Bearer token"}, True),
        ("10.0.0.1", {"authorization": "bearer token"}, True),
        ("10.0.0.1", {"authorization": "Bearer tokem"}, False),
        ("10.0.0.1", {"authorization": "token"}, False),
    ],
)
def test_who_may_read_the_metrics(client: str, headers: dict[str, str], may: bool) -> None:
    assert may_read_metrics(client, headers, "token") is may


def test_an_empty_token_is_none() -> None:
    assert not may_read_metrics("10.0.0.1", {"authorization": "Bearer "}, "")


@pytest.fixture
def found() -> dict[str, str]:
    return {"database": "ok", "writer": "ok"}


@pytest.fixture
def url(found: dict[str, str]) -> Iterator[str]:
    port = free_port()
    server = serve_metrics(port, lambda: found)
    yield f"http://127.0.0.1:{port}"
    server.shutdown()
    server.server_close()


def test_a_worker_answers(url: str, found: dict[str, str]) -> None:
    assert httpx.get(f"{url}/healthz").text == "alive\n"
    assert httpx.get(f"{url}/readyz").text == "database: ok\nwriter: ok\n"
    found["writer"] = "behind"
    behind = httpx.get(f"{url}/readyz", headers={"Accept": "application/json"})
    assert behind.status_code == 503
    assert behind.json() == {"ready": False, "checks": {"database": "ok", "writer": "behind"}}
    assert "chatroom_deltas_total" in httpx.get(f"{url}/metrics").text
    assert httpx.get(f"{url}/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    assert httpx.get(f"{url}/").status_code == 404
    head = httpx.head(f"{url}/healthz")
    assert (head.status_code, head.text) == (200, "")
