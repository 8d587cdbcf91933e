"""The only doors of the review: what may be read, and by whom. Elsewhere there is nothing here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from chatroom.accounts.models import User
from chatroom.conversations.http import PersonRequest, refused
from chatroom.conversations.models import Run
from chatroom.conversations.refusals import Refusal
from chatroom.ledger.models import Entry
from chatroom.review.models import Exemption
from chatroom.review.rules import may_review

P = ParamSpec("P")


def reviewers_only(
    view: Callable[Concatenate[PersonRequest, P], HttpResponse],
) -> Callable[Concatenate[PersonRequest, P], HttpResponse]:
    """A view for reviewers, while the house lets them read; for others there is nothing. Refusals are told."""

    @never_cache
    @login_required
    @wraps(view)
    def answer(request: PersonRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not may_review(request.user):
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return refused(request, refusal)

    return answer


def access_entries(user: User) -> QuerySet[Entry]:
    """Replies that are over and that `user` may read. Call it for reviewers only."""
    if not may_review(user):
        return Entry.objects.none()
    entries = Entry.objects.filter(run__isnull=False)
    # Hardly any: asked for first, so that the others need not be looked at one by one.
    exempt = list(Exemption.objects.values_list("conversation", "person"))
    if conversations := [conversation for conversation, _ in exempt if conversation]:
        entries = entries.exclude(conversation__in=conversations)
    if people := [person for _, person in exempt if person]:
        entries = entries.exclude(person__in=people)
    return entries


def access_reply(user: User, run_id: int) -> Run:
    """A run whose reply `user` may read, with its reply, conversation and owner."""
    exempt = Exemption.objects.filter(conversation=OuterRef("reply__conversation")) | Exemption.objects.filter(
        person=OuterRef("reply__conversation__owner")
    )
    if not may_review(user):
        raise Http404
    runs = Run.objects.filter(~Exists(exempt), ended_at__isnull=False)
    return get_object_or_404(runs.select_related("reply__conversation__owner"), pk=run_id)
