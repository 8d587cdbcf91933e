"""Headless readers: each watches one reply arrive and notes when each of its deltas was first seen."""

from __future__ import annotations

import asyncio
import re
import time
from array import array
from collections.abc import Sequence

from bench.board import DELTAS, RECEIVED, SAID, Board
from bench.provider import Order
from bench.sockets import ClientSocket
from bench.text import NUMBERS, WORD, Speech

INFINITE = float("inf")
#: Of a run; of the relay's socket.
GOOD_ENDS = ("completed", "closed")
# The news that a run on the page is over, alone or with the whole run.
_OVER = re.compile(
    rb'(?:id="r(\d+)" hx-swap-oob="state" data-seq="\d+"|data-run="(\d+)")'
    rb' data-status="(completed|stopped|failed|interrupted)"'
)


class Watch:
    """What one reader has seen of one reply."""

    def __init__(self, board: Board, order: Order) -> None:
        self.order = order
        self.board = board
        #: When each delta was first seen, 0: not yet.
        self.seen = array("d", bytes(8 * order.speech.count))
        self.asked = time.monotonic()
        self.last = -1
        #: How it ended: a final status, for the relay `closed`; or what went wrong.
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def took(self, payload: bytes, now: float) -> None:
        """Look through a frame from its end: what is new stands last, and what was open before is sent again."""
        base, seen, count = self.order.speech.base, self.seen, self.order.speech.count
        last = newest = self.last
        for word in reversed(WORD.findall(payload)):
            place = int(word, 36) - base
            if place >= count or place < 0:
                continue  # of another reply on the page
            if place <= last:
                break
            if not seen[place]:
                seen[place] = now
                newest = max(newest, place)
        self.last = newest

    def newest(self, payload: bytes) -> int:
        """The latest delta in a frame; -1: none."""
        base, count = self.order.speech.base, self.order.speech.count
        return max(
            (place for word in WORD.findall(payload) if 0 <= (place := int(word, 36) - base) < count), default=-1
        )

    def end(self, how: str) -> None:
        """It is over."""
        if not self.ended.done():
            self.ended.set_result(how)

    @property
    def sent(self) -> Sequence[float]:
        """When each delta was sent, 0: not yet."""
        start = self.order.place + DELTAS
        return self.board.cells[start : start + self.order.speech.count]

    @property
    def speech(self) -> Speech:
        """What the provider said in the end: all that was ordered, or less where it was hushed."""
        ordered = self.order.speech
        said = int(self.board.cells[self.order.place + SAID])
        return Speech(ordered.base, said, min(said, ordered.thought))

    @property
    def received(self) -> float:
        """When the provider had the request; 0: not yet."""
        return float(self.board.cells[self.order.place + RECEIVED])

    @property
    def ended_well(self) -> bool:
        """Whether it is over as it should be."""
        return self.ended.done() and self.ended.result() in GOOD_ENDS

    @property
    def has_begun(self) -> bool:
        """Whether the provider has been asked, or there is no hope of that."""
        return bool(self.received) or self.ended.done()

    def latencies(self, begin: float, end: float) -> list[float]:
        """Seconds from sent to seen, of the deltas sent in a stretch of time; never seen: infinite."""
        pairs = zip(self.sent, self.seen, strict=True)
        return [seen - sent if seen else INFINITE for sent, seen in pairs if begin <= sent < end]


class Reader:
    """One open page, or one socket of the relay; what is on it is watched while there is a watch."""

    def __init__(self) -> None:
        self.socket: ClientSocket | None = None
        self.watch: Watch | None = None
        #: The latest run of which the page has told that it is over.
        self.over = 0
        #: The first frame that brings this delta or a later one is not heard: to see whether it is missed.
        self.deaf_to: int | None = None

    def took(self, payload: bytes, now: float) -> None:
        """A frame came."""
        watch = self.watch
        if watch is None:
            return
        if self.deaf_to is not None and watch.newest(payload) >= self.deaf_to:
            self.deaf_to = None
            return
        watch.took(payload, now)
        for state, article, status in _OVER.findall(payload):
            if (run := int(state or article)) > self.over:
                self.over = run
                watch.end(status.decode())

    def closed(self, code: int) -> None:
        """The socket is closed."""
        if self.watch:
            self.watch.end("closed" if code == 1000 else f"cut off ({code})")

    def close(self) -> None:
        """Leave."""
        if self.socket:
            self.socket.close()


class Speeches:
    """Orders with numbers of their own, so that a word read on the wrong page is a word too few on the right one."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._next = 0

    def order(self, rate: int, count: int, thought_share: float = 0.3) -> Order:
        """A reply of `count` deltas at `rate` a second, with a place on the board."""
        if self._next + count > NUMBERS:
            self._next = self._next % 997 + 1
        speech = Speech(self._next, count, int(count * thought_share))
        self._next += count
        return Order(rate, speech, self._board.place(count))
