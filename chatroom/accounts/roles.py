"""Who may do what beyond their own conversations: two groups, which migration 0002 makes.

Reviewers read other people's replies. Administrators run the house: accounts, tables, what it all costs; they are shown
nobody's words. Who is to do both is put into both groups. A superuser, as the owner of a room on one's own machine is,
is both.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from chatroom.accounts.models import User

REVIEWER = "reviewer"
ADMINISTRATOR = "administrator"

_KEPT = "_names_of_groups"


def is_reviewer(user: User | AnonymousUser) -> bool:
    """Whether they may read other people's replies (each opening of one is recorded)."""
    return _is(user, REVIEWER)


def is_administrator(user: User | AnonymousUser) -> bool:
    """Whether they run the house. It does not let them read what others and their models said."""
    return _is(user, ADMINISTRATOR)


def _is(user: User | AnonymousUser, role: str) -> bool:
    return user.is_active and (user.is_superuser or role in _groups(user))


def _groups(user: User | AnonymousUser) -> frozenset[str]:
    """The names of their groups: one query for each time that they are loaded, that is, one a request."""
    kept: frozenset[str] | None = getattr(user, _KEPT, None)
    if kept is None:
        kept = frozenset(user.groups.values_list("name", flat=True))
        setattr(user, _KEPT, kept)
    return kept
