"""The wire record: the requests of runs and what came back, byte for byte, for developers.

Not the truth, which is the delta log, but a witness: it must never hold up a delta or end a run. So
what is heard waits in memory, a thread of its own writes it now and then, for all runs together, and
what cannot be written is given up. Of a process that dies the last seconds are missing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from chatroom.conversations.holding import held
from chatroom.conversations.models import Exchange, Received
from chatroom.conversations.threads import DatabaseThreads
from chatroom.providers.tap import Headers

logger = logging.getLogger(__name__)

#: Milliseconds since the request was sent, and what came then.
Piece: TypeAlias = tuple[int, bytes]

# Written when so much of one answer waits, when an exchange ends, and in any case so often.
BATCH_BYTES = 256 * 1024
WRITE_SECONDS = 5.0
# The fastest: the events of a stream are so much alike that more effort saves little.
COMPRESSION = 1
# What is due waits a moment for more: runs that end together share a commit.
GATHER_SECONDS = 0.2
# Of so many runs in one transaction, with a pause after each: the log must not wait for long. (On SQLite who waits for
# another's transaction looks again after some milliseconds, and again after more.)
AT_ONCE = 24
PAUSE_SECONDS = 0.03
# Of all answers together; beyond it the record of the answer that goes on is broken off.
WAITING_LIMIT = 64 * 1024 * 1024

# Old exchanges are deleted so often, so many rows at a time, with a pause in which others write.
FORGET_SECONDS = 60 * 60
FORGET_AT_ONCE = 50
FORGET_PAUSE_SECONDS = 0.1

_pieces = msgspec.msgpack.Decoder(list[Piece])


class WireRecord:
    """Hears of exchanges and writes them down. One a process; `days` are kept, with 0 nothing is."""

    def __init__(self, days: int) -> None:
        self._days = days
        self._thread = DatabaseThreads("wire", 1)
        # Exchanges of which something is, or may come, to be written; in order.
        self._open: dict[_Exchange, None] = {}
        self._waiting = 0
        self._due = asyncio.Event()

    def tap(self, run_id: int) -> RunTap | None:
        """A tap for one run, or None where nothing is to be recorded."""
        return RunTap(self, run_id) if self._days else None

    def take(self, exchange: _Exchange, data: bytes) -> None:
        """Keep a piece of an answer until it is written."""
        if exchange.given_up:
            return
        exchange.pieces.append((int((time.monotonic() - exchange.started) * 1000), data))
        exchange.waiting += len(data)
        self._waiting += len(data)
        if exchange.waiting >= BATCH_BYTES:
            self._due.set()
        if self._waiting > WAITING_LIMIT:
            logger.error("The wire record of run %d ends early: too much waits to be written", exchange.run_id)
            exchange.given_up = True

    def note(self, exchange: _Exchange) -> None:
        """An exchange began, was answered, or ended."""
        if exchange.given_up:
            return
        self._open[exchange] = None
        exchange.changed = True
        if exchange.ended_at:
            self._due.set()

    async def write_forever(self) -> None:
        """Write what waits, again and again."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), WRITE_SECONDS)
            await asyncio.sleep(GATHER_SECONDS)
            self._due.clear()
            await self.write()

    async def write(self) -> None:
        """Write all that waits now."""
        news = [exchange.news() for exchange in self._open if exchange.changed or exchange.pieces]
        for start in range(0, len(news), AT_ONCE):
            if start:
                await asyncio.sleep(PAUSE_SECONDS)
            await self._store(news[start : start + AT_ONCE])
        for one in news:
            self._waiting -= sum(len(data) for _, data in one.pieces)
        for exchange in [one.exchange for one in news if one.ended_at or one.exchange.given_up]:
            # What came while this was being written goes with a record that is given up.
            self._waiting -= exchange.waiting
            exchange.pieces.clear()
            del self._open[exchange]

    async def _store(self, news: list[_News]) -> None:
        if not news:
            return
        try:
            batches = await self._thread.run(_pack_all, news)
            rows = await self._thread.run(_write, news, batches)
        except Exception as error:
            if len(news) > 1:  # one run's trouble must not be the others'
                for one in news:
                    await self._store([one])
                return
            gone = isinstance(error, IntegrityError)  # its conversation was deleted
            logger.log(
                logging.INFO if gone else logging.ERROR,
                "The wire record of run %d is given up",
                news[0].exchange.run_id,
                exc_info=None if gone else error,
            )
            news[0].exchange.given_up = True
            return
        for one, batch, row in zip(news, batches, rows, strict=True):
            one.exchange.row = row
            one.exchange.batches += batch is not None

    async def forget_forever(self) -> None:
        """Delete what is older than it is to be kept."""
        while True:
            deleted = await self._thread.run(forget, timezone.now() - timedelta(days=self._days), FORGET_AT_ONCE)
            await asyncio.sleep(FORGET_PAUSE_SECONDS if deleted else FORGET_SECONDS)


