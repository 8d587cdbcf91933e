"""One open page and the news it is sent, in order: its shape, its runs, the rail."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from chatroom.conversations.announcing import Hub
from chatroom.conversations.following import Followers, Place
from chatroom.conversations.fragments import into
from chatroom.conversations.open_page import REFUSED, Look, OpenPage
from chatroom.conversations.pages import Shape
from chatroom.conversations.presenting import RunShown
from chatroom.conversations.rail_board import RailBoard

logger = logging.getLogger(__name__)


class Ended(Exception):
    """The page may read no more; `code` closes its socket."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


# A page is looked at anew so often even if no news comes: news are hints, the record is the truth. In a room of one
# process they come by a call, and only a mistake of ours could lose them.
SAFETY_SECONDS = 60.0
SAFETY_SECONDS_AMONG_OTHERS = 15.0


# Before a page is looked at anew.
A_MOMENT = 0.002

# What waits for a page that does not take it, in characters. Beyond it the page is brought up to date from the
# record when it reads again.
WAITING_LIMIT = 250_000


class Reader:
    """Brings an open page up to date and keeps it so, by fragments that it is sent."""

    def __init__(
        self,
        page: OpenPage,
        send: Callable[[str], Awaitable[None]],
        *,
        hub: Hub,
        followers: Followers,
        rails: RailBoard,
        is_alone: bool,
    ) -> None:
        self.user_id = page.user_id
        self.conversation_id = page.conversation_id
        self._page = page
        self._send = send
        self._hub = hub
        self._followers = followers
        self._rails = rails
        self._safety_seconds = SAFETY_SECONDS if is_alone else SAFETY_SECONDS_AMONG_OTHERS
        self._shape: Shape = ()
        self._cursors: dict[int, int] = {}
        self._replies: dict[int, int] = {}
        self._lost: set[int] = set()
        self._outbox: list[str] = []
        self._waiting = 0
        # While something is being sent: where the page will stand in each run when it has taken that.
        self._taken: dict[int, int] | None = None
        # What the page says of runs that it does not show.
        self._elsewhere = ""
        self._changed = False
        self._rail_changed = asyncio.Event()
        self._safety_due = False
        self._shown_out = False
        self._woken = asyncio.Event()

    def show_out(self) -> None:
        """The person may read no more."""
        self._shown_out = True
        self._woken.set()

    def conversation_changed(self) -> None:
        """Its shape is to be looked at."""
        self._changed = True
        self._woken.set()

    def rail_changed(self) -> None:
        """The rail is to be sent; a run began or ended, perhaps one of which the page only tells."""
        self._rail_changed.set()
        if self._elsewhere:
            self.conversation_changed()

    def show(self, run_id: int, after: int, seq: int, html: str) -> None:
        """A fragment of a run; one that does not meet what the page shows is read from the log instead."""
        if self._cursors.get(run_id) != after:
            self.lost(run_id)
            return
        self._cursors[run_id] = seq
        if not html:  # nothing in it that this page shows
            return
        self._outbox.append(html)
        self._waiting += len(html)
        if self._taken is not None and self._waiting > WAITING_LIMIT:
            self._fall_behind(self._taken)
        self._woken.set()

    def _fall_behind(self, taken: dict[int, int]) -> None:
        """The page does not take what it is sent: keep nothing for it, and join its runs again when it does."""
        for run_id in self._cursors:
            self._leave(run_id)
        self._cursors = dict(taken)
        self._lost.update(taken)
        self._rail_changed.set()
        self._outbox.clear()
        self._waiting = 0

    def _leave(self, run_id: int) -> None:
        self._followers.leave(run_id, self, self._page.sight)

    def lost(self, run_id: int) -> None:
        """The page does not follow a run any more: it is to join it again from where it stands."""
        self._lost.add(run_id)
        self._woken.set()

    async def read(self, shown: str, cursors: Mapping[int, int]) -> None:
        """Send news until cancelled. `shown` and `cursors`: what the page says it shows.

        Raises Ended when the person has signed out, or the conversation is gone.
        """
        self._hub.join(self)
        self._rail_changed.set()  # since the page was made things may have happened, or while it was away
        loop = asyncio.get_running_loop()
        beside = [loop.create_task(self._tick())]
        if self.user_id is not None:
            beside.append(loop.create_task(self._keep_rail(self.user_id)))
        if self._page.until is not None:
            beside.append(loop.create_task(self._end_at(self._page.until)))
        try:
            if self.conversation_id is not None:
                await self._catch_up(shown, cursors)
            while True:
                if self._shown_out:
                    raise Ended(REFUSED)
                await self._flush()
                if self._changed or self._safety_due or self._lost:
                    # Changes come together, a prompt and its run and that it has begun: one look is for them all.
                    await asyncio.sleep(A_MOMENT)
                    await self._look()
                else:
                    await self._woken.wait()
                    self._woken.clear()
        finally:
            for task in beside:
                task.cancel()
            self._hub.leave(self)
            for run_id in self._cursors:
                self._leave(run_id)

    async def _tick(self) -> None:
        # Pages that came together, after a restart perhaps, must not look all at once ever after.
        await asyncio.sleep(self._safety_seconds * random.random())  # noqa: S311
        while True:
            await asyncio.sleep(self._safety_seconds)
            self._safety_due = True
            self._woken.set()

    async def _end_at(self, moment: datetime) -> None:
        while (rest := (moment - timezone.now()).total_seconds()) > 0:  # noqa: ASYNC110 - clocks are set, too
            await asyncio.sleep(rest)
        self.conversation_changed()

    async def _catch_up(self, shown: str, cursors: Mapping[int, int]) -> None:
        """From what a page that (re)connects shows to what is true now."""
        look = await self._page.arrive(shown)
        if look.ended:
            raise Ended(look.ended)
        self._shape = look.shape
        if look.html:
            await self._take_in(look.html, look.runs)
        else:
            for run_id, (reply_id, seq) in (await self._page.stands(cursors, look.replies)).items():
                await self._follow(run_id, reply_id, seq)
        self._tell_beside(look, always=True)

    def _tell_beside(self, look: Look, *, always: bool = False) -> None:
        if look.beside is not None and (always or look.beside != self._elsewhere):
            self._elsewhere = look.beside
            self._outbox.append(into("elsewhere", "innerHTML", look.beside))

    async def _look(self) -> None:
        if self._safety_due:
            self._safety_due = False
            self._changed = True
        lost, self._lost = self._lost & self._cursors.keys(), set()
        for run_id in lost:
            await self._join(run_id)
        changed, self._changed = self._changed, False
        if not changed or self.conversation_id is None:
            return
        look = await self._page.look(self._shape)
        if look.ended:
            raise Ended(look.ended)
        if look.html:
            self._shape = look.shape
            self._leave_what_went(look.replies)
            await self._take_in(look.html, look.runs)
        self._tell_beside(look)

    async def _keep_rail(self, user_id: int) -> None:
        """Send the rail when it changes; beside all else, since it may wait."""
        while True:
            await self._rail_changed.wait()
            self._rail_changed.clear()
            try:
                html = await self._rails.news(user_id, self.conversation_id)
            except (DatabaseError, InterfaceError):
                logger.warning("The rail of a page could not be read; it follows with the next change")
                continue
            self._outbox.append(html)  # to the outbox of now: while the rail was made another may have taken its place
            self._woken.set()

    async def _take_in(self, html: str, runs: Sequence[RunShown]) -> None:
        """Show a new shape; its runs are followed from where it shows them."""
        for shown in runs:
            self._leave(shown.run_id)
        self._outbox.append(html)
        for shown in runs:
            if shown.run.is_live:
                # It was read a moment ago: there is no way to be led.
                self._cursors[shown.run_id], self._replies[shown.run_id] = shown.seq, shown.reply_id
                await self._followers.join(shown.run_id, self, shown.seq, shown=shown, sight=self._page.sight)

    def _leave_what_went(self, there: frozenset[int]) -> None:
        """Follow no more what is on the page no more, though it may go on behind the arrows."""
        for run_id in [run_id for run_id, reply_id in self._replies.items() if reply_id not in there]:
            self._leave(run_id)
            del self._cursors[run_id], self._replies[run_id]
            self._lost.discard(run_id)

    async def _follow(self, run_id: int, reply_id: int, seq: int) -> None:
        self._cursors[run_id] = seq
        self._replies[run_id] = reply_id
        await self._join(run_id)

    async def _join(self, run_id: int) -> None:
        """Follow a run from where the page stands. What it has missed comes piece by piece, each when it has taken
        the one before: so that the whole of a long reply never waits for a page that does not read.
        """
        place = Place(run_id, self._cursors[run_id], self._page.sight)
        async for seq, html in self._followers.lead(run_id, place):
            self._cursors[run_id] = seq
            if html:
                self._outbox.append(html)
                await self._flush()
        await self._followers.join(run_id, self, place.seq, place, sight=self._page.sight)

    async def _flush(self) -> None:
        if self._outbox:
            news, self._outbox, self._waiting = "".join(self._outbox), [], 0
            self._taken = dict(self._cursors)
            try:
                await self._send(news)
            finally:
                self._taken = None
