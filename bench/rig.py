"""What all sections of the rig share: the fake provider, room and relay, each started when it is first wanted."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from bench.board import Board
from bench.processes import Process, free_port
from bench.room import Room
from bench.yardstick import Yardstick


class Rig:
    """An asynchronous context; on leaving it all processes are stopped and all data removed."""

    def __init__(self, **environment: str) -> None:
        self._environment = environment
        self._stack = AsyncExitStack()
        self._began = time.monotonic()
        self._room: Room | None = None
        self._rooms = 0
        self._relays: dict[str, Yardstick] = {}
        #: Characters lost or doubled by the room, so far; and by the relay.
        self.lost = 0
        self.relay_lost = 0
        #: Streams that were compared for that.
        self.compared = 0
        #: What went wrong: streams that were refused, failed or cut off.
        self.trouble: list[str] = []
        #: Of each window, how many cores something else used meanwhile.
        self.others: list[float] = []

    async def __aenter__(self) -> Rig:
        # In memory-backed storage, as /tmp may be, times would flatter the room: its database is to be on the disk.
        folder = next((name for name in ("/var/tmp",) if os.access(name, os.W_OK)), None)
        scratch = tempfile.TemporaryDirectory(prefix="chatroom-bench-", dir=folder)
        self.scratch = Path(self._stack.enter_context(scratch))
        self.board = Board(self.scratch / "board")
        self.provider_port = free_port()
        arguments = ["-m", "bench.provider", str(self.provider_port), str(self.scratch / "board")]
        self.provider = Process(arguments, self.scratch / "provider.log")
        self._stack.callback(self.provider.stop)
        self.provider.wait_for_port(self.provider_port)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    async def room(self) -> Room:
        """The room, running."""
        if self._room is None:
            self._room = self.new_room()
        if self._room.process is None:
            await self._room.start()
        return self._room

    def new_room(self) -> Room:
        """A room that has never been started, with a folder of its own."""
        self._rooms += 1
        folder = self.scratch / f"room{self._rooms}"
        room = Room(folder, self.provider_port, self.board, **self._environment)
        self._stack.push_async_callback(room.stop)
        return room

    async def relay(self, transport: str = "") -> Yardstick:
        """The relay, running."""
        if transport not in self._relays:
            relay = self._relays[transport] = Yardstick(self.scratch, self.provider_port, self.board, transport)
            self._stack.push_async_callback(relay.stop)
            await relay.start()
        return self._relays[transport]

    def add_loss(self, system: str, characters: int) -> None:
        """Characters that a system lost or doubled."""
        self.say(f"{system}: {characters} characters lost or doubled")
        if system == "room":
            self.lost += characters
        else:
            self.relay_lost += characters

    def complaints(self) -> list[str]:
        """What room and relay have said of troubles of their own."""
        systems: list[Room | Yardstick] = [*([self._room] if self._room else []), *self._relays.values()]
        return [f"{system.name} says: {line}" for system in systems for line in system.errors()[:10]]

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began

    def say(self, line: str) -> None:
        """Tell whoever watches, with the time since the beginning."""
        sys.stderr.write(f"{self.seconds:6.1f} s  {line}\n")
        sys.stderr.flush()
