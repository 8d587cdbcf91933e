"""Whether those who have pages open are still signed in: looked up for all of them together, now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from chatroom.accounts.models import User
from chatroom.conversations.threads import DatabaseThreads

# Whoever has signed out elsewhere reads on for so long at most.
LOOK_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who has a page open, and by which session."""

    user_id: int
    session_key: str


class Attendance:
    """The visitors of this process. To be used on the event loop."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads
        self._there: dict[Callable[[], None], Visitor] = {}

    def join(self, visitor: Visitor, show_out: Callable[[], None]) -> None:
        """From now on call `show_out` when the visitor is not signed in any more, or may not come any more."""
        self._there[show_out] = visitor

    def leave(self, show_out: Callable[[], None]) -> None:
        """That page is closed."""
        self._there.pop(show_out, None)

    async def look_forever(self) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Show those out who are to go."""
        there = dict(self._there)
        if there:
            welcome = await self._threads.run(_welcome, set(there.values()))
            for show_out, visitor in there.items():
                if visitor not in welcome:
                    show_out()


# Parameters of one query; SQLite takes so many at least.
_AT_ONCE = 500


def _welcome(visitors: Collection[Visitor]) -> set[Visitor]:
    everyone = list(visitors)
    welcome: set[Visitor] = set()
    sessions = SessionStore.get_model_class().objects.filter(expire_date__gt=timezone.now())
    people = User.objects.filter(is_active=True)
    for start in range(0, len(everyone), _AT_ONCE):
        some = everyone[start : start + _AT_ONCE]
        keys = set(sessions.filter(pk__in=[one.session_key for one in some]).values_list("pk", flat=True))
        active = set(people.filter(pk__in={one.user_id for one in some}).values_list("pk", flat=True))
        welcome |= {one for one in some if one.session_key in keys and one.user_id in active}
    return welcome
