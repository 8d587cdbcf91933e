"""Counts what is asked of the pages: how often, with what status, in what time."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from chatroom.watching import metrics


class CountRequests:
    """Middleware, the outermost: what is in between counts for the time. Works with either kind of handler."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        self._waits = iscoroutinefunction(get_response)
        if self._waits:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Hand on, and count."""
        if self._waits:
            return self._wait(request)
        began = time.perf_counter()
        response: HttpResponseBase = self._get_response(request)
        _count(request, response, began)
        return response

    async def _wait(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response: HttpResponseBase = await self._get_response(request)
        _count(request, response, began)
        return response


def _count(request: HttpRequest, response: HttpResponseBase, began: float) -> None:
    if request.resolver_match:
        view = request.resolver_match.view_name
    else:
        # An address that is nobody's may be any: they count together.
        view = "static" if request.path.startswith(settings.STATIC_URL) and response.status_code < 400 else "none"
    metrics.REQUESTS.labels(view, response.status_code).inc()
    metrics.REQUEST_TIME.labels(view).observe(time.perf_counter() - began)
