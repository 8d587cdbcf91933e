"""Typed requests, and how a command answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh
from django_htmx.middleware import HtmxDetails

from chatroom.accounts.models import User
from chatroom.conversations.models import Conversation
from chatroom.conversations.refusals import Refusal

P = ParamSpec("P")


class PersonRequest(HttpRequest):
    """A request of someone who is signed in."""

    user: User
    htmx: HtmxDetails


def command(
    view: Callable[Concatenate[PersonRequest, P], HttpResponse],
) -> Callable[Concatenate[PersonRequest, P], HttpResponse]:
    """A view that changes something: by POST, for who is signed in, and a Refusal becomes an answer."""

    @require_POST
    @login_required
    @wraps(view)
    def answer(request: PersonRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return refused(request, refusal)

    return answer


def done(request: PersonRequest, conversation: Conversation) -> HttpResponse:
    """A command was carried out; what it changed reaches the page as news.

    Unless the page has no socket now (it does not say that it has): then it is loaded anew.
    """
    if not request.htmx:
        return redirect("conversation", conversation.pk)
    if request.headers.get("X-News") != "on":
        return HttpResponseClientRefresh()
    return HttpResponse(status=204)


def go_to(request: PersonRequest, address: str) -> HttpResponse:
    """Leave the page for another."""
    return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A command cannot be carried out: say why, beside the composer; nothing that was typed is lost."""
    headers, html = refusal_told(refusal, htmx=request.headers.get("HX-Request") == "true")
    return HttpResponse(html, status=refusal.status, headers=headers)


def refusal_told(refusal: Refusal, *, htmx: bool) -> tuple[dict[str, str], str]:
    """Headers and HTML that tell a refusal: in the page that is open (`htmx`), or on a page of its own."""
    headers = {"HX-Retarget": "#notice", "HX-Reswap": "innerHTML"} if htmx else {}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    template = "conversations/_notice.html" if htmx else "conversations/refused.html"
    return headers, render_to_string(template, {"sentence": refusal})
