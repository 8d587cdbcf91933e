"""What a room tells of itself: alive, ready, metrics."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import KEY, write_providers
from tests.support.database import connected
from tests.support.page_socket import page_socket
from tests.support.provider import ScriptedProvider
from tests.support.room import ROOT, Room, free_port, running_room, until

FORM = {"prompt": "asked-wombat", "lane-0-model": "played/scripted"}
TOKEN = "a-token-for-prometheus"


@pytest.fixture(scope="module")
def seen_room(tmp_path_factory: pytest.TempPathFactory, provider: ScriptedProvider) -> Iterator[Room]:
    """A room of which nobody else asks anything, and whose metrics may be read with a token."""
    folder = tmp_path_factory.mktemp("seen")
    settings = {"CHATROOM_PROVIDERS": write_providers(folder, provider), "CHATROOM_METRICS_TOKEN": TOKEN}
    with running_room(folder / "data", **settings) as running:
        running.people()
        yield running


def metrics(room: Room) -> dict[str, float]:
    """All samples, by `name{label="value"}`."""
    text = httpx.get(f"{room.url}/metrics").text
    return {
        sample.name + "".join(f' {name}="{value}"' for name, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@contextlib.contextmanager
def nobody_else_writes(room: Room) -> Iterator[None]:
    """Hold up whoever wants to write to the log."""
    if room.database_url:
        with connected(room.database_url) as connection, connection.transaction():
            connection.execute("LOCK TABLE conversations_delta IN EXCLUSIVE MODE")
            yield
        return
    with closing(sqlite3.connect(room.data / "chatroom.sqlite3", isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        yield
        file.execute("ROLLBACK")


def test_alive_and_ready_under_any_name(seen_room: Room) -> None:
    for path, told in (("/healthz", "alive\n"), ("/readyz", "database: ok\nmigrations: ok\nwriter: ok\n")):
        answer = httpx.get(f"{seen_room.url}{path}", headers={"Host": "10.1.2.3:8000"})
        assert (answer.status_code, answer.text) == (200, told)
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert answer.headers["Cache-Control"] == "no-store"
        head = httpx.head(f"{seen_room.url}{path}")
        assert (head.status_code, head.text) == (200, "")
        assert httpx.post(f"{seen_room.url}{path}").status_code in (403, 404)


def test_ready_for_programs(seen_room: Room) -> None:
    answer = httpx.get(f"{seen_room.url}/readyz", headers={"Accept": "application/json"})
    assert answer.json() == {"ready": True, "checks": {"database": "ok", "migrations": "ok", "writer": "ok"}}


def test_a_writer_that_does_not_keep_up_is_not_ready(seen_room: Room, calls: ScriptedProvider) -> None:
    def answer() -> httpx.Response:
        return httpx.get(f"{seen_room.url}/readyz")

    with closing(seen_room.signed_in("alice")) as alice:
        alice.post("/begin/", data=FORM, follow_redirects=False)
        call = calls.next_call()
        with nobody_else_writes(seen_room):
            call.content("Held up.")
            told = until(lambda: (found := answer()).status_code == 503 and found.text, "the writer is behind", 30)
            assert told == "database: ok\nmigrations: ok\nwriter: behind\n"
            assert metrics(seen_room)["chatroom_writer_lag_seconds"] > 5
        until(lambda: answer().status_code == 200, "it has caught up")
        assert metrics(seen_room)["chatroom_writer_lag_seconds"] < 5
        call.finish()


def test_a_database_without_its_tables_is_not_ready(tmp_path: Path) -> None:
    port = free_port()
    environment = {"CHATROOM_DATA": str(tmp_path), "CHATROOM_DISCOVER": "0", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "daphne", "-p", str(port), "chatroom.asgi:application"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:

        def ready() -> httpx.Response | None:
            try:
                return httpx.get(f"http://127.0.0.1:{port}/readyz")
            except httpx.TransportError:
                return None

        answer = until(ready, "Daphne answers", 60)
        assert answer.status_code == 503
        assert "migrations: missing\n" in answer.text
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    finally:
        process.terminate()
        process.wait(10)


def test_runs_are_counted(seen_room: Room, calls: ScriptedProvider) -> None:
    before = metrics(seen_room)

    def grown(name: str) -> float:
        return metrics(seen_room).get(name, 0) - before.get(name, 0)

    with closing(seen_room.signed_in("alice")) as alice:
        address = alice.post("/begin/", data=FORM, follow_redirects=False).headers["Location"]
        call = calls.next_call()
        call.reasoning("thought-wombat " * 10)
        until(lambda: metrics(seen_room)['chatroom_runs_live status="thinking"'] == 1, "one is live")
        assert metrics(seen_room)["chatroom_runs_here"] == 1
        call.answer("", "said-wombat")
        until(lambda: grown('chatroom_runs_ended_total status="completed"') == 1, "it is over")
        assert grown("chatroom_characters_total") == len("thought-wombat " * 10 + "said-wombat")
        assert (
            grown("chatroom_deltas_total")
            == seen_room.rows("SELECT count(*) AS n FROM conversations_delta d")[0]["n"]
            - (before["chatroom_deltas_total"])
        )
        assert grown("chatroom_writer_commit_seconds_count") >= 1
        assert grown("chatroom_run_queued_seconds_count") == 1
        for name in ("byte", "piece"):
            assert grown(f'chatroom_provider_first_{name}_seconds_count provider="played"') == 1
        calls.refuse(429, f"Slow down, {KEY}", retry_after="1000")
        alice.post(f"{address}ask/", data=FORM)
        until(lambda: grown('chatroom_runs_ended_total status="failed"') == 1, "the refused one is over")
        assert grown('chatroom_provider_errors_total kind="rate_limited" provider="played"') == 1
        assert grown('chatroom_requests_total status="302" view="begin"') == 1
        assert grown('chatroom_request_seconds_count view="begin"') == 1
        assert metrics(seen_room)["process_resident_memory_bytes"] > 0


async def test_sockets_and_frames_are_counted(seen_room: Room) -> None:
    with closing(seen_room.signed_in("alice")) as alice:
        before = metrics(seen_room)["chatroom_sockets"]
        async with page_socket(seen_room, alice):
            # It is counted when it is taken in, a moment after it is accepted.
            await asyncio.to_thread(
                until, lambda: metrics(seen_room)["chatroom_sockets"] == before + 1, "the socket is counted"
            )


def test_labels_are_bounded_and_tell_nothing(seen_room: Room, calls: ScriptedProvider) -> None:
    with closing(seen_room.signed_in("alice")) as alice:
        address = alice.post("/begin/", data=FORM, follow_redirects=False).headers["Location"]
        calls.next_call().answer("thought-wombat", "said-wombat")
        until(lambda: "completed" in alice.get(address).text, "it is over")
        alice.get(address)
        for number in range(5):
            assert alice.get(f"/nothing/wombat-{number}").status_code == 404
            assert alice.get(f"/static/wombat-{number}.css").status_code == 404
        alice.get("/rail/?q=sought-wombat")
    text = httpx.get(f"{seen_room.url}/metrics").text
    assert "wombat" not in text
    assert KEY not in text
    assert 'view="conversation"' in text
    assert len(re.findall(r'^chatroom_requests_total{.*view="none".*}', text, re.M)) <= 2


def test_strangers_see_no_metrics(seen_room: Room) -> None:
    url = f"{seen_room.url}/metrics"
    assert httpx.get(url).status_code == 200
    nowhere = httpx.get(f"{seen_room.url}/metrix")
    for headers in (
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"X-Forwarded-For": "127.0.0.1", "Authorization": "Bearer wrong"},
        {"X-Forwarded-For": "127.0.0.1", "Authorization": "Bearer"},
        {"X-Forwarded-For": "127.0.0.1", "Authorization": f"Basic {TOKEN}"},
    ):
        answer = httpx.get(url, headers=headers)
        assert (answer.status_code, answer.text) == (404, nowhere.text)
    with_token = {"X-Forwarded-For": "192.0.2.1", "Authorization": f"Bearer {TOKEN}"}
    assert httpx.get(url, headers=with_token).status_code == 200


def test_without_a_token_none_is_good_enough(room: Room) -> None:
    for told in ("Bearer", "Bearer None", "Bearer x"):
        headers = {"X-Forwarded-For": "192.0.2.1", "Authorization": told}
        assert httpx.get(f"{room.url}/metrics", headers=headers).status_code == 404
