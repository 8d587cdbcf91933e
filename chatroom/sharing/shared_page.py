"""An open page of a link that goes on, as its socket has to know it.

Hundreds may have it open: what is looked up for one is for all who ask at that moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from chatroom.conversations import deltas
from chatroom.conversations.models import Run
from chatroom.conversations.open_page import CHANGED, GONE, Look
from chatroom.conversations.pages import Shape, digest, shape
from chatroom.conversations.reshaping import difference, whole
from chatroom.conversations.sight import Sight
from chatroom.conversations.threads import DatabaseThreads
from chatroom.conversations.tree import replies_on
from chatroom.sharing.models import Link
from chatroom.sharing.showing import Showing, showing

NOTHING = Look((), frozenset(), ended=GONE)
ANOTHER = Look((), frozenset(), ended=CHANGED)


class SharedPage:
    """See `OpenPage`. One for all who have the link's page open in this process."""

    user_id: int | None = None

    def __init__(self, link: Link, threads: DatabaseThreads) -> None:
        self.conversation_id: int | None = link.conversation_id
        self.sight: Sight = link.sight
        self.until: datetime | None = link.expires_at
        self._link_id = link.pk
        self._door = _door(link)
        self._threads = threads
        self._coming: dict[str | Shape, asyncio.Task[Look]] = {}

    async def arrive(self, shown: str) -> Look:
        """As `OpenPage` has it."""
        return await self._together(shown, partial(self._arrive, shown))

    async def look(self, before: Shape) -> Look:
        """As `OpenPage` has it."""
        return await self._together(before, partial(self._look, before))

    async def stands(self, at: Mapping[int, int], replies: frozenset[int]) -> dict[int, tuple[int, int]]:
        """As `OpenPage` has it: the page knows neither the rows' numbers nor, perhaps, all of their log."""
        return await self._threads.run(self._stands, at, replies)

    async def _together(self, what: str | Shape, look: Callable[[], Look]) -> Look:
        coming = self._coming.get(what)
        if coming is None:
            coming = self._coming[what] = asyncio.create_task(self._do(what, look), name="look at a shared page")
        return await asyncio.shield(coming)

    async def _do(self, what: str | Shape, look: Callable[[], Look]) -> Look:
        await asyncio.sleep(0)  # all who were woken together
        del self._coming[what]  # whoever asks from here on may ask because of something that this does not show
        return await self._threads.run(look)

    def _now(self) -> tuple[Showing, Shape] | Look:
        links = Link.objects.select_related("conversation").filter(conversation__owner__is_active=True)
        link = links.filter(pk=self._link_id).first()
        if link is None or not link.is_open:
            return NOTHING
        # What a reader sees, and who may, is fixed while the page is open; when that is changed it is loaded anew.
        if not link.live or link.sight != self.sight or _door(link) != self._door:
            return ANOTHER
        shown = showing(link)
        return (shown, shape(shown.path, self.sight)) if shown.path else NOTHING

    def _arrive(self, shown: str) -> Look:
        if isinstance(found := self._now(), Look):
            return found
        page, now = found
        html, runs = ("", []) if digest(now) == shown else whole(page.path, page.liking, self.sight)
        return Look(now, replies_on(page.path), html, runs)

    def _look(self, before: Shape) -> Look:
        if isinstance(found := self._now(), Look):
            return found
        page, now = found
        html, runs = difference(before, page.path, page.liking, self.sight) if now != before else ("", [])
        return Look(now, replies_on(page.path), html, runs)

    def _stands(self, at: Mapping[int, int], replies: frozenset[int]) -> dict[int, tuple[int, int]]:
        stands = {}
        for run_id, reply_id in Run.objects.filter(reply__in=replies).values_list("pk", "reply"):
            told = at.get(self.sight.run_number(run_id))
            if told is not None:
                seq = told if self.sight.reasoning else deltas.seq_at(run_id, told)
                stands[run_id] = (reply_id, seq)
        return stands


def _door(link: Link) -> tuple[str, bool]:
    """What is asked of who comes."""
    return link.password, link.members_only


_open: WeakValueDictionary[tuple[Any, ...], SharedPage] = WeakValueDictionary()


def page_of(link: Link, threads: DatabaseThreads) -> SharedPage:
    """The page of a link, the same for all who have it open. On the event loop."""
    key = (link.pk, link.sight, link.expires_at, _door(link))
    if (page := _open.get(key)) is None:
        page = _open[key] = SharedPage(link, threads)
    return page
