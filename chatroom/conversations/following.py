"""Following runs that go on: one follower a run and sight, for all who read it so in this process.

It takes each commit once, renders it once, and hands the same fragment to every reader who stands
where the fragment begins; whoever stands elsewhere is brought there from the log.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from functools import partial
from typing import Protocol

from chatroom.conversations import deltas
from chatroom.conversations.deltas import Row
from chatroom.conversations.fragments import caught_up, cursor, run_news, run_state, run_whole
from chatroom.conversations.log import BEAT_SECONDS, Advance
from chatroom.conversations.models import LIVE, Run
from chatroom.conversations.news import News, run_group
from chatroom.conversations.pages import run_outline
from chatroom.conversations.presenting import RunRender, RunShown
from chatroom.conversations.sight import OWNERS, Sight
from chatroom.conversations.threads import DatabaseThreads
from chatroom.providers.parts import PieceKind

logger = logging.getLogger(__name__)

# Frames follow the commits, which come no more often than an eye can see. When an open block has grown large there
# are fewer still, so that what is sent stays in proportion to what was said.
CHARACTERS_A_SECOND = 2_500_000
# Characters of text in a frame; what is beyond it comes with the next. So what waits for a page that does not take it
# has a bound, however fast a provider speaks.
FRAME_CHARACTERS = 100_000
# What is read by very many is sent to each of them less often, so that they take no more than a part of the process:
# so many frames a second in all.
FRAMES_A_SECOND = 4000
# News are hints and may get lost: so often the record is looked at without them. In a room of one process they come
# by a call and cannot be lost; between processes they can, and while the layer is away there are none.
SAFETY_SECONDS = 15.0
SAFETY_SECONDS_AMONG_OTHERS = 2.0
SAFETY_SECONDS_UNREACHED = 0.5
RETRY_SECONDS = 1.0


class RunReader(Protocol):
    """Someone who reads a run."""

    def show(self, run_id: int, after: int, seq: int, html: str) -> None:
        """Show a fragment that leads from seq `after` to `seq`."""

    def lost(self, run_id: int) -> None:
        """The run is not followed any more though it may go on: join again."""


class Follower:
    """Turns the commits of one run into fragments, for all its readers here."""

    def __init__(self, run_id: int, sight: Sight, threads: DatabaseThreads, news: News) -> None:
        self.run_id = run_id
        self.sight = sight
        self.readers: set[RunReader] = set()
        self.joining = 0
        self.over = False
        self._threads = threads
        self._news = news
        self._rendering = RunRender(run_id, sight)
        self._shown: RunShown | None = None
        # The state as it was told last.
        self._state = ""
        self._waiting: list[Row] = []
        self._stale = True
        # The log holds more than the last frame could take; and the run's state is to be told when that is shown.
        self._more = self._owes_state = False
        self._woken = asyncio.Event()
        self._lock = asyncio.Lock()

    @property
    def stands(self) -> tuple[int, str]:
        """How far it has read: the last seq, and the run's status as it was told. Seq -1 before the first look."""
        return (self._rendering.seq, self._shown.run.status) if self._shown else (-1, "")

    def agrees(self, there: tuple[int, str] | None) -> bool:
        """Whether that is what the record says, too: the last seq, and the run's status; None where it is gone."""
        if there is None or there[0] != self.stands[0]:
            return False
        return there[1] == self.stands[1] or not (self.sight.reasoning or there[1] not in LIVE)

    def advance(self, advance: Advance) -> None:
        """Rows were committed, or the run's row changed."""
        self._waiting.extend(advance.rows)
        self._stale |= advance.run_changed
        self._woken.set()

    async def join(
        self, reader: RunReader, seq: int, place: Place | None = None, shown: RunShown | None = None
    ) -> bool:
        """Bring `reader` from `seq` to where the others are, and take it in. False: too late, the end was shown.

        `place`: where it stands, if it was led there; `shown`: the run as its page has it, if that was just made.
        """
        place = place or Place(self.run_id, seq, self.sight)
        async with self._lock:
            if self.over:
                return False
            if self._shown is None:
                await self._load(shown)
            before = -1
            while seq > self._rendering.seq > before:
                # Its page was loaded from rows that the others have not been shown yet: they first.
                before = self._rendering.seq
                self._stale = True
                await self._frame()
                if self.over:
                    self._woken.set()
                    return False
            if seq != self._rendering.seq:
                html = await self._threads.run(place.upto, self._rendering.seq)
                if self.over:
                    return False
                # With the place it leads to: were the connection cut right behind it, the page would ask for it again.
                reader.show(self.run_id, seq, self._rendering.seq, html + self._standing())
            elif self._shown and self._shown.run.is_live:
                # Its page may be older than the run's last change of status.
                reader.show(self.run_id, seq, seq, self._standing())
            self.readers.add(reader)
            if self._shown and not self._shown.run.is_live:
                self._stale = True  # and it is told of the end
                self._woken.set()
            return True

    async def follow(self) -> None:
        """Make fragments until the run is over."""
        try:
            while True:
                await self._woken.wait()
                self._woken.clear()
                async with self._lock:
                    html = "" if self.over else await self._frame()
                if self.over:
                    return
                rest = max(len(html) / CHARACTERS_A_SECOND, len(self.readers) / FRAMES_A_SECOND)
                if html and rest > BEAT_SECONDS:
                    await asyncio.sleep(rest)
        except Run.DoesNotExist:
            return  # its conversation was deleted; the page is told so on its own
        finally:
            self.over = True  # however it ended: nobody may join any more

    async def _load(self, before: RunShown | None) -> None:
        """Begin where the log is now. First listen, then read: so that nothing falls between the two."""
        await self._news.join(run_group(self.run_id))
        self._stale = False
        shown = await self._threads.run(run_outline, self.run_id, before, self.sight)
        if shown.seq:
            self._rendering.apply(await self._threads.run(deltas.read, self.run_id))
        self._shown = shown
        self._rendering.settle_status(shown.run)
        self._rendering.news()
        if shown.run.is_live and not self.sight.reasoning:
            self._state = run_state(shown)  # who joins is told it

    def _standing(self) -> str:
        """Where a reader stands who has been brought up to here; the end is told by the next frame."""
        if self._shown and self._shown.run.is_live:
            return cursor(self._shown.run, self._rendering.cursor) + run_state(self._shown)
        return caught_up(self._rendering)

    async def _frame(self) -> str:
        """Show what is new to all readers. Returns it."""
        rendering, before = self._rendering, self._rendering.seq
        stale, self._stale = self._stale, False
        told = self._shown.run.status if self._shown else None
        if looked := stale or self._shown is None:
            self._shown = await self._threads.run(run_outline, self.run_id, self._shown, self.sight)
        waiting, self._waiting = self._waiting, []
        rows = [row for row in waiting if row.seq > before]
        # What came with a gap, twice or in another order is read from the log; and so is what the run's row, where that
        # was read, is ahead of; and what is too much for one frame.
        in_order = all(row.seq == seq for seq, row in enumerate(rows, before + 1))
        behind = looked and self._shown.seq > before + len(rows)
        if behind or self._more or not in_order or _characters(rows) > FRAME_CHARACTERS:
            rows = await self._threads.run(deltas.read_some, self.run_id, before, FRAME_CHARACTERS)
        # There may be more than that: it comes with the next frame, and so do the run's new state and its end.
        self._more = more = _characters(rows) >= FRAME_CHARACTERS
        if recast := _recast(rows, self.sight):
            rendering = self._rendering = RunRender(self.run_id, self.sight)
            rows = await self._threads.run(deltas.read, self.run_id, 0, rows[-1].seq)
        rendering.apply(rows)
        run = self._shown.run
        rendering.settle_status(run)
        self.over = not run.is_live and not more
        if run.ended_at and not more:
            rendering.end(run.ended_at)
        html = run_whole(rendering) if recast else run_news(rendering)
        self._owes_state |= stale or run.status != told
        if more:
            self._woken.set()
        html += self._how_it_stands(more, bool(html))
        for reader in tuple(self.readers):
            reader.show(self.run_id, before, rendering.seq, html)
        return html

    def _how_it_stands(self, more: bool, has_news: bool) -> str:
        """What a frame says beside the text. Nothing where there is nothing new, to readers from whom some is hidden:
        from frames with nothing in them they could tell how the thought goes on.
        """
        assert self._shown  # noqa: S101 - the caller has looked
        run, at = self._shown.run, self._rendering.cursor
        if more:
            return caught_up(self._rendering) if has_news or self.sight.reasoning else ""
        state = ""
        if self._owes_state:
            self._owes_state = False
            state = run_state(self._shown)
            before, self._state = self._state, state
            if not self.sight.reasoning and before == state:
                state = ""
        if not state and not has_news and not self.sight.reasoning:
            return ""
        return cursor(run, at) + state


