"""The bare relay as a system to be measured: the same doors as the room's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from bench.board import Board
from bench.losses import unseen
from bench.processes import Process, free_port
from bench.provider import Order
from bench.readers import Reader, Speeches, Watch
from bench.sockets import ClientSocket


class Yardstick:
    """The relay's process and its sockets."""

    def __init__(self, scratch: Path, provider: int, board: Board, transport: str = "") -> None:
        self.name = f"relay {transport}".strip()
        self.board = board
        self.speeches = Speeches(board)
        self._port = free_port()
        self._arguments = ["-m", "bench.relay", str(self._port), str(provider), *transport.split()]
        self._log = scratch / f"relay{transport}.log"
        self.process: Process | None = None

    async def start(self) -> None:
        """Start it."""
        self.process = Process(self._arguments, self._log)
        self.process.wait_for_port(self._port)

    async def stop(self) -> None:
        """Stop it."""
        if self.process:
            self.process.stop()
            self.process = None

    def errors(self) -> list[str]:
        """What it complained of."""
        return [line for line in self._log.read_text().splitlines() if "took too long to shut down" not in line]

    async def open(self, count: int) -> Sequence[Reader]:
        """There is no page to open: the socket is the question."""
        return [Reader() for _ in range(count)]

    async def ask(self, reader: Reader, order: Order) -> Watch:
        """Connect, and so ask. The watch that is returned begins with the connecting."""
        watch = reader.watch = Watch(self.board, order)
        try:
            reader.socket = await ClientSocket.connect(self._port, f"/?prompt={quote(order.prompt)}", reader.took, {})
        except (OSError, TimeoutError) as error:
            watch.end(f"refused: {error!r}")
        else:
            reader.socket.closed.add_done_callback(lambda code: reader.closed(code.result()))
        return watch

    async def close(self, readers: Iterable[Reader]) -> None:
        """Close what is still open."""
        for reader in readers:
            reader.close()
        await asyncio.sleep(0.1)

    async def lost(self, readers: Iterable[Reader], pages: int = 0) -> int:
        """Characters that never arrived."""
        return sum(unseen(reader.watch) for reader in readers if reader.watch)
