"""A provider played by the test: a real HTTP server whose every word the test says.

The test waits for a call, then speaks: `call = provider.next_call(); call.reasoning("…")`.
"""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from collections import deque
from typing import Any

from aiohttp import web

MODELS = {
    "scripted": {"supported_parameters": ["reasoning", "include_reasoning"]},
    "second": {"supported_parameters": ["reasoning", "include_reasoning"]},
    "plain": {"supported_parameters": []},
    "stubborn": {
        "supported_parameters": ["reasoning"],
        "reasoning": {"mandatory": True, "supported_efforts": ["low", "high"]},
    },
}


class Call:
    """One request that the room made. Each method is one thing said; `gone` is set when the room hangs up."""

    def __init__(
        self, body: dict[str, Any], loop: asyncio.AbstractEventLoop, path: str, headers: dict[str, str]
    ) -> None:
        self.body = body
        self.path = path
        self.headers = headers
        self.gone = threading.Event()
        self._loop = loop
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue()

    @property
    def model(self) -> str:
        return str(self.body["model"])

    def raw(self, data: bytes) -> None:
        self._loop.call_soon_threadsafe(self._pieces.put_nowait, data)

    def event(self, data: dict[str, Any]) -> None:
        self.raw(f"data: {json.dumps(data)}\n\n".encode())

    def delta(self, **delta: Any) -> None:
        self.event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})

    def reasoning(self, text: str) -> None:
        self.delta(reasoning=text)

    def content(self, text: str) -> None:
        self.delta(content=text)

    def hang_up(self) -> None:
        """Close the connection without another word."""
        self._loop.call_soon_threadsafe(self._pieces.put_nowait, None)

    def finish(self, reason: str = "stop", **usage: Any) -> None:
        self.event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
        if usage:
            self.event({"choices": [], "usage": usage})
        self.raw(b"data: [DONE]\n\n")
        self.hang_up()

    def answer(self, reasoning: str = "", content: str = "", **usage: Any) -> None:
        """All at once."""
        if reasoning:
            self.reasoning(reasoning)
        if content:
            self.content(content)
        self.finish(**usage)

    async def speak(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            while (piece := await self._pieces.get()) is not None:
                await response.write(piece)
            await response.write_eof()
        except (ConnectionError, asyncio.CancelledError):
            self.gone.set()
            raise
        return response


class ScriptedProvider:
    """The server, in a thread of its own."""

    def __init__(self) -> None:
        self.calls: queue.Queue[Call] = queue.Queue()
        self._refusals: deque[tuple[int, str, dict[str, str]]] = deque()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self.port = 0
        threading.Thread(target=self._run, daemon=True).start()
        assert self._ready.wait(10)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def next_call(self, timeout: float = 15) -> Call:
        """The next request of the room, waited for."""
        return self.calls.get(timeout=timeout)

    def refuse(self, status: int, message: str, times: int = 1, **headers: str) -> None:
        """Answer the next requests with an error: they are no calls."""
        self._refusals.extend([(status, message, headers)] * times)

    def forget(self) -> None:
        """Be done with whatever is left from another test. What would be hung up on would be asked again."""
        self._refusals.clear()
        while True:
            try:
                self.calls.get_nowait().finish()
            except queue.Empty:
                return

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._ready.set()
        self._loop.run_forever()

    async def _start(self) -> None:
        app = web.Application(client_max_size=16_000_000)
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/chat/completions", self._complete)
        runner = web.AppRunner(app, handler_cancellation=True, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]

    async def _models(self, request: web.Request) -> web.Response:
        pricing = {"prompt": "0.000001", "completion": "0.000005"}
        data = [{"id": name, "name": name.title(), "pricing": pricing, **facts} for name, facts in MODELS.items()]
        return web.json_response({"data": data})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        if self._refusals:
            status, message, headers = self._refusals.popleft()
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            return web.json_response({"error": {"message": message}}, status=status, headers=names)
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Call(await request.json(), self._loop, request.path, headers)
        self.calls.put(call)
        return await call.speak(request)
