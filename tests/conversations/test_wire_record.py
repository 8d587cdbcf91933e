"""The wire record on a real database: to the byte, in few and short writes, never in a run's way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, reset_queries
from django.utils import timezone

from chatroom.conversations.models import Conversation, Exchange, Received, Run
from chatroom.conversations.wire import record as wire_record
from chatroom.conversations.wire.page import as_json, shown
from chatroom.conversations.wire.record import RunTap, WireRecord, forget, pack, pieces_of
from tests.conversations.conftest import MakeRun


@asynccontextmanager
async def recording() -> AsyncIterator[WireRecord]:
    record = WireRecord(7)
    yield record
    await record._thread.run(connections.close_all)


def tap_of(record: WireRecord, run: Run) -> RunTap:
    tap = record.tap(run.pk)
    assert tap
    return tap


def send(tap: RunTap, body: bytes = b"{}") -> None:
    tap.sent("http://h/v1", [("authorization", "Bearer …"), ("x", "1"), ("x", "2")], body)


def stored(run: Run) -> list[Exchange]:
    return list(Exchange.objects.filter(run=run).order_by("number"))


def body(exchange: Exchange) -> bytes:
    return b"".join(data for _, data in pieces_of(exchange))


async def test_what_was_heard_is_what_is_stored(make_run: MakeRun) -> None:
    run = await asyncio.to_thread(make_run)
    async with recording() as record:
        tap = tap_of(record, run)
        send(tap, b'{"a": 1}')
        tap.answered(200, [("content-type", "text/event-stream")])
        for n in range(50):
            tap.received(b"data: %d\n" % n)
            if n == 20:
                await record.write()
        tap.received(b"\xff\n")
        tap.ended()
        await record.write()
        [exchange] = await asyncio.to_thread(stored, run)
        assert (exchange.url, exchange.request_body, exchange.status) == ("http://h/v1", '{"a": 1}', 200)
        assert exchange.request_headers == [["authorization", "Bearer …"], ["x", "1"], ["x", "2"]]
        assert exchange.ended_at
        expected = b"".join(b"data: %d\n" % n for n in range(50)) + b"\xff\n"
        assert await asyncio.to_thread(body, exchange) == expected
        pieces = await asyncio.to_thread(lambda: list(pieces_of(exchange)))
        assert len(pieces) == 51
        assert [at for at, _ in pieces] == sorted(at for at, _ in pieces)
        told = await asyncio.to_thread(as_json, exchange)
        assert told["response"]["events"][-1].keys() == {"ms", "base64"}, "what is not UTF-8 is not lost"


async def test_tries_are_numbered_also_by_another_process(make_run: MakeRun) -> None:
    run = await asyncio.to_thread(make_run)
    for _ in range(2):
        async with recording() as record:
            tap = tap_of(record, run)
            for status in (503, 200):
                send(tap)
                tap.answered(status, [])
                tap.ended()
            await record.write()
    exchanges = await asyncio.to_thread(stored, run)
    assert [(e.number, e.status) for e in exchanges] == [(1, 503), (2, 200), (3, 503), (4, 200)]


async def test_all_runs_share_one_short_transaction(make_run: MakeRun) -> None:
    runs = [await asyncio.to_thread(make_run) for _ in range(10)]
    async with recording() as record:
        taps = [tap_of(record, run) for run in runs]
        for tap in taps:
            send(tap)
            tap.answered(200, [])
            tap.received(b"x" * 1000)

        await record._thread.run(transactions)
        await record.write()
        assert await record._thread.run(transactions) == 1
        await record.write()
        assert await record._thread.run(transactions) == 0, "nothing new, nothing written"


def transactions() -> int:
    """How many transactions this thread has begun since it was asked the last time."""
    connection.force_debug_cursor = True
    begun = sum(query["sql"].startswith("BEGIN") for query in connection.queries)
    reset_queries()
    return begun


async def test_it_writes_by_itself_when_an_exchange_ends(make_run: MakeRun) -> None:
    run = await asyncio.to_thread(make_run)
    async with recording() as record:
        writing = asyncio.create_task(record.write_forever())
        tap = tap_of(record, run)
        send(tap)
        tap.ended()
        async with asyncio.timeout(wire_record.WRITE_SECONDS - 1):
            while not await asyncio.to_thread(stored, run):  # noqa: ASYNC110 - the writer tells nobody
                await asyncio.sleep(0.01)
        writing.cancel()


async def test_a_conversation_deleted_meanwhile_does_not_take_others_along(
    make_run: MakeRun, conversation: Conversation
) -> None:
    gone, there = await asyncio.to_thread(make_run), await asyncio.to_thread(make_run)
    await asyncio.to_thread(Run.objects.filter(pk=gone.pk).delete)
    async with recording() as record:
        taps = [tap_of(record, gone), tap_of(record, there)]
        for tap in taps:
            send(tap)
            tap.received(b"one ")
        await record.write()
        for tap in taps:
            tap.received(b"two")
            tap.ended()
        await record.write()
        assert not record._open
    [exchange] = await asyncio.to_thread(stored, there)
    assert await asyncio.to_thread(body, exchange) == b"one two"


async def test_what_cannot_be_written_is_given_up_with_a_word_in_the_log(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = await asyncio.to_thread(make_run)

    def full(*_: object) -> list[int]:
        raise DatabaseError("database or disk is full")

    async with recording() as record:
        tap = tap_of(record, run)
        send(tap)
        with monkeypatch.context() as broken, caplog.at_level(logging.ERROR):
            broken.setattr(wire_record, "_write", full)
            await record.write()
        assert f"run {run.pk} is given up" in caplog.text
        tap.answered(200, [])
        tap.received(b"x")
        tap.ended()
        await record.write()
        assert not record._open
    assert await asyncio.to_thread(stored, run) == []


async def test_memory_is_bounded_and_the_record_ends_where_it_was_reached(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire_record, "WAITING_LIMIT", 1000)
    run = await asyncio.to_thread(make_run)
    async with recording() as record:
        tap = tap_of(record, run)
        send(tap)
        tap.answered(200, [])
        for _ in range(100):
            tap.received(b"x" * 100)
        tap.ended()
        await record.write()
        assert not record._open
        [exchange] = await asyncio.to_thread(stored, run)
        assert await asyncio.to_thread(body, exchange) == b"x" * 1100
        assert exchange.ended_at is None
        await asyncio.to_thread(lambda: setattr(run, "ended_at", timezone.now() - timedelta(minutes=1)))
        [page] = await asyncio.to_thread(shown, run, [exchange])
        assert not page.going_on


async def test_what_comes_while_a_record_is_given_up_does_not_count_for_ever(make_run: MakeRun) -> None:
    gone, there = await asyncio.to_thread(make_run), await asyncio.to_thread(make_run)
    await asyncio.to_thread(Run.objects.filter(pk=gone.pk).delete)
    async with recording() as record:
        tap, other = tap_of(record, gone), tap_of(record, there)
        for one in (tap, other):
            send(one)
            one.received(b"one ")
        writing = asyncio.create_task(record.write())
        await asyncio.sleep(0)
        for one in (tap, other):
            one.received(b"two")
        assert record._waiting == 14, "what is being written is in memory still"
        await writing
        other.ended()
        await record.write()
        assert (record._waiting, list(record._open)) == (0, [])
    [exchange] = await asyncio.to_thread(stored, there)
    assert await asyncio.to_thread(body, exchange) == b"one two"


def test_with_no_days_nothing_is_heard() -> None:
    assert WireRecord(0).tap(1) is None


def test_what_is_old_is_forgotten_a_few_rows_at_a_time(make_run: MakeRun) -> None:
    run, now = make_run(), timezone.now()
    for number, days in enumerate((9, 8, 1), 1):
        exchange = Exchange.objects.create(run=run, number=number, url="http://h", sent_at=now - timedelta(days=days))
        for batch in range(5):
            Received.objects.create(exchange=exchange, number=batch, data=pack([(0, b"x")]))
    deleted = []
    while some := forget(now - timedelta(days=7), 4):
        deleted.append(some)
    assert deleted == [4, 4, 2, 2]
    assert [exchange.number for exchange in stored(run)] == [3]
    assert Received.objects.count() == 5
