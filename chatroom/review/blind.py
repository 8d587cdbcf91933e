"""Who reads blind: of what others find of a reply nothing is shown to whom a blind round has given it, until he has
said himself what he finds.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, QuerySet

from chatroom.accounts.models import User
from chatroom.review.models import Assignment, Comment, Mark, Verdict

# So many runs are asked for by their numbers; of more all that are hidden are fetched, which are few.
_BY_NUMBER = 200


def blind_runs(user: User) -> QuerySet[Assignment, int]:
    """The runs that `user` reads blind now, for `run__in`."""
    given = Verdict.objects.filter(run=OuterRef("run"), reviewer=user)
    mine = Assignment.objects.filter(reviewer=user, round__blind=True)
    return mine.filter(~Exists(given)).values_list("run", flat=True)


def hidden_from(user: User, run_ids: Collection[int]) -> set[int]:
    """Of these runs those of which `user` must not know what others found, nor anything that follows from it."""
    hidden = blind_runs(user)
    if len(run_ids) <= _BY_NUMBER:
        return set(hidden.filter(run__in=run_ids))
    return set(hidden) & set(run_ids)


def is_settled(user: User, run_id: int) -> bool:
    """Whether `user` has given a verdict on it in a blind round, and has been shown since what another there found.

    Then it stays: changed now it would not be his own any more, and agreement would count it as if it were.
    """
    rounds = Assignment.objects.filter(run=run_id, reviewer=user, round__blind=True).values("round")
    others = Assignment.objects.filter(run=run_id, round__in=rounds).exclude(reviewer=user).values("reviewer")
    given = Verdict.objects.filter(run=run_id, reviewer=user)
    found = (
        Verdict.objects.filter(run=run_id, reviewer__in=others),
        Mark.objects.filter(run=run_id, reviewer__in=others),
        Comment.objects.filter(mark__run=run_id, reviewer__in=others),
    )
    return given.exists() and any(rows.exists() for rows in found)
