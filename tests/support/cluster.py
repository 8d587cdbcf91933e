"""The room as several processes behind nginx, with the same handles as `Room`."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pytest
import redis

from chatroom.cluster.cluster import Cluster
from chatroom.cluster.rooms import Web, Worker
from chatroom.cluster.service import Missing
from chatroom.conversations.news import WEB, WORK
from tests.support.database import connected, rows_of
from tests.support.faulty_layer import FAIR, fates, write_weather
from tests.support.room import Room, until


class ClusteredRoom(Room):
    """All of a cluster as one room; `cluster` has its services."""

    def __init__(self, folder: Path, webs: int = 2, workers: int = 2, **environment: str) -> None:
        super().__init__(folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._weather = folder / "weather.json"
        settings = {
            "CHATROOM_DISCOVER": "0",
            "CHATROOM_DEMO": "0",
            "CHATROOM_DRAIN": "0",
            "DJANGO_SETTINGS_MODULE": "tests.support.faulty_settings",
            "CHATROOM_TEST_WEATHER": str(self._weather),
            **environment,
        }
        self.cluster = Cluster(folder, 0, webs, workers, settings, self._hear)
        self.port = self.cluster.nginx.port
        self.database_url = self.cluster.postgres.url
        self._reading = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None

    @property
    def pid(self) -> int:
        raise NotImplementedError("a cluster is many processes")

    def start(self) -> None:
        self.cluster.start()

    def stop(self) -> None:
        self.cluster.stop()

    def kill(self) -> None:
        if self._connection:
            self._connection.close()
        self.cluster.kill()

    def sign_in_link(self) -> str:
        return self.cluster.sign_in_link()

    def manage(self, *arguments: str) -> str:
        return self.cluster.manage(*arguments)

    def rows(self, query: str, *parameters: Any) -> list[Any]:
        """As a room's, by one connection: tests look often."""
        with self._reading:
            for _ in range(2):
                if self._connection is None or self._connection.broken:
                    self._connection = connected(self.database_url)
                try:
                    return rows_of(self._connection, query, *parameters)
                except psycopg.OperationalError:  # the server was started again
                    self._connection.close()
                    self._connection = None
        raise AssertionError("the database does not answer")

    def weather(self, **faults: float) -> None:
        """How faulty the layer is from now on; not at all, where nothing is said."""
        write_weather(self._weather, FAIR | faults)

    def fates(self) -> list[int]:
        """How many messages of the layer were lost, late, and sent, in bad weather."""
        return fates(self._weather)

    def mend(self) -> None:
        """Let all of it run again, as it was."""
        self.weather()
        for service in self.cluster.services:
            if service.is_running:
                service.thaw()
            else:
                service.launch()
        for service in self.cluster.services:
            service.wait()

    def rest(self) -> None:
        """Wait until no run goes on."""
        live = "SELECT 1 FROM conversations_run WHERE ended_at IS NULL"
        until(lambda: not self.rows(live), "all runs are over")

    def runs_of(self, worker: Worker | Web) -> set[int]:
        """The runs that a process works on, by their rows."""
        rows = self.rows(
            "SELECT id FROM conversations_run WHERE ended_at IS NULL AND worker LIKE ?", f"%:{worker.pid}:%"
        )
        return {row["id"] for row in rows}

    def busiest(self, among: set[int]) -> Worker:
        """The worker that has the most of these runs; it must have some."""
        found = max(self.cluster.workers, key=lambda worker: len(among & self.runs_of(worker)))
        assert among & self.runs_of(found)
        return found

    def listeners(self) -> dict[str, int]:
        """How many processes listen to which of the groups that all of a kind join, as Redis knows it."""
        with closing(redis.Redis.from_url(self.cluster.redis.url)) as asking:
            return {group: asking.pubsub_numsub(f"asgi__group__{group}")[0][1] for group in (WEB, WORK)}

    def said_by(self, service: str, words: str) -> int:
        """In how many lines a service has said `words`."""
        return sum(line.startswith(f"{service} | ") and words in line for line in list(self.output))

    def _hear(self, name: str, line: str) -> None:
        self.output.append(f"{name} | {line}\n")


@contextlib.contextmanager
def running_cluster(folder: Path, **environment: str) -> Iterator[ClusteredRoom]:
    """A cluster with Alice, Bob and Charlie. Without the programs the test is skipped, and fails where CI is set."""
    try:
        room = ClusteredRoom(folder, **environment)
    except Missing as error:
        without(error)
    try:
        room.start()
        room.people()
        yield room
    finally:
        room.kill()


def without(error: Missing) -> NoReturn:
    """A program is not there: skip the test, or let it fail where CI is set."""
    if os.environ.get("CI"):
        pytest.fail(str(error))
    pytest.skip(str(error))
