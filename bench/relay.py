"""The yardstick: a bare relay, which asks the provider and forwards each piece, and does nothing else.

`python -m bench.relay PORT PROVIDER_PORT`, with `aiohttp` as a third word over httpx-aiohttp's transport. A Channels
consumer on Daphne, as the room is served: no log, no Markdown, no layer, no page. It is written as one would
write such a thing well: one client for all, no limit on its connections, a task for the stream.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any
from urllib.parse import parse_qs

from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from django.conf import settings

settings.configure()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402 - only after the settings
from channels.routing import ProtocolTypeRouter  # noqa: E402

import httpx  # noqa: E402  # isort: skip


class Relay(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Streams one reply to whoever connects; the prompt is the query's `prompt`."""

    client: httpx.AsyncClient
    url: str

    async def connect(self) -> None:
        """Begin at once, in a task of its own, so that the socket stays attentive."""
        await self.accept()
        self.streaming = asyncio.create_task(self._stream())

    async def disconnect(self, code: int) -> None:
        """The reader left."""
        self.streaming.cancel()

    async def _stream(self) -> None:
        prompt = parse_qs(self.scope["query_string"].decode())["prompt"][0]
        body = {"model": "fake", "stream": True, "messages": [{"role": "user", "content": prompt}]}
        async with self.client.stream("POST", self.url, json=body) as response:
            response.raise_for_status()
            rest = b""
            async for data in response.aiter_bytes():
                *events, rest = (rest + data).split(b"\n\n")
                for event in events:
                    await self._forward(event)
        await self.close()

    async def _forward(self, event: bytes) -> None:
        data = event.removeprefix(b"data: ")
        if data == b"[DONE]":
            return
        for choice in json.loads(data)["choices"]:
            for kind, text in choice["delta"].items():
                await self.send(text_data=json.dumps({"kind": kind, "text": text}))


def main(port: int, provider: int, transport: str = "") -> None:
    """Serve until told to stop."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    Relay.url = f"http://127.0.0.1:{provider}/v1/chat/completions"

    def begin() -> None:
        options: dict[str, Any] = {"limits": limits}
        if transport == "aiohttp":
            from aiohttp import ClientSession, TCPConnector
            from httpx_aiohttp import AiohttpTransport

            options = {"transport": AiohttpTransport(client=lambda: ClientSession(connector=TCPConnector(limit=0)))}
        Relay.client = httpx.AsyncClient(timeout=None, trust_env=False, **options)

    Server(
        ProtocolTypeRouter({"websocket": Relay.as_asgi()}),
        endpoints=build_endpoint_description_strings(host="127.0.0.1", port=port),
        ready_callable=begin,
        application_close_timeout=1,
    ).run()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