class RunTap:
    """The `Tap` of one run: each request that it makes is an exchange."""

    def __init__(self, record: WireRecord, run_id: int) -> None:
        self._record = record
        self._run_id = run_id
        self._exchange: _Exchange

    def sent(self, url: str, headers: Headers, body: bytes) -> None:
        """As in `Tap`."""
        self._exchange = _Exchange(self._run_id, url, headers, body)
        self._record.note(self._exchange)

    def answered(self, status: int, headers: Headers) -> None:
        """As in `Tap`."""
        self._exchange.status, self._exchange.response_headers = status, headers
        self._record.note(self._exchange)

    def received(self, data: bytes) -> None:
        """As in `Tap`."""
        self._record.take(self._exchange, data)

    def ended(self) -> None:
        """As in `Tap`."""
        self._exchange.ended_at = timezone.now()
        self._record.note(self._exchange)


@dataclass(eq=False, slots=True)
class _Exchange:
    """What is known of an exchange, and what of it waits to be written."""

    run_id: int
    url: str
    request_headers: Headers
    request_body: bytes
    sent_at: datetime = field(default_factory=timezone.now)
    started: float = field(default_factory=time.monotonic)
    status: int | None = None
    response_headers: Headers = ()
    ended_at: datetime | None = None
    pieces: list[Piece] = field(default_factory=list)
    waiting: int = 0
    changed: bool = False
    given_up: bool = False
    # Of what is written: its row, and how many batches.
    row: int | None = None
    batches: int = 0

    def news(self) -> _News:
        """Take what is to be written. Where something was left out no end is written: the record ends before it."""
        pieces, changed = self.pieces, self.changed
        self.pieces, self.waiting, self.changed = [], 0, False
        ended_at = None if self.given_up else self.ended_at
        return _News(self, pieces, changed, self.status, self.response_headers, ended_at)


@dataclass(frozen=True, slots=True)
class _News:
    exchange: _Exchange
    pieces: list[Piece]
    # Something beside the body came.
    changed: bool
    status: int | None
    response_headers: Headers
    ended_at: datetime | None


def _pack_all(news: list[_News]) -> list[bytes | None]:
    return [pack(one.pieces) if one.pieces else None for one in news]


def _write(news: list[_News], batches: list[bytes | None]) -> list[int]:
    """Write news and their batches in one transaction. Returns the rows of their exchanges."""
    rows = []
    received = []
    with transaction.atomic():
        for one, batch in zip(news, batches, strict=True):
            exchange = one.exchange
            row = exchange.row or _begin(exchange)
            if one.changed:
                Exchange.objects.filter(pk=row).update(
                    status=one.status, response_headers=list(one.response_headers), ended_at=one.ended_at
                )
            if batch is not None:
                received.append(Received(exchange_id=row, number=exchange.batches, data=batch))
            rows.append(row)
        Received.objects.bulk_create(received)
    return rows


def _begin(exchange: _Exchange) -> int:
    last = Exchange.objects.filter(run=exchange.run_id).aggregate(last=Max("number"))["last"] or 0
    return Exchange.objects.create(
        run_id=exchange.run_id,
        number=last + 1,
        url=exchange.url[:2000],
        request_headers=list(exchange.request_headers),
        request_body=exchange.request_body.decode("utf-8", "replace"),
        sent_at=exchange.sent_at,
    ).pk


def pack(pieces: Sequence[Piece]) -> bytes:
    """Pieces → a batch as it is stored: zlib over MessagePack over [[milliseconds, bytes], …]."""
    return zlib.compress(msgspec.msgpack.encode(pieces), COMPRESSION)


def pieces_of(exchange: Exchange) -> Iterator[Piece]:
    """The body of an exchange as it came, batch by batch: of a long one no more is read than is taken."""
    batches = Received.objects.filter(exchange=exchange).order_by("number").values_list("data", flat=True)
    for data in batches.iterator(chunk_size=4):
        yield from _pieces.decode(zlib.decompress(data))


def forget(before: datetime, limit: int) -> int:
    """Delete up to `limit` rows of exchanges sent before then, but of held conversations. Returns how many; 0: all."""
    kept = held("exchange__run__reply__conversation")
    old = Received.objects.filter(exchange__sent_at__lt=before).exclude(kept)
    deleted, _ = Received.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()
    if not deleted:
        empty = Exchange.objects.filter(sent_at__lt=before).exclude(held("run__reply__conversation"))
        deleted, _ = Exchange.objects.filter(pk__in=list(empty.values_list("pk", flat=True)[:limit])).delete()
    return deleted
