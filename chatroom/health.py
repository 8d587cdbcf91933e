"""Seen from outside: `/healthz` (alive), `/readyz` (can work), `/metrics`.

They are answered before Django: without its threads, which may all be busy, without sessions and the database, and
by whatever name a probe reaches this process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Count

from chatroom.conversations.engine import engine
from chatroom.conversations.models import LIVE, Run
from chatroom.conversations.readiness import ANSWER_SECONDS, Readiness
from chatroom.conversations.threads import DatabaseThreads
from chatroom.watching import metrics
from chatroom.watching.answers import ALIVE, Answer, counted, may_read_metrics, readiness

Scope: TypeAlias = dict[str, Any]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

# Each in threads of its own: a database that hangs must not keep either from answering.
_looking = DatabaseThreads("looking", 2)
_counting = DatabaseThreads("counting", 1)


def _lag() -> float | None:
    try:
        return engine().log.lag
    except RuntimeError:
        return None


_ready = Readiness(_lag)


async def answer(scope: Scope, send: Send) -> bool:
    """Answer if the request is for one of the three. Returns whether it was."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return False
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    match scope["path"]:
        case "/healthz":
            told = ALIVE
        case "/readyz":
            told = readiness(await _looking.run(_ready.look), headers.get("accept", ""))
        case "/metrics" if may_read_metrics((scope.get("client") or [""])[0], headers, settings.METRICS_TOKEN):
            told = await _metrics()
        case _:
            return False  # to others the metrics are an address like any that is nobody's
    await _send(told, send, body=scope["method"] == "GET")
    return True


async def _send(told: Answer, send: Send, *, body: bool) -> None:
    encoded = [(name.encode(), value.encode()) for name, value in told.headers]
    await send({"type": "http.response.start", "status": told.status.value, "headers": encoded})
    await send({"type": "http.response.body", "body": told.body if body else b""})


async def _metrics() -> Answer:
    """What this process has counted, and how many runs the whole room has, if its record answers."""
    try:
        live = await asyncio.wait_for(_counting.run(_live), ANSWER_SECONDS)
    except (TimeoutError, DatabaseError, InterfaceError):
        metrics.RUNS_LIVE.clear()
    else:
        for status in LIVE:
            metrics.RUNS_LIVE.labels(status.value).set(live.get(status.value, 0))
    return await asyncio.to_thread(counted)  # twenty milliseconds that the event loop is better off without


def _live() -> dict[str, int]:
    try:
        rows = Run.objects.filter(ended_at=None).values_list("status").annotate(number=Count("pk"))
        return dict(rows.order_by())
    except (DatabaseError, InterfaceError):
        connection.close()
        raise