def _recast(rows: Iterable[Row], sight: Sight) -> bool:
    """Whether something that was shown must be drawn anew; where reasoning is hidden it was not shown yet."""
    return sight.reasoning and any(row.kind is PieceKind.RECAST for row in rows)


class Followers:
    """The followers of this process. Each lives while its run goes on and someone reads it."""

    def __init__(self, threads: DatabaseThreads, news: News) -> None:
        self._threads = threads
        self._news = news
        self._followers: dict[int, dict[Sight, Follower]] = defaultdict(dict)
        self._tasks: dict[Follower, asyncio.Task[None]] = {}

    async def look_again_forever(self) -> None:
        """Look at the record now and then even if no news comes: who has not moved since, and is behind, is told."""
        stood: dict[Follower, tuple[int, str]] = {}
        while True:
            await asyncio.sleep(self._safety_seconds)
            still = [follower for follower in self._tasks if stood.get(follower) == follower.stands]
            stood = {follower: follower.stands for follower in self._tasks}
            if not still:
                continue
            stand = await self._threads.run(deltas.standings, list({follower.run_id for follower in still}))
            for follower in still:
                if not follower.agrees(stand.get(follower.run_id)):
                    follower.advance(Advance(follower.run_id, 0))

    @property
    def _safety_seconds(self) -> float:
        if self._news.is_alone:
            return SAFETY_SECONDS
        return SAFETY_SECONDS_AMONG_OTHERS if self._news.reaches else SAFETY_SECONDS_UNREACHED

    def advance(self, advance: Advance) -> None:
        """Tell whoever reads the run."""
        if followers := self._followers.get(advance.run_id):
            for follower in tuple(followers.values()):
                follower.advance(advance)

    async def lead(self, run_id: int, place: Place) -> AsyncIterator[tuple[int, str]]:
        """Lead a reader along the log from its place, until it is near the end of what there is: then it can join.

        Yields up to which seq, and the fragment, of bounded size, that leads there; empty where it needs none.
        """
        while await self._threads.run(place.step):
            yield place.seq, place.html

    async def join(
        self,
        run_id: int,
        reader: RunReader,
        seq: int,
        place: Place | None = None,
        shown: RunShown | None = None,
        sight: Sight = OWNERS,
    ) -> None:
        """From now on show `reader`, who has read up to `seq`, what the run says, as far as its sight goes.

        `place`: if it was led there; `shown`: the run as the reader's page has it, if that was just made.
        """
        follower = self._followers[run_id].get(sight)
        if follower is None or follower.over:
            follower = self._followers[run_id][sight] = Follower(run_id, sight, self._threads, self._news)
            task = asyncio.create_task(follower.follow(), name=f"follow run {run_id}")
            self._tasks[follower] = task
            task.add_done_callback(partial(self._done, follower))
        follower.joining += 1
        try:
            joined = await follower.join(reader, seq, place, shown)
        finally:
            follower.joining -= 1
            self._drop_if_alone(follower)
        if not joined:
            await self.join(run_id, reader, seq, place, sight=sight)

    def leave(self, run_id: int, reader: RunReader, sight: Sight = OWNERS) -> None:
        """Show `reader` no more of it."""
        follower = self._followers.get(run_id, {}).get(sight)
        if follower is None or reader not in follower.readers:
            return
        follower.readers.discard(reader)
        self._drop_if_alone(follower)

    def _drop_if_alone(self, follower: Follower) -> None:
        """Let a follower go whom nobody reads, and nobody is about to."""
        if not follower.readers and not follower.joining and (task := self._forget(follower)):
            task.cancel()

    def _forget(self, follower: Follower) -> asyncio.Task[None] | None:
        """Have it no more; the run's last one leaves the news of it, too. Returns its task, if it was there."""
        its = self._followers.get(follower.run_id)
        if its and its.get(follower.sight) is follower:
            del its[follower.sight]
            if not its:
                del self._followers[follower.run_id]
                self._news.leave_soon(run_group(follower.run_id))
        return self._tasks.pop(follower, None)

    def _done(self, follower: Follower, task: asyncio.Task[None]) -> None:
        run_id = follower.run_id
        self._forget(follower)
        if not task.cancelled() and task.exception():
            logger.error("Following run %d failed", run_id, exc_info=task.exception())
            for reader in follower.readers:
                asyncio.get_running_loop().call_later(RETRY_SECONDS, reader.lost, run_id)


