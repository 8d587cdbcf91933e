"""Rounds over HTTP. Nobody's words are on these pages."""

from __future__ import annotations

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from chatroom.conversations.forms import number_from
from chatroom.conversations.http import PersonRequest, go_to
from chatroom.conversations.refusals import BadInput
from chatroom.review import queue
from chatroom.review import rounds as rounds_
from chatroom.review.access import reviewers_only
from chatroom.review.models import Round
from chatroom.review.verdicts import reviewer_name, reviewers


@require_safe
@reviewers_only
def rounds(request: PersonRequest) -> HttpResponse:
    """All rounds, and a form for a new one; `runs` or `query` in the address fill it in."""
    context = {
        "rounds": rounds_.rounds_for(request.user),
        "reviewers": [(one.pk, reviewer_name(one)) for one in reviewers()],
        "runs": request.GET.get("runs", ""),
        "query": request.GET.get("query"),
        "most": rounds_.MOST_REPLIES,
        "place": "rounds",
    }
    return render(request, "review/rounds.html", context)


@require_safe
@reviewers_only
def round_page(request: PersonRequest, round_id: int) -> HttpResponse:
    """One round: how far each has come, and how they agree."""
    found = get_object_or_404(Round.objects.select_related("maker"), pk=round_id)
    shown = rounds_.round_shown(request.user, found)
    return render(request, "review/round.html", {"shown": shown, "place": "rounds"})


@require_POST
@reviewers_only
def new_round(request: PersonRequest) -> HttpResponse:
    """Make a round of the replies that are listed, or of those that a queue's filter lets through."""
    sent = request.POST
    chosen = [number for one in sent.getlist("reviewers") if (number := number_from(one)) is not None]
    runs = rounds_.run_ids_from(sent.get("runs", ""))
    if not runs and "query" in sent:
        runs = queue.pks_for(request.user, QueryDict(sent["query"].lstrip("?")), _most(sent))
    made = rounds_.make_round(request.user, sent.get("name", ""), chosen, bool(sent.get("blind")), runs)
    return go_to(request, reverse("review_round", args=[made.pk]))


def _most(sent: QueryDict) -> int:
    """How many replies of a filter are taken."""
    most = number_from(sent.get("most", "") or str(rounds_.MOST_REPLIES))
    if not most or most > rounds_.MOST_REPLIES:
        raise BadInput(f"A round has from one to {rounds_.MOST_REPLIES:,} replies.")
    return most
