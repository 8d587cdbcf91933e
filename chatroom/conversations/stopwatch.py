"""How long a provider takes to answer."""

from __future__ import annotations

import time

from chatroom.providers.tap import Headers, Tap
from chatroom.watching import metrics


class Stopwatch:
    """A `Tap` that takes a provider's time, and passes on to another, if any, what passes over the wire."""

    def __init__(self, provider: str, tap: Tap | None) -> None:
        self._provider = provider
        self._tap = tap
        self._sent_at: float | None = None

    def sent(self, url: str, headers: Headers, body: bytes) -> None:
        """As in `Tap`."""
        self._sent_at = time.perf_counter()
        if self._tap:
            self._tap.sent(url, headers, body)

    def answered(self, status: int, headers: Headers) -> None:
        """As in `Tap`."""
        if self._sent_at is not None:
            metrics.FIRST_BYTE.labels(self._provider).observe(time.perf_counter() - self._sent_at)
        if self._tap:
            self._tap.answered(status, headers)

    def received(self, data: bytes) -> None:
        """As in `Tap`."""
        if self._tap:
            self._tap.received(data)

    def ended(self) -> None:
        """As in `Tap`."""
        if self._tap:
            self._tap.ended()

    def spoke(self) -> None:
        """The model said something; the first time counts."""
        if self._sent_at is not None:
            metrics.FIRST_PIECE.labels(self._provider).observe(time.perf_counter() - self._sent_at)
            self._sent_at = None
