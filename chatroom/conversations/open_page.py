"""What an open page shows, as its socket has to know it: looked at when it comes, and whenever something happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chatroom.conversations.elsewhere import elsewhere_html
from chatroom.conversations.models import Run
from chatroom.conversations.pages import Shape, digest, load_turns, shape
from chatroom.conversations.presenting import RunShown
from chatroom.conversations.reshaping import difference, whole
from chatroom.conversations.sight import OWNERS, Sight
from chatroom.conversations.threads import DatabaseThreads
from chatroom.conversations.tree import replies_on

# Codes of our own that close a socket, which the page's script knows: the person is not signed in any more; there is
# nothing to be read; the page is to be loaded anew.
REFUSED = 4403
GONE = 4404
CHANGED = 4205


@dataclass(frozen=True, slots=True)
class Look:
    """A page as it is now. `html` leads there from what it showed, `runs` are those that this shows anew."""

    shape: Shape
    # The replies that are on the page, by the rows.
    replies: frozenset[int]
    html: str = ""
    runs: Sequence[RunShown] = ()
    # What stands beside the conversation; None: such a page has nothing of the kind.
    beside: str | None = None
    # Why the page may read no more, as a code that closes its socket; 0: it may.
    ended: int = 0


class OpenPage(Protocol):
    """A page that a reader has open."""

    #: Whose list of conversations stands on it; None: nobody's.
    user_id: int | None
    conversation_id: int | None
    sight: Sight
    #: When it ends by itself.
    until: datetime | None

    async def arrive(self, shown: str) -> Look:
        """For a page that (re)connects, and whose shape has the digest `shown`."""

    async def look(self, before: Shape) -> Look:
        """What has come of a page of shape `before`."""

    async def stands(self, at: Mapping[int, int], replies: frozenset[int]) -> dict[int, tuple[int, int]]:
        """Where the page stands: run → (reply, seq), from what it says, number → cursor."""


class OwnPage:
    """A page of one's own."""

    sight = OWNERS
    until: datetime | None = None

    def __init__(self, user_id: int, conversation_id: int | None, threads: DatabaseThreads) -> None:
        self.user_id: int | None = user_id
        self.conversation_id = conversation_id
        self._threads = threads

    async def arrive(self, shown: str) -> Look:
        """As `OpenPage` has it."""
        return await self._threads.run(self._arrive, shown)

    async def look(self, before: Shape) -> Look:
        """As `OpenPage` has it."""
        return await self._threads.run(self._look, before)

    async def stands(self, at: Mapping[int, int], replies: frozenset[int]) -> dict[int, tuple[int, int]]:
        """As `OpenPage` has it: rows go by their own numbers."""
        here = Run.objects.filter(reply__conversation=self.conversation_id, pk__in=list(at))
        known = await self._threads.run(list, here.values_list("pk", "reply"))
        return {run_id: (reply_id, at[run_id]) for run_id, reply_id in known}

    def _arrive(self, shown: str) -> Look:
        assert self.conversation_id is not None  # noqa: S101 - only such pages have turns
        path = load_turns(self.conversation_id)
        now = shape(path)
        html, runs = ("", []) if digest(now) == shown else whole(path)
        return Look(now, replies_on(path), html, runs, elsewhere_html(self.conversation_id, path))

    def _look(self, before: Shape) -> Look:
        assert self.conversation_id is not None  # noqa: S101 - only such pages have turns
        path = load_turns(self.conversation_id)
        now = shape(path)
        html, runs = difference(before, path) if path and now != before else ("", [])
        beside = elsewhere_html(self.conversation_id, path)
        return Look(now, replies_on(path), html, runs, beside, ended=0 if path else GONE)
