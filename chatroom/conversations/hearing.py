"""Listening to the provider of one run: what is said goes to the log, what is said of the run is kept for its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import assert_never

import httpx
from django.conf import settings
from django.utils import timezone

from chatroom.conversations.log import RunLog
from chatroom.conversations.models import Status
from chatroom.conversations.sealing import Ending
from chatroom.conversations.stopwatch import Stopwatch
from chatroom.providers.errors import ProviderError
from chatroom.providers.events import (
    BlockEnded,
    ContentDelta,
    ContentWasReasoning,
    Event,
    Failed,
    Finished,
    OpaquePiece,
    PartEnded,
    ReasoningDelta,
    ToolDelta,
    TryingAgain,
    UsageReported,
)
from chatroom.providers.joining import joined
from chatroom.providers.parts import Assembler, Piece, PieceKind
from chatroom.providers.provider import Pace, Provider, Timeouts, stream_batches
from chatroom.providers.request import ChatRequest
from chatroom.watching import metrics

# A request that failed in a way that may pass is sent again so often, before the first word.
RETRIES = 3


class CutOff(Exception):
    """The model goes on for too long; the message says so to a person."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Hearing:
    """What one run's provider has said so far, beside the text that went to the log."""

    def __init__(self, log: RunLog, tell_of_retry: Callable[[TryingAgain | None], Awaitable[None]]) -> None:
        self._log = log
        self._tell_of_retry = tell_of_retry
        self._retrying = False
        self._silent = True
        # Characters that it may still say; a piece without any counts as one.
        self._left: int = settings.REPLY_CHARACTERS
        self._assembler = Assembler()
        self.usage: UsageReported | None = None
        self.finished: Finished | None = None
        self.error: ProviderError | None = None

    async def all_of(
        self,
        provider: Provider,
        request: ChatRequest,
        client: httpx.AsyncClient,
        timeouts: Timeouts,
        watch: Stopwatch,
        pace: Pace,
    ) -> None:
        """Listen to the provider until it is done; the connection is closed whatever happens. Raises CutOff."""
        batches = stream_batches(
            provider, request, client=client, timeouts=timeouts, retries=RETRIES, tap=watch, pace=pace
        )
        async with aclosing(batches):
            async for batch in batches:
                pieces = [piece for event in joined(batch) if (piece := await self._take(event, provider))]
                if not pieces:
                    continue
                if self._retrying:
                    self._retrying = False
                    await self._tell_of_retry(None)
                if self._silent:
                    self._silent = False
                    watch.spoke()
                await self._hand_in(pieces)

    async def _take(self, event: Event, provider: Provider) -> Piece | None:
        """Note what `event` says of the run as a whole; return the piece that it adds to the text."""
        match event:
            case (
                ReasoningDelta()
                | ContentDelta()
                | ToolDelta()
                | PartEnded()
                | BlockEnded()
                | OpaquePiece()
                | ContentWasReasoning()
            ):
                return self._assembler.place(event)
            case UsageReported():
                self.usage = event
            case Finished():
                self.finished = event
            case Failed(error):
                metrics.PROVIDER_ERRORS.labels(provider.name, error.kind).inc()
                self.error = error
            case TryingAgain(error):
                metrics.PROVIDER_ERRORS.labels(provider.name, error.kind).inc()
                self.usage = self.finished = None  # what the failed try reported
                self._retrying = True
                await self._tell_of_retry(event)
            case _:
                assert_never(event)
        return None

    async def _hand_in(self, pieces: list[Piece]) -> None:
        """Give pieces to the log; of what is too much as much as may still be said. Raises CutOff, LeaseLost."""
        kept = []
        for piece in pieces:
            size = len(piece.text) or 1
            if size > self._left:
                if self._left and piece.kind is PieceKind.TEXT:
                    kept.append(replace(piece, text=piece.text[: self._left]))
                await self._log.append(kept)
                limit = f"{settings.REPLY_CHARACTERS:,}"
                raise CutOff("too_long", f"It was cut off: no reply may be longer than {limit} characters here.")
            self._left -= size
            kept.append(piece)
        await self._log.append(kept)

    @property
    def nothing(self) -> bool:
        """Whether it has not said a word."""
        return self._silent

    def ending(self) -> Ending:
        """The final status that the provider's last words amount to."""
        reason = self.finished.reason if self.finished else ""
        if self.error:
            return Ending(Status.FAILED, timezone.now(), reason, self.error.kind, self.error.message, usage=self.usage)
        explanation = self.finished.explanation if self.finished else ""
        return Ending(Status.COMPLETED, timezone.now(), reason, error=explanation, usage=self.usage)
