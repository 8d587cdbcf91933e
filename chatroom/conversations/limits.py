"""How many runs there may be at once, and how many sockets; who comes when there is no room is told so.

Runs are counted in the database, in the transaction that adds them: so the limits hold over all processes. Sockets
are counted by each process for itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef

from chatroom.conversations.models import Message, Run
from chatroom.conversations.refusals import TooMany
from chatroom.watching import metrics

# Names the lock that those hold who add runs; any number that is not in use for another.
_TURN = 0x52554E53


def in_turn() -> None:
    """Wait until nobody else adds runs, till the end of this transaction: of two who come at once one is counted first.

    To be called before any row is locked, so that no two wait for each other. On SQLite a transaction that writes
    has its turn from its beginning.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])


def room_for(owner_id: int, runs: int, *, instead_of: int = 0) -> None:
    """Raise TooMany unless there is room for so many more runs of a person, `instead_of` of whose end. After `in_turn`.

    Counts the rows of live runs, which have an index of their own; whose they are only where that can matter.
    """
    live = Run.objects.filter(ended_at=None)
    in_all = live.count() - instead_of + runs
    if in_all > settings.RUNS_PER_PERSON:
        theirs = Message.objects.filter(pk=OuterRef("reply"), conversation__owner=owner_id)
        if live.filter(Exists(theirs)).count() - instead_of + runs > settings.RUNS_PER_PERSON:
            metrics.REFUSED.labels("runs_per_person").inc()
            raise TooMany(_sentence("You have", settings.RUNS_PER_PERSON))
    if in_all > settings.RUNS_AT_ONCE:
        metrics.REFUSED.labels("runs_at_once").inc()
        raise TooMany(_sentence("This room has", settings.RUNS_AT_ONCE))


def _sentence(who: str, limit: int) -> str:
    replies = "1 reply" if limit == 1 else f"{limit:,} replies"
    return f"{who} room for {replies} at once. Wait until one has ended, or stop one; what you typed is still here."


class Sockets:
    """The sockets of each person, or each link, in this process. To be used on the event loop."""

    def __init__(self) -> None:
        self._open: Counter[Hashable] = Counter()

    def take(self, whose: Hashable) -> bool:
        """Whether there is room for one more; then it is counted."""
        if self._open[whose] >= settings.SOCKETS_PER_PERSON:
            metrics.REFUSED.labels("sockets_per_person").inc()
            return False
        self._open[whose] += 1
        metrics.SOCKETS.inc()
        return True

    def leave(self, whose: Hashable) -> None:
        """One that was counted is gone."""
        metrics.SOCKETS.dec()
        self._open[whose] -= 1
        if self._open[whose] <= 0:
            del self._open[whose]
