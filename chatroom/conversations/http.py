"""Typed requests, and how a command answers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh
from django_htmx.middleware import HtmxDetails

from chatroom.accounts.models import User
from chatroom.conversations.models import Conversation


class PersonRequest(HttpRequest):
    """A request of someone who is signed in."""

    user: User
    htmx: HtmxDetails


def done(request: PersonRequest, conversation: Conversation) -> HttpResponse:
    """A command was carried out; what it changed reaches the page as news.

    Unless the page has no socket now (it says so), or no script: then it is loaded anew.
    """
    if not request.htmx:
        return redirect("conversation", conversation.pk)
    if request.headers.get("X-News") != "on":
        return HttpResponseClientRefresh()
    return HttpResponse(status=204)


def go_to(request: PersonRequest, address: str) -> HttpResponse:
    """Leave the page for another."""
    return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)


def refused(request: PersonRequest, sentence: str, status: int = 422) -> HttpResponse:
    """A command cannot be carried out: say why, beside the composer; nothing that was typed is lost."""
    if request.htmx:
        response = HttpResponse(render_to_string("conversations/_notice.html", {"sentence": sentence}), status=status)
        response["HX-Retarget"] = "#notice"
        response["HX-Reswap"] = "innerHTML"
        return response
    html = render_to_string("conversations/refused.html", {"sentence": sentence, "home": reverse("home")}, request)
    return HttpResponse(html, status=status)
