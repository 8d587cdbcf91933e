"""The delta log and its one writer.

Runs hand in pieces; the writer takes all that wait from all runs, commits them in one
transaction, and only then tells of them. So whatever a reader was shown is on disk, a lone run is
written at once, and two hundred runs share each commit.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from chatroom.conversations.deltas import Row, standings
from chatroom.conversations.models import Delta, Run
from chatroom.conversations.progress import Progress, Standing
from chatroom.conversations.sealing import Ending, seal
from chatroom.conversations.storing import storable
from chatroom.conversations.threads import DatabaseThreads
from chatroom.providers.parts import PartHead, Piece, PieceKind
from chatroom.watching import metrics

logger = logging.getLogger(__name__)

# Characters that may wait to be written, over all runs. Beyond it providers are not read from.
WAITING_LIMIT = 4_000_000

# Commits follow one another no closer than this; what comes in between shares the next. One that comes alone, after a
# pause, is written at once. Frames follow the commits. It is shorter than the beat at which runs are read, so that a
# commit that was late does not make all that follow it late.
BEAT_SECONDS = 1 / 50

# A row holds little more, and longer pieces are cut: so that what is read and shown at once has a bound.
ROW_CHARACTERS = 32_000

# Between two attempts to write to a database that does not take it.
RETRY_SECONDS = 0.5
# Of failed attempts in a row one in so many is told in the log.
TELL_EVERY = 20


@dataclass(frozen=True, slots=True)
class Advance:
    """What became of a run: the contiguous rows that a commit added, and whether its own row changed too."""

    run_id: int
    conversation_id: int
    rows: tuple[Row, ...] = ()
    run_changed: bool = True


class LeaseLost(Exception):
    """Another worker has taken the run, or it was ended elsewhere: nothing more may be written."""


@dataclass(slots=True)
class _Entry:
    head: PartHead
    kind: PieceKind
    texts: list[str]
    at: int
    characters: int


@dataclass(slots=True)
class RunLog:
    """The log of one run under way: append to it, then end it."""

    log: Log
    run_id: int
    conversation_id: int
    attempt: int
    seq: int = 0
    entries: list[_Entry] = field(default_factory=list)
    ending: Ending | None = None
    lost: bool = False
    # As of the last commit.
    standing: Standing = field(default_factory=Standing)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def append(self, pieces: Iterable[Piece]) -> None:
        """Hand in pieces, in order. Waits while too much is waiting already. Raises LeaseLost."""
        if self.lost:
            raise LeaseLost
        at = time.time_ns() // 1_000_000
        last = self.entries[-1] if self.entries else None
        characters = 0
        for piece in pieces:
            # What is opaque is JSON, in which U+0000 is escaped.
            text = storable(piece.text) if piece.kind is PieceKind.TEXT else piece.text
            characters += len(text)
            # Neighbours of one kind become one row. Opaque pieces are JSON and stay apart, and whole.
            is_text = piece.kind is PieceKind.TEXT
            while is_text and len(text) > ROW_CHARACTERS:
                last = _Entry(piece.head, piece.kind, [text[:ROW_CHARACTERS]], at, ROW_CHARACTERS)
                self.entries.append(last)
                text = text[ROW_CHARACTERS:]
            joins = last and last.head is piece.head and last.kind is piece.kind is PieceKind.TEXT
            if last and joins and last.characters < ROW_CHARACTERS:
                last.texts.append(text)
                last.characters += len(text)
            else:
                last = _Entry(piece.head, piece.kind, [text], at, len(text))
                self.entries.append(last)
        await self.log.submit(self, characters)

    async def end(self, ending: Ending) -> None:
        """Write what waits, and the end, in one transaction. Returns when that is on disk (or the lease is lost)."""
        self.ending = ending
        await self.log.submit(self, 0)
        await self.over.wait()


class Log:
    """The writer: one a process, with one thread and one connection."""

    def __init__(self, worker: str, lease: timedelta, announce: Callable[[Advance], None]) -> None:
        self.worker = worker
        self._lease = lease
        self._announce = announce
        self._thread = DatabaseThreads("log", 1)
        self._waiting: dict[int, RunLog] = {}
        self._characters = 0
        self._work = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        # When the oldest piece of those that wait was handed in, and of those that are being written.
        self._waiting_since: float | None = None
        self._writing_since: float | None = None
        metrics.LAG.set_function(lambda: self.lag)
        metrics.WAITING.set_function(lambda: self._characters)

    @property
    def lag(self) -> float:
        """Seconds that the oldest unwritten piece has waited; 0 where nothing waits."""
        since = self._waiting_since if self._writing_since is None else self._writing_since
        return 0.0 if since is None else time.monotonic() - since

    async def submit(self, run: RunLog, characters: int) -> None:
        """Put `run` in line for the next commit; wait while the line is too long."""
        self._waiting[run.run_id] = run
        self._characters += characters
        if self._waiting_since is None:
            self._waiting_since = time.monotonic()
        if self._characters > WAITING_LIMIT and self._room.is_set():
            self._room.clear()
            metrics.HELD_BACK.inc()
        self._work.set()
        await self._room.wait()

    async def renew(self, run_ids: list[int]) -> None:
        """Renew the leases of runs under way, through the writer's own thread: a stuck writer must not look alive."""
        await self._thread.run(self._renew, run_ids)

    def _renew(self, run_ids: list[int]) -> None:
        until = timezone.now() + self._lease
        Run.objects.filter(pk__in=run_ids, worker=self.worker, ended_at=None).update(lease_until=until)

    async def write_forever(self) -> None:
        """Take, commit, announce, repeat. While the database refuses, all waits and nothing is shown."""
        began = 0.0
        while True:
            await self._work.wait()
            if (rest := began + BEAT_SECONDS - time.monotonic()) > 0:
                await asyncio.sleep(rest)
            began = time.monotonic()
            self._work.clear()
            waited, self._waiting, self._characters = list(self._waiting.values()), {}, 0
            self._writing_since, self._waiting_since = self._waiting_since, None
            batch = [(run, run.entries, run.ending) for run in waited if not run.lost]
            for run in waited:
                run.entries = []
            self._room.set()
            advances = await self._commit_at_last(batch) if batch else []
            self._writing_since = None
            for advance in advances:
                self._announce(advance)
            ended = {run.run_id for run, _, ending in batch if ending}
            for run in waited:
                if run.run_id in ended or run.lost:
                    run.over.set()

    async def _commit_at_last(self, batch: list[_Work]) -> list[Advance]:
        failed = 0
        while True:
            try:
                return await self._thread.run(self._commit, batch, failed > 0)
            except (OperationalError, InterfaceError):
                metrics.WRITER_ERRORS.inc()
                failed += 1
                if failed % TELL_EVERY == 1:
                    logger.exception("The log could not be written; trying again every %g s", RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:
                # Something in these rows cannot be stored at all. One run must not hold up the others.
                if len(batch) > 1:
                    return [advance for work in batch for advance in await self._commit_at_last([work])]
                metrics.WRITER_ERRORS.inc()
                run_id = batch[0][0].run_id
                logger.exception("Run %d could not be stored", run_id, extra={"run": run_id})
                batch[0][0].lost = True
                return []

    def _commit(self, batch: list[_Work], again: bool = False) -> list[Advance]:
        """Write a batch. `again`: a commit of it has failed; it is on disk all the same if only the answer was lost."""
        began = time.perf_counter()
        with transaction.atomic():
            # The name alone would not do: this process may have lost a run, and taken it up again.
            held = self._held([run.run_id for run, _, _ in batch])
            mine = [work for work in batch if held.get(work[0].run_id) == work[0].attempt]
            written = [(run, list(_numbered(run.seq, entries)), ending) for run, entries, ending in mine]
            last = standings([run.run_id for run, _, _ in mine]) if again else {}
            there = {run.run_id for run, _, _ in mine if again and last[run.run_id][0] > run.seq}
            with connection.cursor() as cursor:
                cursor.executemany(
                    _INSERT,
                    [
                        (run.run_id, row.seq, row.head.index, row.kind, row.text, row.at)
                        for run, rows, _ in written
                        if run.run_id not in there
                        for row in rows
                    ],
                )
            states = [Progress.after(run.standing, rows) for run, rows, _ in written]
            for (run, _, _), state in zip(written, states, strict=True):
                if run.run_id not in there:
                    state.save(run.run_id)
            for run, _, ending in written:
                if ending:
                    seal(run.run_id, ending, Q(worker=self.worker))
        metrics.written([len(row.text) for _, rows, _ in written for row in rows], time.perf_counter() - began)
        # Only what is committed counts, also in memory: a commit that failed is done again from the same state.
        for run, _, _ in batch:
            run.lost |= held.get(run.run_id) != run.attempt
        advances = [
            Advance(run.run_id, run.conversation_id, tuple(rows), state.turned or ending is not None)
            for (run, rows, ending), state in zip(written, states, strict=True)
            if rows or ending
        ]
        for (run, rows, _), state in zip(written, states, strict=True):
            run.seq += len(rows)
            run.standing = state.now
        return advances

    def _held(self, run_ids: list[int]) -> dict[int, int]:
        """Of these runs those that are still this worker's, with the attempt; locked until the commit.

        In SQL, as the rows are, since this is done thirty times a second: Django's way to the same took longer than
        the database did.
        """
        places = ", ".join(["%s"] * len(run_ids))
        lock = "FOR UPDATE" if connection.features.has_select_for_update else ""
        query = f"SELECT id, attempts FROM {_RUNS} WHERE id IN ({places}) AND worker = %s AND ended_at IS NULL {lock}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(query, [*run_ids, self.worker])
            return dict(cursor.fetchall())


_RUNS = Run._meta.db_table
_INSERT = f"INSERT INTO {Delta._meta.db_table} (run_id, seq, part, kind, text, at) VALUES (%s, %s, %s, %s, %s, %s)"  # noqa: S608

_Work = tuple[RunLog, list[_Entry], Ending | None]


def _numbered(seq: int, entries: Iterable[_Entry]) -> Iterable[Row]:
    for number, entry in enumerate(entries, seq + 1):
        yield Row(number, entry.head, entry.kind, "".join(entry.texts), entry.at)
