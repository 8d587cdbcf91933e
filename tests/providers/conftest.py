"""A provider that does what a test tells it to: a real server on a free port of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx
import pytest
from aiohttp import web
from hypothesis import HealthCheck, settings

from chatroom.providers.provider import Provider
from chatroom.providers.transport import open_client

# How long an example takes says more of the machine than of the code.
settings.register_profile("providers", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("providers")

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Upstream:
    """`answer` handles every request; `requests` are their bodies; `gone` is set when a client leaves."""

    answer: Handler
    url: str = ""
    requests: list[Any] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def provider(self, **keys: Any) -> Provider:
        return Provider(**{"name": "up", "label": "Upstream", "dialect": "openai-chat", "base_url": self.url} | keys)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(await request.json() if request.can_read_body else None)
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        try:
            return await self.answer(request)
        except (asyncio.CancelledError, ConnectionError):
            self.gone.set()
            raise


async def _not_found(request: web.Request) -> web.StreamResponse:
    return web.Response(status=404)


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    played = Upstream(_not_found)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", played.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    played.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield played
    await runner.cleanup()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with open_client() as opened:
        yield opened
