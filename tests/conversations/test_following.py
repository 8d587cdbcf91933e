"""Readers who join a run that goes on, wherever they stand."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from chatroom.conversations import deltas
from chatroom.conversations.following import Follower, Followers
from chatroom.conversations.log import Advance
from chatroom.conversations.models import Delta, Part, Run, Status
from chatroom.conversations.news import News
from chatroom.conversations.sealing import Ending, seal
from chatroom.conversations.sight import OWNERS
from chatroom.conversations.threads import DatabaseThreads
from tests.conversations.conftest import MakeRun

ALONE = News(None, "test", lambda hint: None)


@pytest.fixture(autouse=True)
def plain_static_files() -> Iterator[None]:
    """What the fragments link to needs not be collected."""
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": static}):
        yield


class Page:
    """A reader: where it stands, and what it was sent. Like the page's own, it takes only what meets its place."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self.sent: list[str] = []
        self.misses = 0
        self.news = asyncio.Event()

    def show(self, run_id: int, after: int, seq: int, html: str) -> None:
        self.misses += self.seq != after
        self.seq = seq
        self.sent.append(html)
        self.news.set()

    def lost(self, run_id: int) -> None:
        self.misses += 1

    @property
    def words(self) -> list[str]:
        return re.findall(r"word\d+", "".join(self.sent))


def say(run: Run, numbers: Sequence[int]) -> None:
    """Rows as the log has them, a finished paragraph each."""
    Part.objects.get_or_create(run=run, index=0, defaults={"kind": "content", "started_at": timezone.now()})
    for seq in numbers:
        Delta.objects.create(run=run, seq=seq, part=0, kind="text", text=f"word{seq}\n\n", at=seq)


@asynccontextmanager
async def working() -> AsyncIterator[DatabaseThreads]:
    threads = DatabaseThreads("pages", 1)
    yield threads
    await threads.run(connections.close_all)


async def test_a_page_that_is_ahead_of_the_others_is_told_nothing_twice(make_run: MakeRun) -> None:
    """It was loaded from the log when the others had not been told of the last rows yet."""
    run = await asyncio.to_thread(make_run)
    async with working() as threads:
        await asyncio.to_thread(say, run, range(1, 3))
        follower = Follower(run.pk, OWNERS, threads, ALONE)
        early, ahead = Page(2), Page(4)
        await follower.join(early, 2)
        await asyncio.to_thread(say, run, range(3, 5))
        await follower.join(ahead, 4)
        await asyncio.to_thread(say, run, range(5, 7))
        follower.advance(Advance(run.pk, 0))
        await follower._frame()
    assert ahead.words == ["word5", "word6"]
    assert early.words == ["word3", "word4", "word5", "word6"]
    assert (ahead.seq, ahead.misses, early.seq, early.misses) == (6, 0, 6, 0)


async def test_who_joins_ahead_of_the_others_at_the_very_end_joins_anew(make_run: MakeRun) -> None:
    run = await asyncio.to_thread(make_run)
    async with working() as threads:
        await asyncio.to_thread(say, run, range(1, 3))
        follower = Follower(run.pk, OWNERS, threads, ALONE)
        early, ahead = Page(2), Page(4)
        await follower.join(early, 2)
        await asyncio.to_thread(say, run, range(3, 5))
        await asyncio.to_thread(seal, run.pk, Ending(Status.COMPLETED, timezone.now()))
        assert not await follower.join(ahead, 4)
        async with asyncio.timeout(5):
            await follower.follow()
        await Followers(threads, ALONE).join(run.pk, ahead, 4)
        async with asyncio.timeout(5):
            while 'data-status="completed"' not in "".join(ahead.sent):  # noqa: ASYNC110 - a page waits for news
                await asyncio.sleep(0)
    assert "".join(early.sent).count('data-status="completed"') == 1
    assert (early.words, ahead.words) == (["word3", "word4"], [])
    assert early.misses == ahead.misses == 0


@pytest.mark.parametrize("place", [99, 10**8])
async def test_a_place_that_the_log_has_not_reached_is_set_right(make_run: MakeRun, place: int) -> None:
    run = await asyncio.to_thread(make_run)
    async with working() as threads:
        await asyncio.to_thread(say, run, range(1, 3))
        page = Page(place)
        assert await Follower(run.pk, OWNERS, threads, ALONE).join(page, place)
    assert page.seq == 2


@pytest.mark.parametrize(
    "order",
    [[3, 4, 5, 6], [5, 6, 3, 4], [3, 3, 4, 5, 6], [3, 5, 6], [6, 5, 4, 3], [5, 6]],
    ids=["in order", "reordered", "twice", "one lost", "backwards", "the first lost"],
)
async def test_however_news_come_all_is_shown_once(make_run: MakeRun, order: list[int]) -> None:
    """As another process hears them over a layer that loses, doubles and reorders."""
    run = await asyncio.to_thread(make_run)
    async with working() as threads:
        await asyncio.to_thread(say, run, range(1, 3))
        followers, page = Followers(threads, ALONE), Page(2)
        await followers.join(run.pk, page, 2)
        await asyncio.to_thread(say, run, range(3, 7))
        rows = {row.seq: row for row in await asyncio.to_thread(deltas.read, run.pk)}
        for seq in order:
            followers.advance(Advance(run.pk, 0, (rows[seq],), run_changed=False))
        while page.seq < 6:
            page.news.clear()
            await page.news.wait()
        followers.leave(run.pk, page)
    assert page.words == ["word3", "word4", "word5", "word6"]
    assert not page.misses
