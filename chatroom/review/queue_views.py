"""The queue as a page: filters in its address, saved under a name, sampled, counted."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chatroom.accounts.models import User
from chatroom.conversations.http import PersonRequest
from chatroom.conversations.refusals import BadInput
from chatroom.ledger.booking import DICE
from chatroom.ledger.models import Asked, Entry
from chatroom.review import filters as known
from chatroom.review import queue
from chatroom.review.access import reviewers_only
from chatroom.review.blind import hidden_from
from chatroom.review.filters import MOST_SAMPLED, Filters
from chatroom.review.models import Assignment, Flag, Label, Mark, SavedFilter, Verdict
from chatroom.review.narrowing import Key
from chatroom.review.reading import address_of
from chatroom.review.rules import name_of

SAMPLE = 20
# In the address of a reply: one comes from the queue, which nothing narrows down.
WHOLE = "page=1"


@dataclass(frozen=True, slots=True)
class Row:
    """An entry with what stands beside it in the queue."""

    entry: Entry
    address: str
    person: str
    ended_at: datetime
    flag: bool
    marks: int
    verdicts: Sequence[str]


@require_safe
@reviewers_only
def review(request: PersonRequest) -> HttpResponse:
    """The queue. What is wrong with a filter is said above it, and nothing that was typed is lost."""
    error, shown, filters = "", queue.Page([]), Filters()
    side = "after" if request.GET.get("after") and not request.GET.get("before") else "before"
    try:
        filters = Filters.of(request.GET)
        before, after = Key.read(request.GET.get("before", "")), Key.read(request.GET.get("after", ""))
        shown = queue.page(request.user, filters, before, after)
    except BadInput as refusal:
        error = str(refusal)
    context: dict[str, Any] = {
        "error": error,
        "filters": filters,
        "given": filters.given if not error else request.GET.dict(),
        "rows": _rows(request.user, shown.entries, filters.query),
        "page": shown,
        "newer": _paged(filters, "after", shown.entries[0]) if shown.newer and shown.entries else "",
        "older": _paged(filters, "before", shown.entries[-1]) if shown.older and shown.entries else "",
        "upto": datetime.fromtimestamp(shown.upto.at / 1000, UTC) if shown.upto else None,
        "further": f"?{filters.query}&{side}={shown.upto}" if shown.upto else "",
        "saved": SavedFilter.objects.filter(Q(reviewer=request.user) | Q(shared=True)).select_related("reviewer"),
        "models": _models(),
        "labels": Label.objects.all(),
        "known": known,
        "where": known.IN[filters.where],
        "sample": SAMPLE,
        "to_read": _to_read(request.user),
        "place": "queue",
    }
    return render(request, "review/queue.html", context, status=422 if error else 200)


@require_safe
@reviewers_only
def count(request: PersonRequest) -> HttpResponse:
    """How many replies there are in a queue, to be set beside it."""
    number, whole = queue.count(request.user, Filters.of(request.GET))
    return HttpResponse(f"{number:,} repl{'y' if number == 1 else 'ies'}" if whole else f"More than {number:,} replies")


@require_safe
@reviewers_only
def draw(request: PersonRequest) -> HttpResponse:
    """So many of a queue by chance. The address of the sample says which chance, so that it stays the same."""
    told = request.GET.copy()
    if not Filters.of(told).sample:
        raise BadInput(f"A sample has from 1 to {MOST_SAMPLED} replies.")
    told["seed"] = str(secrets.randbelow(DICE))
    told["upto"] = str(round(timezone.now().timestamp() * 1000))
    return HttpResponseRedirect(f"{reverse('review')}?{Filters.of(told).query}")


@require_POST
@reviewers_only
def save(request: PersonRequest) -> HttpResponse:
    """Keep a queue by a name."""
    name = request.POST.get("name", "").strip()
    filters = Filters.of(QueryDict(request.POST.get("query", "")[:4000]))
    if not name or len(name) > 100 or "\0" in name:
        raise BadInput("A saved filter needs a name, of at most 100 characters.")
    values = {"query": filters.query, "shared": "shared" in request.POST}
    SavedFilter.objects.update_or_create(reviewer=request.user, name=name, defaults=values)
    return HttpResponseRedirect(f"{reverse('review')}?{filters.query}")


@require_POST
@reviewers_only
def forget(request: PersonRequest, filter_id: int) -> HttpResponse:
    """Do without a saved filter of one's own."""
    get_object_or_404(SavedFilter, pk=filter_id, reviewer=request.user).delete()
    return redirect("review")


def _rows(user: User, entries: Sequence[Entry], query: str) -> list[Row]:
    runs = [entry.run_id for entry in entries if entry.run_id]
    hidden = hidden_from(user, runs)
    open_runs = [run for run in runs if run not in hidden]
    flags = set(Flag.objects.filter(run__in=runs).values_list("run", flat=True))
    counted = Mark.objects.filter(run__in=open_runs, withdrawn_at=None).values_list("run")
    marks = dict(counted.annotate(number=Count("pk")).order_by())
    verdicts: dict[int, list[str]] = {}
    for one in Verdict.objects.filter(run__in=open_runs).order_by("pk"):
        verdicts.setdefault(one.run_id, []).append(one.get_value_display())
    return [
        Row(
            entry,
            address_of(entry.run_id, query or WHOLE),
            name_of(entry.person),
            datetime.fromtimestamp(entry.at / 1000, UTC),
            entry.run_id in flags,
            marks.get(entry.run_id, 0),
            verdicts.get(entry.run_id, []),
        )
        for entry in entries
        if entry.run_id
    ]


def _to_read(user: User) -> int:
    """How many replies others, or a round, have given this reviewer that still want a verdict."""
    given = Verdict.objects.filter(run=OuterRef("run"), reviewer=user)
    return Assignment.objects.filter(~Exists(given), reviewer=user).values("run").distinct().count()


def _paged(filters: Filters, side: str, entry: Entry) -> str:
    return f"?{filters.query}&{urlencode({side: str(Key.of(entry))})}".replace("?&", "?")


def _models() -> dict[str, list[Asked]]:
    """The models that have ever been asked, by their providers."""
    models: dict[str, list[Asked]] = {}
    for asked in Asked.objects.order_by("provider", "label", "model"):
        models.setdefault(asked.provider, []).append(asked)
    return models
