"""The command that repeats a request, run by a real shell with a real curl."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import NamedTuple

import pytest

from chatroom.conversations.wire.curl import curl

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")


class Asked(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def server() -> Iterator[tuple[str, Queue[Asked]]]:
    asked: Queue[Asked] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.put(Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    http = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}", asked
    http.shutdown()
    thread.join()
    http.server_close()


def run(command: str) -> None:
    """As pasted into a shell."""
    environment = {"PATH": "/usr/bin:/bin", "API_KEY": "k'$\"ey"}
    subprocess.run(["sh", "-e"], input=command.encode(), check=True, env=environment, timeout=30)


HEADERS = [
    ("host", "elsewhere"),
    ("content-length", "1"),
    ("connection", "keep-alive"),
    ("content-type", "application/json"),
    ("authorization", "Bearer …"),
    ("x-title", 'It\'s $HOME `id` \\ "so"'),
]


@pytest.mark.parametrize(
    "body",
    ['{"a": "it\'s $HOME `id` \\\\ \\" !x"}', "@file", '{"text": "… stays …"}', '{"long": "' + "x" * 300_000 + "'\"}"],
    ids=["quotes", "an at sign", "an ellipsis", "long"],
)
def test_the_same_request_is_made(server: tuple[str, Queue[Asked]], body: str) -> None:
    address, asked = server
    run(curl(f"{address}/v1/a[1]{{b}}?x=1&y='2'&key=…", HEADERS, body))
    got = asked.get(timeout=5)
    assert got.path == "/v1/a[1]{b}?x=1&y='2'&key=k'$\"ey"
    assert got.body == body.encode()
    assert got.headers["authorization"] == "Bearer k'$\"ey"
    assert got.headers["x-title"] == HEADERS[-1][1]
    assert got.headers["content-type"] == "application/json"
    assert got.headers["host"] == address.removeprefix("http://")
    assert got.headers["content-length"] == str(len(body.encode()))
