"""Who may see what: one's own for who is signed in, the house's for administrators; to others there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chatroom.accounts.models import User
from chatroom.accounts.roles import is_administrator
from chatroom.activity import download
from chatroom.activity.house import house
from chatroom.activity.latest import entries_in
from chatroom.activity.own import own
from chatroom.activity.ranges import PRESETS, BadRange, Range, range_from, today
from chatroom.activity.saying import days
from chatroom.activity.showing import shown
from chatroom.activity.telling import Telling
from chatroom.conversations.http import PersonRequest

View = Callable[[PersonRequest], HttpResponseBase]


def administrators_only(view: View) -> View:
    """For others it is not there."""

    @wraps(view)
    def answer(request: PersonRequest) -> HttpResponseBase:
        if not is_administrator(request.user):
            raise Http404
        return view(request)

    return answer


@require_safe
@never_cache
@login_required
def own_page(request: PersonRequest) -> HttpResponseBase:
    """What one's own replies came to."""
    return _page(request, own, house=False)


@require_safe
@never_cache
@login_required
@administrators_only
def house_page(request: PersonRequest) -> HttpResponseBase:
    """What everybody's came to."""
    return _page(request, house, house=True)


@require_safe
@never_cache
@login_required
def own_runs(request: PersonRequest) -> HttpResponseBase:
    """One's own replies as CSV."""
    return _file(request, request.user, download.OWN)


@require_safe
@never_cache
@login_required
@administrators_only
def house_runs(request: PersonRequest) -> HttpResponseBase:
    """Everybody's replies as CSV, without a word of them."""
    return _file(request, None, download.HOUSE)


def _page(request: PersonRequest, tell: Callable[[User, Range], Telling], *, house: bool) -> HttpResponse:
    context: dict[str, Any] = {
        "house": house,
        "administers": is_administrator(request.user),
        "presets": PRESETS,
        "first": request.GET.get("from", ""),
        "last": request.GET.get("to", ""),
    }
    try:
        asked_for = range_from(request.GET, today())
    except BadRange as error:
        return render(request, "activity/activity.html", context | {"error": str(error)}, status=400)
    context |= {
        "range": asked_for,
        "days": days(asked_for.first, asked_for.last),
        "first": asked_for.first.isoformat(),
        "last": asked_for.last.isoformat(),
    }
    return render(request, "activity/activity.html", context | shown(tell(request.user, asked_for)))


def _file(request: PersonRequest, person: User | None, whose: Sequence[download.Column]) -> HttpResponseBase:
    try:
        asked_for = range_from(request.GET, today())
    except BadRange as error:
        return HttpResponse(f"{error}\n", status=400, content_type="text/plain; charset=utf-8")
    name = f"{'activity' if person else 'house-activity'}-{asked_for.first}-{asked_for.last}.csv"
    return StreamingHttpResponse(
        download.lines(entries_in(asked_for, person), whose),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
