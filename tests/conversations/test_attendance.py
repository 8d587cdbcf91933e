"""Who has signed out, or may not come any more, is shown out; who has not stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from chatroom.accounts.models import User
from chatroom.conversations.attendance import Attendance, Visitor
from chatroom.conversations.threads import DatabaseThreads

pytestmark = pytest.mark.django_db(transaction=True)


def visitor(name: str) -> Visitor:
    session = SessionStore()
    session.create()
    assert session.session_key
    return Visitor(User.objects.get_or_create(username=name)[0].pk, session.session_key)


def sign_out(who: Visitor) -> None:
    Session.objects.filter(pk=who.session_key).delete()


def outlive(who: Visitor) -> None:
    Session.objects.filter(pk=who.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))


def bar(who: Visitor) -> None:
    User.objects.filter(pk=who.user_id).update(is_active=False)


@pytest.mark.parametrize("end", [sign_out, outlive, bar])
async def test_who_is_no_more_welcome_is_shown_out_of_all_pages(end: Callable[[Visitor], None]) -> None:
    alice, bob = await sync_to_async(visitor)("alice"), await sync_to_async(visitor)("bob")
    attendance = Attendance(DatabaseThreads("test", 1))
    out: list[str] = []
    attendance.join(alice, lambda: out.append("alice here"))
    attendance.join(alice, lambda: out.append("alice there"))
    attendance.join(bob, lambda: out.append("bob"))
    await attendance.look()
    assert out == []
    await sync_to_async(end)(alice)
    await attendance.look()
    assert sorted(out) == ["alice here", "alice there"]


async def test_a_page_that_is_closed_is_forgotten() -> None:
    alice = await sync_to_async(visitor)("alice")
    attendance = Attendance(DatabaseThreads("test", 1))
    out: list[str] = []
    page = lambda: out.append("alice")  # noqa: E731
    attendance.join(alice, page)
    attendance.leave(page)
    await sync_to_async(sign_out)(alice)
    await attendance.look()
    assert out == []


async def test_more_are_looked_up_than_a_query_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatroom.conversations.attendance._AT_ONCE", 2)
    visitors = [await sync_to_async(visitor)(f"person{n}") for n in range(5)]
    attendance = Attendance(DatabaseThreads("test", 1))
    out: list[Visitor] = []
    for one in visitors:
        attendance.join(one, lambda one=one: out.append(one))  # type: ignore[misc]
    await sync_to_async(sign_out)(visitors[4])
    await attendance.look()
    assert out == [visitors[4]]