class Place:
    """Where one reader stands in the log of a run. Its methods read the database."""

    def __init__(self, run_id: int, seq: int, sight: Sight = OWNERS) -> None:
        self.run_id = run_id
        self.seq = seq
        self.sight = sight
        # What leads here from where it stood before.
        self.html = ""
        self._rendering: RunRender | None = None

    def step(self) -> bool:
        """Go on by about as much as a frame holds; False where less than that is there."""
        rows = deltas.read_some(self.run_id, self.seq, FRAME_CHARACTERS)
        if _characters(rows) < FRAME_CHARACTERS:
            return False
        self.html, rendering = self._advance(rows)
        if self.html or self.sight.reasoning:
            self.html += caught_up(rendering)
        return True

    def upto(self, seq: int) -> str:
        """Go on up to `seq`. Returns the fragment."""
        return self._advance(deltas.read(self.run_id, self.seq, seq))[0]

    def _advance(self, rows: list[Row]) -> tuple[str, RunRender]:
        if _recast(rows, self.sight):
            # What was shown of that part is void: all anew.
            rendering = RunRender(self.run_id, self.sight)
            rendering.apply(deltas.read(self.run_id, 0, rows[-1].seq))
            html = run_whole(rendering)
        else:
            rendering = self._rendering or self._rendered()
            rendering.apply(rows)
            html = run_news(rendering)
        self._rendering = rendering
        self.seq = rendering.seq
        return html, rendering

    def _rendered(self) -> RunRender:
        """The run as the reader sees it, a piece at a time: what has been shown is not kept."""
        rendering = RunRender(self.run_id, self.sight)
        while rendering.seq < self.seq:
            rows = [
                row for row in deltas.read_some(self.run_id, rendering.seq, FRAME_CHARACTERS) if row.seq <= self.seq
            ]
            if not rows:
                break  # the page says that it shows more than there is
            rendering.apply(rows)
            rendering.news()
        return rendering


def _characters(rows: Iterable[Row]) -> int:
    return sum(len(row.text) for row in rows)
