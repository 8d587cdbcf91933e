"""The room as people have it: the real server in a process of its own, with a data folder of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from chatroom.cluster.postgres import THROWAWAY
from tests.support.database import database_on, in_postgres, in_sqlite

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "correct horse battery"
# Of the rooms that tests start; the bench measures them as people have them.
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.support.room_settings"} if "PYTEST_DATA" in os.environ else {}
PEOPLE = """
from django.contrib.auth.models import Group
from chatroom.accounts.models import User
for name in ("alice", "bob", "charlie"):
    user = User.objects.create_user(name, password={password!r})
    if name == "bob":
        user.groups.add(Group.objects.get(name="reviewer"))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], Any], what: str, seconds: float = 20) -> Any:
    """Wait for a state, and return what the condition returned."""
    deadline = time.monotonic() + seconds
    while True:
        if found := true():
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)


class Room:
    """A server and its data. It can be killed and started again on the same data and port."""

    def __init__(self, data: Path, database_url: str = "", **environment: str) -> None:
        self.data = data
        self.database_url = database_url
        self.port = free_port()
        self.output: list[str] = []
        self._sessions: dict[str, dict[str, str]] = {}
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.endswith("_API_KEY")},
            "CHATROOM_DATA": str(data),
            "CHATROOM_DISCOVER": "0",
            "CHATROOM_DEMO_SPEED": "0",
            "CHATROOM_DRAIN": "0",
            **({"DATABASE_URL": database_url} if database_url else {}),
            **SETTINGS,
            **environment,
        }
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._process
        return self._process.pid

    def start(self) -> None:
        self.output.clear()
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(self.port)],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()
        until(self._answers, "the server answers", 90)

    def kill(self) -> None:
        """As the kernel does it: no word of goodbye."""
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def signal(self, number: int) -> None:
        """Send a signal to the server."""
        assert self._process
        self._process.send_signal(number)

    def wait(self, seconds: float = 20) -> int:
        """Wait for the server's end. Returns its exit code."""
        assert self._process
        return self._process.wait(seconds)

    def stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
                return
            self._process.kill()

    def sign_in_link(self) -> str:
        """The link on the terminal."""
        found = until(lambda: re.search(r"http://\S+/sign-in/\S+", "".join(self.output)), "a link is printed")
        return str(found.group())

    def manage(self, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self._environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def people(self) -> None:
        """Alice owns, Bob reviews, Charlie is a stranger. Nothing where they are there already."""
        if self.rows("SELECT 1 FROM accounts_user WHERE username = 'alice'"):
            return
        self.manage("shell", "-v", "0", "-c", PEOPLE.format(password=PASSWORD))

    def signed_in(self, name: str) -> httpx.Client:
        """A client with `name`'s session, which sends the CSRF token as the page does.

        Signed in once a room: who signs in too often is asked to wait.
        """
        client = httpx.Client(base_url=self.url, follow_redirects=True, timeout=20, cookies=self._sessions.get(name))
        if name in self._sessions:
            client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
            return client
        client.get("/accounts/login/")
        form = {"login": name, "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        answer = client.post("/accounts/login/", data=form)
        assert answer.url.path == "/", answer.text
        client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
        self._sessions[name] = dict(client.cookies)
        return client

    def rows(self, query: str, *parameters: Any) -> list[Any]:
        """What is on disk, read past the server. Rows like SQLite's, whichever database it is."""
        if self.database_url:
            return in_postgres(self.database_url, query, *parameters)
        return in_sqlite(self.data / "chatroom.sqlite3", query, *parameters)

    def said(self, run_id: int, kind: str) -> str:
        """The text of a run's parts of one kind, from the log."""
        rows = self.rows(
            "SELECT d.text FROM conversations_delta d JOIN conversations_part p"
            ' ON p.run_id = d.run_id AND p."index" = d.part'
            " WHERE d.run_id = ? AND d.kind = 'text' AND p.kind = ? ORDER BY d.seq",
            run_id,
            kind,
        )
        return "".join(row["text"] for row in rows)

    def _answers(self) -> bool:
        assert self._process
        if self._process.poll() is not None:
            raise AssertionError(f"the server ended: {''.join(self.output)}")
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        self.output.extend(iter(process.stdout.readline, ""))


@contextlib.contextmanager
def running_room(data: Path, **environment: str) -> Iterator[Room]:
    """A room on SQLite or, beside a throwaway PostgreSQL, on a database of its own there."""
    with contextlib.ExitStack() as stack:
        url, server = "", os.environ.get(THROWAWAY)
        if "PYTEST_DATA" in os.environ:  # not the bench, whose room begins with nothing
            from tests.support.furnished import furnish, furnished_on

            if server:
                url = stack.enter_context(database_on(server, furnished_on(server)))
            else:
                furnish(data)
        room = Room(data, url, **environment)
        stack.callback(room.stop)
        room.start()
        yield room
