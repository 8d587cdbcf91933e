"""The demo's HTTP server: the chat-completions API on loopback, at reading speed."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime

from aiohttp import web

from chatroom.demo import conversation, models, wire
from chatroom.demo.models import Kind, Reply, Token
from chatroom.demo.wire import ChatRequest, Completion, Json, RequestError

log = logging.getLogger(__name__)

_MAX_BODY = 1 << 20  # bytes: about as much text as `wire.CONTEXT_LENGTH` tokens; more would hold up the loop
_SECONDS_BETWEEN_COMMENTS = 0.5

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _local_date() -> date:
    return datetime.now().astimezone().date()


class DemoServer:
    """A running server. `base_url` is what a client of the OpenAI format is given."""

    def __init__(self, runner: web.AppRunner, base_url: str) -> None:
        self._runner = runner
        self.base_url = base_url

    async def stop(self) -> None:
        """Close the port and end the replies that are still being spoken."""
        await self._runner.cleanup()


async def start(
    host: str = "127.0.0.1",
    port: int = 0,
    tokens_per_second: float = 30.0,
    *,
    today: Callable[[], date] = _local_date,
) -> DemoServer:
    """Serve in the running event loop. Port 0 takes a free one; 0 tokens per second is as fast as possible.

    Raises `OSError` if the port is taken, `ValueError` for a negative speed.
    """
    if tokens_per_second < 0:
        raise ValueError("tokens_per_second must not be negative")
    api = _Api(1 / tokens_per_second if tokens_per_second else 0.0, today)
    app = web.Application(middlewares=[_errors_as_json], client_max_size=_MAX_BODY)
    app.router.add_get("/v1/models", api.models)
    app.router.add_post("/v1/chat/completions", api.chat)
    # Cancelling the handler is what ends a reply when nobody listens any more.
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return DemoServer(runner, f"http://{host}:{runner.addresses[0][1]}/v1")


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except RequestError as problem:
        return web.json_response(problem.json, status=problem.status)
    except web.HTTPRequestEntityTooLarge:
        message = f"The request is larger than {_MAX_BODY} bytes."
        return web.json_response(wire.error(message, code="context_length_exceeded"), status=413)
    except web.HTTPException as problem:
        return web.json_response(
            wire.error(f"{problem.reason}: {request.method} {request.path}"), status=problem.status
        )


class _Api:
    def __init__(self, seconds_per_token: float, today: Callable[[], date]) -> None:
        self._seconds_per_token = seconds_per_token
        self._today = today

    async def models(self, _request: web.Request) -> web.Response:
        return web.json_response(wire.list_of_models())

    async def chat(self, request: web.Request) -> web.StreamResponse:
        try:
            body = json.loads(await request.read())
        except (ValueError, RecursionError):
            raise RequestError("The body is not JSON.") from None
        asked = wire.read_request(body)
        reply = models.reply(asked.model, conversation.read(asked.messages), asked.settings, self._today())
        completion = Completion(f"gen-{uuid.uuid4().hex}", int(time.time()), asked.model)
        if asked.stream:
            return await self._stream(request, asked, reply, completion)
        async for _ in self._spoken(reply):
            pass
        return web.json_response(completion.whole(reply, wire.usage_of(asked, reply)))

    async def _stream(
        self, request: web.Request, asked: ChatRequest, reply: Reply, completion: Completion
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        commented = float("-inf")
        async for token in self._spoken(reply):
            if token.kind is not Kind.SILENT:
                await response.write(_event(completion.chunk(token)))
            elif time.monotonic() - commented >= _SECONDS_BETWEEN_COMMENTS:
                # A comment shows that the connection lives, and says nothing.
                await response.write(b": thinking\n\n")
                commented = time.monotonic()
        usage = wire.usage_of(asked, reply) if asked.include_usage else None
        for chunk in completion.last_chunks(reply, usage):
            await response.write(_event(chunk))
        await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
        return response

    async def _spoken(self, reply: Reply) -> AsyncIterator[Token]:
        """Yield each token when it is due. At any speed others get their turn after each."""
        due = time.monotonic()
        for token in reply.tokens:
            due += self._seconds_per_token
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            yield token


def _event(data: Json) -> bytes:
    return f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()
