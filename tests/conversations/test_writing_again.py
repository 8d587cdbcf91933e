"""The log when the database breaks off in the middle of a commit, and when of those that wait none is ours any more."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from chatroom.conversations.deltas import read
from chatroom.conversations.log import Advance, RunLog
from chatroom.conversations.models import Part, Run, Status
from chatroom.conversations.sealing import Ending
from chatroom.providers.events import ContentDelta, ReasoningDelta
from chatroom.providers.parts import Assembler, Piece
from tests.conversations.conftest import MakeRun
from tests.conversations.test_log import writing
from tests.support.room import until

pytestmark = pytest.mark.django_db(transaction=True)


def pieces() -> list[Piece]:
    assembler = Assembler()
    placed = (assembler.place(event) for event in (ReasoningDelta("thought"), ContentDelta("answer")))
    return [piece for piece in placed if piece]


@pytest.mark.parametrize("ends", [False, True])
async def test_a_commit_whose_answer_was_lost_is_not_written_twice(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, ends: bool
) -> None:
    """The server died between the commit and the word of it: what is done again is there already."""
    run = await asyncio.to_thread(make_run)
    broken = threading.Event()

    @contextlib.contextmanager
    def and_break() -> Iterator[None]:
        with transaction.atomic():
            yield
        if not broken.is_set():
            broken.set()
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("chatroom.conversations.log.transaction", SimpleNamespace(atomic=and_break))
    told: list[Advance] = []
    async with writing(told) as log:
        run_log = RunLog(log, run.pk, run.reply.conversation_id, run.attempts)
        await run_log.append(pieces())
        if not ends:
            await asyncio.to_thread(until, lambda: told, "it is told of")
            assert [row.text for advance in told for row in advance.rows] == ["thought", "answer"]
        await run_log.end(Ending(Status.COMPLETED, timezone.now()))
    assert broken.is_set()
    rows = await asyncio.to_thread(read, run.pk)
    assert [(row.seq, row.text) for row in rows] == [(1, "thought"), (2, "answer")]
    parts = await asyncio.to_thread(lambda: list(Part.objects.filter(run=run).order_by("index")))
    assert [part.text for part in parts] == ["thought", "answer"]
    assert (await Run.objects.aget(pk=run.pk)).status == Status.COMPLETED


async def test_what_is_handed_in_for_a_run_that_is_lost_holds_nobody_up(make_run: MakeRun) -> None:
    """The writer may find that all that waits is another's now."""
    lost, ours = await asyncio.to_thread(make_run), await asyncio.to_thread(make_run)
    await Run.objects.filter(pk=lost.pk).aupdate(worker="another")
    ending = Ending(Status.COMPLETED, timezone.now())
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        free.wait(20)

    async with writing([]) as log:
        busy = asyncio.create_task(log._thread.run(hold))
        await asyncio.to_thread(held.wait, 20)
        run_log = RunLog(log, lost.pk, lost.reply.conversation_id, lost.attempts)
        first, second = pieces()
        await run_log.append([first])
        while log._waiting:  # noqa: ASYNC110 - the writer tells nobody that it has taken it
            await asyncio.sleep(0)
        await run_log.append([second])
        free.set()
        await busy
        await run_log.end(ending)
        while log._waiting:  # noqa: ASYNC110
            await asyncio.sleep(0)
        other = RunLog(log, ours.pk, ours.reply.conversation_id, ours.attempts)
        await other.append(pieces())
        await asyncio.wait_for(other.end(ending), 10)
    assert run_log.lost
    assert await asyncio.to_thread(read, lost.pk) == []
    assert [row.text for row in await asyncio.to_thread(read, ours.pk)] == ["thought", "answer"]
