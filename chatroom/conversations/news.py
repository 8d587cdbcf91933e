"""News between the processes of a room, over the channel layer (Redis).

The layer may lose, delay and reorder messages without a word, and be away altogether. So a message is
a hint, never the only way: what a run said carries its seq, and who misses some reads the log; queued
runs, stops and shapes are looked for in the database now and then as well.

One message a run and commit: what is committed while an earlier message is on its way is put together.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeAlias

import msgspec

from chatroom.conversations.deltas import Row
from chatroom.conversations.log import Advance

logger = logging.getLogger(__name__)

# Who listens to what: a page's process to the runs that are read there and to changes of shape, a worker to work.
WEB = "web"
WORK = "work"
# Nobody listens to this: it is spoken to, to learn whether the layer is there.
PROBE = "probe"

# A message with more text goes without it: those who follow read the log, and the layer stays light.
TEXT_LIMIT = 100_000
# An operation of the layer that takes longer has failed: the layer hangs.
LAYER_SECONDS = 2.0
# After a failure the layer is left alone for so long.
RETRY_SECONDS = 1.0
# So many hints wait for a layer that is away; then the oldest go, as they would have on the way.
HINTS_WAITING = 1000


class RunAdvanced(msgspec.Struct, frozen=True, tag="run", array_like=True):
    """A run has new rows, or its own row changed. The rows may be left out: then they are in the log."""

    run_id: int
    conversation_id: int
    rows: tuple[Row, ...]
    run_changed: bool


class ConversationChanged(msgspec.Struct, frozen=True, tag="conversation", array_like=True):
    """A conversation has another shape, or title."""

    conversation_id: int
    user_id: int


class RailChanged(msgspec.Struct, frozen=True, tag="rail", array_like=True):
    """A person's list of conversations changed."""

    user_id: int


class RunsQueued(msgspec.Struct, frozen=True, tag="queued", array_like=True):
    """There are runs to be claimed."""


class StopAsked(msgspec.Struct, frozen=True, tag="stop", array_like=True):
    """A run is to be stopped."""

    run_id: int


Hint: TypeAlias = RunAdvanced | ConversationChanged | RailChanged | RunsQueued | StopAsked

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Hint).decode


class News:
    """One process's ear and voice. `layer` None: the room is one process, and nobody else is to be told."""

    def __init__(self, layer: Any, name: str, hear: Callable[[Hint], None]) -> None:
        self._layer = layer
        self._name = name
        self._hear = hear
        self._channel = ""
        self._groups: set[str] = set()
        self._leaving: set[asyncio.Future[None]] = set()
        self._runs: dict[int, Advance] = {}
        self._hints: dict[tuple[str, Hint], None] = {}
        self._waiting = asyncio.Event()
        # Whether the last message could be sent.
        self.reaches = True

    @property
    def is_alone(self) -> bool:
        """Whether there are no other processes to hear from."""
        return self._layer is None

    async def join(self, *groups: str) -> None:
        """Listen to `groups`, from now on or from when the layer is there."""
        self._groups.update(groups)
        if self._channel:
            for group in groups:
                await self._try(self._layer.group_add(group, self._channel))

    async def leave(self, group: str) -> None:
        """Listen to `group` no more, unless it was joined again before this began."""
        if self._channel and group not in self._groups:
            await self._try(self._layer.group_discard(group, self._channel))

    def leave_soon(self, group: str) -> None:
        """As `leave`, without waiting."""
        self._groups.discard(group)
        if self._channel:
            task = asyncio.ensure_future(self.leave(group))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def listen_forever(self) -> None:
        """Hear what others tell."""
        while True:
            if await self._try(self._open()):
                break
            await asyncio.sleep(RETRY_SECONDS)
        await self.join(*self._groups)
        while True:
            message = await self._layer.receive(self._channel)
            if message.get("from") == self._name:
                continue
            try:
                hint = _decode(message["hint"])
            except (msgspec.MsgspecError, KeyError, TypeError):
                # A process of another version speaks: while a room is upgraded. The record tells the same later.
                logger.warning("News that cannot be read were passed over")
                continue
            self._hear(hint)

    async def _open(self) -> None:
        self._channel = await self._layer.new_channel()

    def advanced(self, advance: Advance) -> None:
        """Tell whoever reads the run elsewhere."""
        if self._layer is None:
            return
        if not self.reaches:  # it may last, and the text is in the log
            advance = replace(advance, rows=(), run_changed=True)
        waiting = self._runs.get(advance.run_id)
        self._runs[advance.run_id] = advance if waiting is None else _together(waiting, advance)
        self._waiting.set()

    def tell(self, group: str, hint: Hint) -> None:
        """Tell all that listen to `group`, but this process."""
        if self._layer is None:
            return
        self._hints[group, hint] = None
        while len(self._hints) > HINTS_WAITING:
            del self._hints[next(iter(self._hints))]
        self._waiting.set()

    async def tell_forever(self) -> None:
        """Send what waits, as it comes."""
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            hints, self._hints = self._hints, {}
            runs, self._runs = self._runs, {}
            for group, hint in hints:
                await self._send(group, hint)
            for advance in runs.values():
                await self._send(run_group(advance.run_id), _message(advance))
            if not self.reaches:
                await self._reach_again()

    async def _reach_again(self) -> None:
        """Wait until the layer is there, and listen to all groups: some may have been joined in vain."""
        while not self.reaches:
            await asyncio.sleep(RETRY_SECONDS)
            if await self._try(self._layer.group_send(PROBE, {"from": self._name})):
                self.reaches = True
        logger.warning("Other processes can be reached again")
        await self.join(*self._groups)

    async def _send(self, group: str, hint: Hint) -> None:
        if self.reaches:
            await self._try(self._layer.group_send(group, {"from": self._name, "hint": _encode(hint)}))

    async def _try(self, operation: Awaitable[Any]) -> bool:
        """Do it on the layer. False where it fails: what is lost so is found in the record."""
        try:
            async with asyncio.timeout(LAYER_SECONDS):
                await operation
        except Exception as error:
            if self.reaches:
                logger.warning(
                    "Other processes cannot be reached: %s. The record is read instead", type(error).__name__
                )
            self.reaches = False
            self._waiting.set()  # so that it is tried again
            return False
        return True


def run_group(run_id: int) -> str:
    """The group of those who follow a run."""
    return f"run.{run_id}"


def _together(first: Advance, second: Advance) -> Advance:
    """Two pieces of news of one run as one. Rows that were left out leave a gap that the reader sees."""
    rows = first.rows + second.rows
    return Advance(first.run_id, second.conversation_id, rows, first.run_changed or second.run_changed)


def _message(advance: Advance) -> RunAdvanced:
    rows = advance.rows if sum(len(row.text) for row in advance.rows) <= TEXT_LIMIT else ()
    # Without rows only a reader who looks for himself learns anything: so the run counts as changed.
    return RunAdvanced(
        advance.run_id, advance.conversation_id, rows, advance.run_changed or len(rows) < len(advance.rows)
    )
