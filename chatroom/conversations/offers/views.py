"""Asking the providers for their models by hand. Nobody waits for them: the page asks again how it went."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from chatroom.conversations.engine import engine
from chatroom.conversations.http import PersonRequest, command


@command
def refresh(request: PersonRequest) -> HttpResponse:
    """Have all providers asked, at most once a minute."""
    engine().refresh_models_soon()
    if not request.htmx:
        return redirect("home")
    return render(request, "conversations/_models.html", {"asking": True})


@require_safe
@never_cache
@login_required
def models(request: PersonRequest) -> HttpResponse:
    """How it went, if it is over; then the picker looks at its models anew."""
    if engine().catalogue.asking:
        return render(request, "conversations/_models.html", {"asking": True})
    return trigger_client_event(render(request, "conversations/_models.html", _outcome()), "models", {})


def _outcome() -> dict[str, Any]:
    shelves = engine().catalogue.shelves()
    return {
        "count": sum(len(shelf.models) for shelf in shelves),
        "missed": [shelf for shelf in shelves if shelf.listing.error],
    }
