"""Verdicts on replies, and who is to give one."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from chatroom.accounts.models import User
from chatroom.accounts.roles import REVIEWER
from chatroom.conversations.models import Run
from chatroom.conversations.refusals import BadInput, CannotDo
from chatroom.review.access import access_reply
from chatroom.review.blind import is_settled
from chatroom.review.marking import comment_text
from chatroom.review.models import Assignment, Verdict


def give_verdict(reviewer: User, run: Run, value: str, note: str) -> Verdict:
    """Say, or say anew, what `reviewer` finds of the reply."""
    note = comment_text(note)
    if value not in Verdict.Value.values:
        raise BadInput("Choose a verdict.")
    mine = Verdict.objects.filter(run=run, reviewer=reviewer).first()
    if mine and mine.value != value and is_settled(reviewer, run.pk):
        raise CannotDo(
            f"You said “{mine.get_value_display()}” before you were shown what others found of it, and so it stays: "
            "else the agreement of this round would tell nothing. Add to your note what you think now."
        )
    said = {"value": value, "note": note, "made_at": timezone.now()}
    if mine and mine.value == value:
        said["made_at"] = mine.made_at
    return Verdict.objects.update_or_create(run=run, reviewer=reviewer, defaults=said)[0]


def reviewers() -> QuerySet[User]:
    """All who can review, by name."""
    can = Q(is_superuser=True) | Q(groups__name=REVIEWER)
    return User.objects.filter(can, is_active=True).distinct().order_by("username")


def assign(run: Run, reviewer_id: int) -> None:
    """Ask a reviewer to read it; twice is once."""
    reviewer = reviewers().filter(pk=reviewer_id).first()
    if reviewer is None:
        raise BadInput("Choose a reviewer.")
    Assignment.objects.get_or_create(run=run, reviewer=reviewer, round=None)


def unassign(user: User, assignment_id: int) -> Run:
    """Take back that somebody was asked; what a round has given out stays. Returns the run."""
    assignment = get_object_or_404(Assignment, pk=assignment_id, round=None)
    run = access_reply(user, assignment.run_id)
    assignment.delete()
    return run


def reviewer_name(reviewer: User | None) -> str:
    """What reviewers call one another."""
    return reviewer.get_full_name() or reviewer.username if reviewer else "somebody who has left"
