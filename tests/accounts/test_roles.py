"""Who is taken for a reviewer, and for an administrator."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group

from chatroom.accounts.models import User
from chatroom.accounts.owner import ensure_owner
from chatroom.accounts.roles import ADMINISTRATOR, REVIEWER, is_administrator, is_reviewer

pytestmark = pytest.mark.django_db


def person(*groups: str, **marks: bool) -> User:
    made = User.objects.create_user("dora", **marks)
    made.groups.set(Group.objects.filter(name__in=groups))
    return User.objects.get(pk=made.pk)


@pytest.mark.parametrize(
    ("groups", "marks", "reviews", "administers"),
    [
        ((), {}, False, False),
        ((), {"is_staff": True}, False, False),
        ((REVIEWER,), {}, True, False),
        ((ADMINISTRATOR,), {}, False, True),
        ((REVIEWER, ADMINISTRATOR), {}, True, True),
        ((), {"is_superuser": True}, True, True),
        ((REVIEWER, ADMINISTRATOR), {"is_superuser": True, "is_active": False}, False, False),
    ],
)
def test_what_groups_and_marks_come_to(
    groups: tuple[str, ...], marks: dict[str, bool], reviews: bool, administers: bool
) -> None:
    dora = person(*groups, **marks)
    assert is_reviewer(dora) is reviews
    assert is_administrator(dora) is administers


def test_who_is_not_signed_in_is_nothing() -> None:
    assert not is_reviewer(AnonymousUser())
    assert not is_administrator(AnonymousUser())


def test_the_owner_of_a_room_is_both() -> None:
    owner = ensure_owner()
    assert is_reviewer(owner)
    assert is_administrator(owner)


def test_one_query_tells_both(django_assert_num_queries: Any) -> None:
    dora = person(REVIEWER)
    with django_assert_num_queries(1):
        assert is_reviewer(dora)
        assert not is_administrator(dora)
        assert is_reviewer(dora)
