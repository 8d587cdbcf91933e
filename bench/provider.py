"""A fake provider: chat completions as server-sent events, as cheaply as they can be sent.

`python -m bench.provider PORT BOARD`. How it is to speak stands in the prompt: `Order.prompt`. One timer serves all
streams; what is sent, and when, is noted on the board. It speaks plain HTTP/1.1.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import re
import sys
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bench.board import DELTAS, GONE, HUSH, LAST, LATEST, RECEIVED, REQUESTS, SAID, SENT, Board
from bench.text import Speech

MODEL = "fake"
# At full speed so many deltas go out in one write.
BLOCK = 100
# and, where the order says nothing else, so many in one chunk of the body. A server that writes each event by itself
# makes one a chunk, a proxy that passes on full buffers makes dozens; httpx's own transport, and so the relay, takes
# 1.8 times as long for the former. This is in between, and gives the relay about the time that it took elsewhere
# (1.2 s for 40,000).
CHUNKED = 4
# A delta that is due so soon goes out now: the timer is no finer than a millisecond.
EARLY = 0.0005

_ORDER = re.compile(rb"bench rate=(\d+) count=(\d+) thought=(\d+) base=(\d+) place=(\d+) chunked=(\d+)")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Order:
    """How to speak: deltas a second (0: as fast as it goes), what, where to note the times, events in a chunk."""

    rate: int
    speech: Speech
    place: int
    chunked: int = CHUNKED

    @property
    def prompt(self) -> str:
        """What a person has to say to get it."""
        said = self.speech
        return (
            f"bench rate={self.rate} count={said.count} thought={said.thought} base={said.base} place={self.place}"
            f" chunked={self.chunked}"
        )

    @classmethod
    def of(cls, body: bytes) -> Order:
        """The last order in a request; those before are history."""
        rate, count, thought, base, place, chunked = map(int, _ORDER.findall(body)[-1])
        return cls(rate, Speech(base, count, thought), place, chunked)


def _chunk(data: str) -> bytes:
    return f"{len(data):x}\r\n{data}\r\n".encode()


def _event(delta: str, finish: str = "null") -> str:
    return (
        'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"fake",'
        f'"choices":[{{"index":0,"delta":{{{delta}}},"finish_reason":{finish}}}]}}\n\n'
    )


_END = (
    _chunk(_event("", '"stop"'))
    + _chunk(
        'data: {"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":400,"total_tokens":420,'
        '"completion_tokens_details":{"reasoning_tokens":100}}}\n\n'
    )
    + _chunk("data: [DONE]\n\n")
    + b"0\r\n\r\n"
)


def _deltas(speech: Speech, start: int, stop: int, chunked: int = 1) -> bytes:
    """The chunks of some deltas, all of one kind."""
    key = "reasoning" if start < speech.thought else "content"
    events = [_event(f'"{key}":"{text}"') for text in speech.json_texts(start, stop)]
    return b"".join(_chunk("".join(events[at : at + chunked])) for at in range(0, len(events), chunked))


#: Replies at full speed are the same in each turn: made once, they cost no more than the sending.
_blocks = lru_cache(2_000)(_deltas)


class Provider:
    """All streams, and the one timer."""

    def __init__(self, board: Board) -> None:
        self.cells = board.cells
        self._due: list[tuple[float, int, Connection]] = []
        self._number = 0
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    def begin(self, stream: Connection) -> None:
        """Let a stream speak at its rate; the first delta goes out at once."""
        self._number += 1
        heapq.heappush(self._due, (time.monotonic(), self._number, stream))
        if self._timer:
            self._timer.cancel()
        self._tick()

    def _tick(self) -> None:
        due, cells = self._due, self.cells
        now = time.monotonic()
        while due and due[0][0] <= now + EARLY:
            at, number, stream = due[0]
            if now - at > cells[LATEST]:
                cells[LATEST] = now - at
            if pause := stream.say_one():
                heapq.heapreplace(due, (at + pause, number, stream))
            else:
                heapq.heappop(due)
            now = time.monotonic()
        self._timer = self._loop.call_at(due[0][0], self._tick) if due else None


class Connection(asyncio.Protocol):
    """One connection: request after request, each answered in full before the next is read."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._cells = provider.cells
        self._heard = b""
        self._order: Order | None = None
        self._said = 0
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody called."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        """They hung up, perhaps in mid-stream."""
        if self._order:
            self._cells[self._order.place + GONE] = time.monotonic()
            self._cells[self._order.place + SAID] = self._said
            self._order = None

    def pause_writing(self) -> None:
        """The caller does not keep up. Streams at a rate go on all the same: models do not wait either."""
        self._paused = True

    def resume_writing(self) -> None:
        """It has caught up."""
        self._paused = False
        if self._order and not self._order.rate:
            self._say_all()

    def data_received(self, data: bytes) -> None:
        """Answer each request as soon as it is whole."""
        self._heard += data
        head, blank, rest = self._heard.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        size = int(length[1]) if length else 0
        if not blank or len(rest) < size:
            return
        self._heard = rest[size:]
        if head.startswith(b"GET /v1/models "):
            self._answer(json.dumps({"data": [{"id": MODEL, "object": "model"}]}))
        elif head.startswith(b"POST /v1/chat/completions "):
            self._begin(Order.of(rest[:size]))
        else:
            self._answer("{}", "404 Not Found")

    def _answer(self, body: str, status: str = "200 OK") -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write((head + body).encode())

    def _begin(self, order: Order) -> None:
        self._cells[order.place + RECEIVED] = time.monotonic()
        self._cells[REQUESTS] += 1
        self._order, self._said = order, 0
        self._transport.write(_HEAD)
        if order.rate:
            self._provider.begin(self)
        else:
            self._say_all()

    def say_one(self) -> float:
        """Send the next delta. Returns how many seconds after this one the next is due; 0: that was all."""
        order = self._order
        if order is None:
            return 0
        start = self._said
        self._say(order, start + 1, _deltas(order.speech, start, start + 1))
        if self._said < order.speech.count and not self._cells[HUSH]:
            return 1 / order.rate
        self._end(order)
        return 0

    def _say_all(self) -> None:
        order = self._order
        assert order
        speech = order.speech
        while self._said < speech.count:
            if self._paused:
                return
            start = self._said
            stop = min(start + BLOCK, speech.thought if start < speech.thought else speech.count)
            self._say(order, stop, _blocks(speech, start, stop, order.chunked))
        self._end(order)

    def _say(self, order: Order, stop: int, data: bytes) -> None:
        start, place, cells = self._said, order.place + DELTAS, self._cells
        self._said = stop
        now = time.monotonic()
        for cell in range(place + start, place + stop):
            cells[cell] = now
        cells[SENT] += stop - start
        self._transport.write(data)

    def _end(self, order: Order) -> None:
        self._cells[order.place + LAST] = time.monotonic()
        self._cells[order.place + SAID] = self._said
        self._order = None
        self._transport.write(_END)


async def _serve(port: int, board: Path) -> None:
    provider = Provider(Board(board))
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(provider), "127.0.0.1", port, backlog=1024
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))
