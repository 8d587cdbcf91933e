"""The wire view: for developers, what went over the wire for a reply."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chatroom.conversations.access import access_run
from chatroom.conversations.forms import number_from
from chatroom.conversations.http import PersonRequest
from chatroom.conversations.models import Exchange
from chatroom.conversations.wire.curl import curl
from chatroom.conversations.wire.events import Framing
from chatroom.conversations.wire.page import as_json, body_of, shown
from chatroom.conversations.wire.record import pieces_of

# The record is written a moment after the reply.
NOT_WRITTEN_YET = timedelta(seconds=10)

_ENDINGS = {Framing.EVENTS: "sse", Framing.LINES: "ndjson", Framing.WHOLE: "txt"}


@require_safe
@never_cache
@login_required
def wire(request: PersonRequest, run_id: int) -> HttpResponse:
    """All requests of a run. `exchange` shows one of them, `after` its events after that number."""
    run = access_run(request.user, run_id)
    exchanges = run.exchanges.order_by("number")
    number = number_from(request.GET.get("exchange", ""))
    after = 0
    if number is not None:
        exchanges = exchanges.filter(number=number)
        after = number_from(request.GET.get("after", "")) or 0
    context = {
        "run": run,
        "exchanges": shown(run, exchanges, after),
        "days": settings.WIRE_DAYS,
        "just_over": run.ended_at is not None and timezone.now() - run.ended_at < NOT_WRITTEN_YET,
    }
    return render(request, "conversations/wire.html", context)


@require_safe
@never_cache
@login_required
def wire_curl(request: PersonRequest, run_id: int, number: int) -> HttpResponse:
    """A request as a command for a shell."""
    exchange = _exchange(request, run_id, number)
    command = curl(exchange.url, exchange.request_headers, exchange.request_body)
    return HttpResponse(command, content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
@login_required
def wire_body(request: PersonRequest, run_id: int, number: int) -> HttpResponse:
    """The body of an answer, as it came."""
    exchange = _exchange(request, run_id, number)
    framing, _ = body_of(exchange)
    body = b"".join(data for _, data in pieces_of(exchange))
    return _download(HttpResponse(body, content_type="application/octet-stream"), exchange, _ENDINGS[framing])


@require_safe
@never_cache
@login_required
def wire_json(request: PersonRequest, run_id: int, number: int) -> HttpResponse:
    """An exchange for other programs, see `wire_page.as_json`."""
    exchange = _exchange(request, run_id, number)
    return _download(JsonResponse(as_json(exchange), json_dumps_params={"indent": 1}), exchange, "json")


def _exchange(request: PersonRequest, run_id: int, number: int) -> Exchange:
    return get_object_or_404(access_run(request.user, run_id).exchanges, number=number)


def _download(response: HttpResponse, exchange: Exchange, ending: str) -> HttpResponse:
    name = f"run-{exchange.run_id}-{exchange.number}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
