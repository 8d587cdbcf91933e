"""The wire view: for developers, what went over the wire for a reply."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chatroom.conversations.access import access_run
from chatroom.conversations.forms import number_from
from chatroom.conversations.http import PersonRequest
from chatroom.conversations.models import Exchange, Run
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
    back = f"{reverse('conversation', args=[run.reply.conversation_id])}#r{run.pk}"
    return wire_page(request, run, reverse("wire", args=[run.pk]), back)


@require_safe
@never_cache
@login_required
def wire_curl(request: PersonRequest, run_id: int, number: int) -> HttpResponse:
    """A request as a command for a shell."""
    return curl_of(access_run(request.user, run_id), number)


@require_safe
@never_cache
@login_required
def wire_body(request: PersonRequest, run_id: int, number: int) -> HttpResponse:
    """The body of an answer, as it came."""
    return received(access_run(request.user, run_id), number)


@require_safe
@never_cache
@login_required
def wire_json(request: PersonRequest, run_id: int, number: int) -> HttpResponse:
    """An exchange for other programs, see `wire_page.as_json`."""
    return json_of(access_run(request.user, run_id), number)


def wire_page(request: HttpRequest, run: Run, base: str, back: str) -> HttpResponse:
    """The page for who may see it. `base`: its address, below which the rest stands; `back`: where the reply is."""
    exchanges = run.exchanges.order_by("number")
    number = number_from(request.GET.get("exchange", ""))
    after = 0
    if number is not None:
        exchanges = exchanges.filter(number=number)
        after = number_from(request.GET.get("after", "")) or 0
    context = {
        "run": run,
        "base": base,
        "back": back,
        "exchanges": shown(run, exchanges, after),
        "days": settings.WIRE_DAYS,
        "just_over": run.ended_at is not None and timezone.now() - run.ended_at < NOT_WRITTEN_YET,
    }
    return render(request, "conversations/wire.html", context)


def curl_of(run: Run, number: int) -> HttpResponse:
    """A request of `run` as a command."""
    exchange = _exchange(run, number)
    command = curl(exchange.url, exchange.request_headers, exchange.request_body)
    return HttpResponse(command, content_type="text/plain; charset=utf-8")


def received(run: Run, number: int) -> HttpResponse:
    """What came back, byte for byte."""
    exchange = _exchange(run, number)
    framing, _ = body_of(exchange)
    body = b"".join(data for _, data in pieces_of(exchange))
    return _download(HttpResponse(body, content_type="application/octet-stream"), exchange, _ENDINGS[framing])


def json_of(run: Run, number: int) -> HttpResponse:
    """All of an exchange, as JSON."""
    exchange = _exchange(run, number)
    return _download(JsonResponse(as_json(exchange), json_dumps_params={"indent": 1}), exchange, "json")


def _exchange(run: Run, number: int) -> Exchange:
    return get_object_or_404(run.exchanges, number=number)


def _download(response: HttpResponse, exchange: Exchange, ending: str) -> HttpResponse:
    name = f"run-{exchange.run_id}-{exchange.number}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
