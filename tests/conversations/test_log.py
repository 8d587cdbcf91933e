"""The delta log: committed before it is told of, contiguous, merged, fenced by the lease."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.models import Max
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatroom.conversations.deltas import read
from chatroom.conversations.log import Advance, LeaseLost, Log, RunLog
from chatroom.conversations.models import Conversation, Delta, Part, Run, Status
from chatroom.conversations.presenting import from_parts, snapshot
from chatroom.conversations.sealing import Ending
from chatroom.providers.events import (
    BlockEnded,
    ContentDelta,
    ContentWasReasoning,
    OpaquePiece,
    PartEnded,
    Provenance,
    ReasoningDelta,
    ToolDelta,
    UsageReported,
)
from chatroom.providers.parts import Assembler, Piece, Placeable, fold
from chatroom.providers.parts import Part as Folded
from tests.conversations.conftest import MakeRun


@asynccontextmanager
async def writing(told: list[Advance]) -> AsyncIterator[Log]:
    """A log at work; what it tells of goes into `told`."""
    log = Log("me", timedelta(seconds=15), told.append)
    task = asyncio.create_task(log.write_forever())
    yield log
    task.cancel()
    await log._thread.run(connections.close_all)


async def write(run: Run, events: list[Placeable], told: list[Advance], ending: Ending | None = None) -> RunLog:
    """Write all events of a run, and its end."""
    assembler = Assembler()
    async with writing(told) as log:
        run_log = RunLog(log, run.pk, run.reply.conversation_id, run.attempts)
        for event in events:
            if piece := assembler.place(event):
                await run_log.append([piece])
        await run_log.end(ending or Ending(Status.COMPLETED, timezone.now()))
    return run_log


def content(assembler: Assembler, text: str) -> Piece:
    """A piece of content."""
    piece = assembler.place(ContentDelta(text))
    assert piece
    return piece


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
events = st.one_of(
    st.builds(ReasoningDelta, texts, st.sampled_from([Provenance.RAW, Provenance.SUMMARY])),
    st.builds(ContentDelta, texts),
    st.builds(ToolDelta, st.sampled_from(["a", "b"]), st.just("look_up"), texts),
    st.builds(OpaquePiece, st.dictionaries(texts, texts, max_size=2)),
    st.just(PartEnded()),
    st.just(BlockEnded()),
    st.just(ContentWasReasoning()),
)


def whole(part: Part | Folded) -> tuple[object, ...]:
    return part.head, part.text, part.opaque, part.breaks


@given(said=st.lists(events, max_size=40))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_stored_is_what_was_said(make_run: MakeRun, said: list[Placeable]) -> None:
    run = make_run()
    asyncio.run(write(run, said, told := []))
    assembler = Assembler()
    expected = fold(piece for event in said if (piece := assembler.place(event)))
    stored = list(Part.objects.filter(run=run))
    assert [whole(part) for part in stored] == [whole(part) for part in expected]
    rows = read(run.pk)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    # A part that was recast is read with the head it has now, and was told with the one it seemed to have.
    told_rows = [replace(row, head=rows[row.seq - 1].head) for advance in told for row in advance.rows]
    assert told_rows == rows, "told of something else than was stored"
    assert all(part.ended_at for part in stored)


async def test_nothing_is_told_before_it_is_on_disk(make_run: MakeRun) -> None:
    run = await asyncio.to_thread(make_run)
    seen: list[tuple[int, int]] = []

    def look(advance: Advance) -> None:
        if advance.rows:
            seen.append((advance.rows[-1].seq, _last_on_disk(run.pk)))

    async with writing([]) as log:
        log._announce = look
        run_log = RunLog(log, run.pk, 1, 0)
        assembler = Assembler()
        for n in range(50):
            await run_log.append([content(assembler, f"{n} ")])
            await asyncio.sleep(0)
        await run_log.end(Ending(Status.COMPLETED, timezone.now()))
    assert seen
    assert all(on_disk >= told for told, on_disk in seen)


def _last_on_disk(run_id: int) -> int:
    """Through a connection of its own, that sees only what is committed."""

    def look() -> int:
        try:
            return int(Delta.objects.filter(run=run_id).aggregate(last=Max("seq"))["last"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(look).result()


async def test_neighbours_of_one_kind_share_a_row(make_run: MakeRun) -> None:
    run = await asyncio.to_thread(make_run)
    await write(run, [ContentDelta("x") for _ in range(1000)], told := [])
    assert sum(len(advance.rows) for advance in told) < 100


async def test_an_answer_that_was_thought_begins_again(make_run: MakeRun) -> None:
    run = await asyncio.to_thread(make_run)
    said: list[Placeable] = [ContentDelta("Hm.\n"), ContentWasReasoning(), ContentDelta("\n\nHi.")]
    await write(run, said, [])
    await asyncio.to_thread(run.refresh_from_db)
    thought, answer = await asyncio.to_thread(lambda: list(Part.objects.filter(run=run)))
    assert (thought.kind, thought.provenance, thought.text) == ("reasoning", "raw", "Hm.\n")
    assert (answer.kind, answer.provenance, answer.text) == ("content", "", "\n\nHi.")
    assert run.answering_at == answer.started_at >= thought.started_at


async def test_blocks_of_a_thought_are_paragraphs_whenever_they_are_read(make_run: MakeRun) -> None:
    run = await asyncio.to_thread(make_run)
    said = [ReasoningDelta("**One**"), BlockEnded(), ReasoningDelta("**Two**"), BlockEnded(), ContentDelta("Hi.")]
    await write(run, said, [])
    (live, _), (stored, _) = await asyncio.to_thread(
        lambda: (snapshot(run, read(run.pk)).parts, from_parts(run, Part.objects.filter(run=run)).parts)
    )
    assert live.sealed == stored.sealed
    assert live.sealed.count("<p ") == 2
    part = await asyncio.to_thread(lambda: Part.objects.get(run=run, index=0))
    assert (part.text, part.readable) == ("**One****Two**", "**One**\n\n**Two**")


async def test_status_follows_what_the_model_does(make_run: MakeRun) -> None:
    run = await asyncio.to_thread(make_run)
    said: list[Placeable] = [ReasoningDelta("a"), ContentDelta("b"), ReasoningDelta("c"), ContentDelta("d")]
    usage = UsageReported(3, 9, 4, 0.5)
    await write(run, said, [], Ending(Status.COMPLETED, timezone.now(), "stop", usage=usage))
    await asyncio.to_thread(run.refresh_from_db)
    assert (run.status, run.finish_reason, run.worker) == ("completed", "stop", "")
    assert (run.input_tokens, run.output_tokens, run.reasoning_tokens, run.cost) == (3, 9, 4, 0.5)
    assert run.answering_at


async def test_a_worker_that_lost_its_lease_writes_no_more(make_run: MakeRun) -> None:
    run = await asyncio.to_thread(make_run)
    assembler = Assembler()
    async with writing(told := []) as log:
        run_log = RunLog(log, run.pk, 1, 0)
        first, second = content(assembler, "mine"), content(assembler, "not mine")
        await run_log.append([first])
        while not told:  # noqa: ASYNC110 - the writer tells nobody else
            await asyncio.sleep(0)
        await asyncio.to_thread(Run.objects.filter(pk=run.pk).update, worker="another")
        await run_log.append([second])
        await run_log.end(Ending(Status.COMPLETED, timezone.now()))
        assert run_log.lost
        with pytest.raises(LeaseLost):
            await run_log.append([second])
    await asyncio.to_thread(run.refresh_from_db)
    assert (run.status, run.worker) == ("answering", "another")
    last = await asyncio.to_thread(lambda: Delta.objects.filter(run=run).aggregate(last=Max("seq"))["last"])
    assert last == 1


async def test_a_run_taken_up_again_is_not_written_to_by_who_had_it_before(make_run: MakeRun) -> None:
    run = await asyncio.to_thread(make_run)
    async with writing([]) as log:
        before = RunLog(log, run.pk, 1, 0)
        await asyncio.to_thread(Run.objects.filter(pk=run.pk).update, attempts=1)
        await before.append([content(Assembler(), "from before")])
        await before.end(_done())
    assert before.lost
    assert not await asyncio.to_thread(Delta.objects.filter(run=run).exists)


async def test_what_was_being_written_while_the_process_stood_still_is_written_after_all(make_run: MakeRun) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite takes nothing away from who stands still")
    run = await asyncio.to_thread(make_run)
    async with writing(told := []) as log:
        held, stood = log._held, []

        def stand_still(run_ids: list[int]) -> dict[int, int]:
            found = held(run_ids)
            if not stood:
                stood.append(run_ids)
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 1")
                time.sleep(0.3)
            return found

        run_log = RunLog(log, run.pk, 1, 0)
        await run_log.append([content(Assembler(), "said once")])
        while not told:  # noqa: ASYNC110 - the writer tells nobody else
            await asyncio.sleep(0)
        log._held = stand_still  # type: ignore[method-assign]
        await run_log.end(_done())
    assert stood
    await asyncio.to_thread(run.refresh_from_db)
    assert (run.status, await asyncio.to_thread(lambda: [row.text for row in read(run.pk)])) == (
        "completed",
        ["said once"],
    )


async def test_thought_that_came_sealed_is_over_when_something_follows(make_run: MakeRun) -> None:
    run = await asyncio.to_thread(make_run)
    sealed = OpaquePiece({"data": "x"}, Provenance.REDACTED)
    later = timezone.now() + timedelta(seconds=60)
    await write(run, [sealed, ContentDelta("a"), ContentDelta("b")], [], Ending(Status.COMPLETED, later))
    part = await asyncio.to_thread(Part.objects.get, run=run, index=0)
    assert part.ended_at is not None
    assert part.ended_at < later - timedelta(seconds=30)
    shown = snapshot(await asyncio.to_thread(Run.objects.get, pk=run.pk), await asyncio.to_thread(read, run.pk))
    assert [(p.head.index, p.ended_at == part.ended_at) for p in shown.thoughts] == [(0, True)]


async def test_a_character_that_a_database_may_not_store_is_marked(make_run: MakeRun) -> None:
    run = await asyncio.to_thread(make_run)
    said: list[Placeable] = [OpaquePiece({"data": "a\0b\\u0000"}), ContentDelta("c\0d"), ToolDelta("1", "e\0", "")]
    await write(run, said, [], Ending(Status.FAILED, timezone.now(), error="f\0"))
    parts = await asyncio.to_thread(lambda: list(Part.objects.filter(run=run)))
    assert parts[0].opaque == [{"data": "a\0b\\u0000"}]  # which is JSON, and goes back as it came
    assert (parts[1].text, parts[2].name) == ("c\ufffdd", "e\ufffd")
    await asyncio.to_thread(run.refresh_from_db)
    assert run.error == "f\ufffd"


async def test_a_count_that_no_column_holds_does_not_cost_the_reply_its_last_words(make_run: MakeRun) -> None:
    run = await asyncio.to_thread(make_run)
    usage = UsageReported(10**300, 2**31, 7)
    run_log = await write(run, [ContentDelta("Hi")], [], Ending(Status.COMPLETED, timezone.now(), usage=usage))
    assert not run_log.lost
    await asyncio.to_thread(run.refresh_from_db)
    assert (run.status, run.input_tokens, run.output_tokens, run.reasoning_tokens) == ("completed", None, None, 7)


async def test_one_run_that_cannot_be_stored_does_not_hold_up_the_others(make_run: MakeRun) -> None:
    bad, good = await asyncio.to_thread(make_run), await asyncio.to_thread(make_run)
    async with writing([]) as log:
        bad_log, good_log = RunLog(log, bad.pk, 1, 0), RunLog(log, good.pk, 1, 0)
        unstorable, storable = content(Assembler(), "\ud800"), content(Assembler(), "fine")
        await asyncio.gather(bad_log.append([unstorable]), good_log.append([storable]))
        await asyncio.gather(bad_log.end(_done()), good_log.end(_done()))
    assert bad_log.lost
    await asyncio.to_thread(good.refresh_from_db)
    assert good.status == "completed"


def _done() -> Ending:
    return Ending(Status.COMPLETED, timezone.now())


def test_deleting_a_conversation_ends_its_writing(make_run: MakeRun, conversation: Conversation) -> None:
    run = make_run()
    conversation_id = conversation.pk
    conversation.delete()
    run.reply.conversation_id = conversation_id
    run_log = asyncio.run(write(run, [ContentDelta("too late")], []))
    assert run_log.lost
