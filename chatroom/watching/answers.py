"""What a process tells of itself over HTTP: `/healthz`, `/readyz`, `/metrics`; and a small server for it.

A process that serves pages answers beside them (`chatroom.health`); a worker has this server.
"""

from __future__ import annotations

import ipaddress
import json
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CONTENT_TYPE_LATEST

from chatroom.watching import metrics

TEXT = "text/plain; charset=utf-8"

# Each tells of a proxy between us and the asker; then the address that we see is the proxy's.
_PROXY_HEADERS = frozenset(
    {"x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host", "x-forwarded-proto", "via"}
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; each is for now, and for nobody's cache."""

    status: HTTPStatus
    body: bytes
    content_type: str = TEXT

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Its headers, with the length."""
        return [
            ("Content-Type", self.content_type),
            ("Content-Length", str(len(self.body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]


ALIVE = Answer(HTTPStatus.OK, b"alive\n")
NOT_HERE = Answer(HTTPStatus.NOT_FOUND, b"There is nothing here.\n")


def readiness(found: Mapping[str, str], accept: str = "") -> Answer:
    """200 where all is `ok`, else 503; a line each, or JSON where that is asked for."""
    ready = set(found.values()) == {"ok"}
    status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    if "application/json" in accept:
        return Answer(status, json.dumps({"ready": ready, "checks": dict(found)}).encode(), "application/json")
    return Answer(status, "".join(f"{name}: {word}\n" for name, word in found.items()).encode())


def counted() -> Answer:
    """All metrics."""
    return Answer(HTTPStatus.OK, metrics.exposition(), CONTENT_TYPE_LATEST)


def may_read_metrics(client: str, headers: Mapping[str, str], token: str) -> bool:
    """Whether who asks from `client` sees the metrics: with the token from anywhere, else from this computer itself.

    `headers` by their names in lower case. What a proxy hands on comes from wherever it came to the proxy.
    """
    scheme, _, sent = headers.get("authorization", "").partition(" ")
    if token and scheme.lower() == "bearer" and secrets.compare_digest(sent.strip().encode(), token.encode()):
        return True
    return not _PROXY_HEADERS & headers.keys() and _is_loopback(client)


def _is_loopback(address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_loopback


def serve_metrics(port: int, look: Callable[[], Mapping[str, str]], token: str = "") -> Server:
    """Answer on `port` in threads of their own, `look` telling whether the process can work. Raises OSError.

    Only this computer is listened to, unless there is a token by which others may ask.
    """

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = _answer(environ, look, token)
        start_response(f"{answer.status.value} {answer.status.phrase}", answer.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    server = make_server("" if token else "127.0.0.1", port, application, Server, _Quiet)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server


def _answer(environ: dict[str, Any], look: Callable[[], Mapping[str, str]], token: str) -> Answer:
    match environ["PATH_INFO"]:
        case "/healthz":
            return ALIVE
        case "/readyz":
            return readiness(look(), environ.get("HTTP_ACCEPT", ""))
        case "/metrics":
            headers = {
                name.removeprefix("HTTP_").replace("_", "-").lower(): value
                for name, value in environ.items()
                if name.startswith("HTTP_")
            }
            return counted() if may_read_metrics(environ["REMOTE_ADDR"], headers, token) else NOT_HERE
        case _:
            return NOT_HERE


class Server(ThreadingMixIn, WSGIServer):
    """A thread for each who asks, so that one who is slow keeps nobody waiting."""

    daemon_threads = True
    allow_reuse_address = True


class _Quiet(WSGIRequestHandler):
    timeout = 10.0

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """No line for each who asks."""
