"""Django's handler for pages, with all of a request's work in one step away from the event loop.

Django's own runs each synchronous middleware, and the view, in a thread hop of its own, and gives each request a
thread and so a database connection of its own. Here a request passes through all of them in one go, in one of a few
threads that keep their connections.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_started
from django.http import HttpRequest, HttpResponseBase
from django.urls import set_script_prefix
from servestatic.middleware import ServeStaticMiddleware

from chatroom.conversations.threads import DatabaseThreads

# Requests at work at once; more would only wait for one another, and be in the way of what streams.
THREADS = 4


class PagesHandler(ASGIHandler):
    """Static files from the event loop, all else in the threads."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = DatabaseThreads("requests", THREADS)
        self._static = ServeStaticMiddleware(self._answer)

    def load_middleware(self, is_async: bool = False) -> None:
        """As for a server that is synchronous: then nothing in the chain hops."""
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with body:
            set_script_prefix(get_script_prefix(scope))
            request, refusal = self.create_request(scope, body)
            response = refusal if request is None else await self._static(request)
            assert response is not None  # noqa: S101 - there is one or the other
            try:
                await (
                    self._stream(response, receive, send) if response.streaming else self.send_response(response, send)
                )
            finally:
                response.close()

    async def _stream(self, response: HttpResponseBase, receive: Any, send: Any) -> None:
        """Send what comes bit by bit, until the other side goes away."""
        sending = asyncio.ensure_future(self.send_response(response, send))
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            if not sending.done():
                sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending

    async def _answer(self, request: HttpRequest) -> HttpResponseBase:
        return await self._threads.run(self._get, request)

    def _get(self, request: HttpRequest) -> HttpResponseBase:
        # Among other things this lets go of a connection to the database that is broken.
        request_started.send(sender=type(self), scope=getattr(request, "scope", {}))
        return self.get_response(request)


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
