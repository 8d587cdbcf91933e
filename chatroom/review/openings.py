"""The record of who read what. It is written first; only then is anything shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from chatroom.accounts.models import User
from chatroom.conversations.models import Run
from chatroom.review.models import Opening, Query

# So long a reason holds for what else is opened of the same conversation.
REASON_HOLDS = timedelta(hours=1)
LONGEST = 1_000
# From page to page the same words are looked for again and again.
SAME_QUERY = timedelta(minutes=10)


def record(reviewer: User, run: Run, what: Opening.What, why: str = "") -> Opening:
    """Note that `run`, which comes with its reply and conversation, is shown to `reviewer`."""
    return Opening.objects.create(
        reviewer=reviewer,
        name=reviewer.username,
        run=run,
        conversation=run.reply.conversation,
        owner_id=run.reply.conversation.owner_id,
        what=what,
        why=why or reason(reviewer, run) or "",
    )


def record_many(reviewer: User, rows: Iterable[tuple[int, int, int | None]], what: Opening.What, why: str) -> None:
    """The same for many: run, conversation and owner of each, by their numbers."""
    at = timezone.now()
    Opening.objects.bulk_create(
        Opening(
            reviewer=reviewer,
            name=reviewer.username,
            run_id=run,
            conversation_id=conversation,
            owner_id=owner,
            what=what,
            why=why,
            at=at,
        )
        for run, conversation, owner in rows
    )


def reason(reviewer: User, run: Run) -> str | None:
    """The reason that `reviewer` gave for opening the conversation a while ago; None: one has to be given first."""
    if not settings.REVIEW_WHY:
        return ""
    mine = Opening.objects.filter(reviewer=reviewer, conversation=run.reply.conversation_id)
    given = mine.filter(at__gt=timezone.now() - REASON_HOLDS).exclude(why="").order_by("-pk")
    return given.values_list("why", flat=True).first()


def record_query(reviewer: User, words: str, filters: str) -> None:
    """Note what `reviewer` looks for; not again where the same was noted a moment ago."""
    same = Query.objects.filter(reviewer=reviewer, words=words, filters=filters, at__gt=timezone.now() - SAME_QUERY)
    if not same.exists():
        Query.objects.create(reviewer=reviewer, name=reviewer.username, words=words, filters=filters)
