"""The beat: the more are read, the more seldom; who is gone is not waited for."""

from __future__ import annotations

import asyncio

from chatroom.conversations.beat import MOST_BEATS, Beat, beats_between


def test_the_more_runs_are_read_the_more_beats_pass() -> None:
    beats = [beats_between(runs) for runs in range(1, 3000)]
    assert beats == sorted(beats)
    assert (beats[0], beats[-1]) == (1, MOST_BEATS)


async def test_all_are_called_and_some_of_them_together() -> None:
    beat = Beat()
    called: list[int] = []

    async def read(number: int) -> None:
        await beat.next()
        called.append(number)

    readers = [asyncio.create_task(read(number)) for number in range(100)]
    gone = asyncio.create_task(beat.next())
    await asyncio.sleep(0)
    gone.cancel()
    together = 0
    while len(called) < 100:
        before = len(called)
        await asyncio.sleep(0)
        together = max(together, len(called) - before)
    assert sorted(called) == list(range(100))
    assert together > 1
    await asyncio.gather(*readers)
