"""What this house lets reviewers do, as its settings say: nobody changes that from the room."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from chatroom.accounts.models import User
from chatroom.accounts.roles import is_reviewer
from chatroom.conversations.sight import Sight

# What reviewers see of a conversation: all of it, and nothing that they could act on.
SIGHT = Sight(mine=False, failures=True)


def may_review(user: User | AnonymousUser) -> bool:
    """Whether they may read here what others and their models have said."""
    return bool(settings.REVIEW) and is_reviewer(user)


def name_of(person: User | None) -> str:
    """What a reviewer is told of who asked. None: an account that is gone."""
    if person is None:
        return "somebody who has left"
    return person.get_full_name() or person.username if settings.REVIEW_NAMES else pseudonym(person.pk)


def pseudonym(person_id: int) -> str:
    """The same for all that a person has asked."""
    return f"Person {person_id}"
