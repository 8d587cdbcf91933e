"""What a dialect is: how a request is put on the wire, and how the answer is read.

No dialect does I/O. `provider.stream` posts what `encode` returns and feeds what comes back to a
decoder, or to `error_from` where the status is not 200.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from chatroom.providers.dialects.framing import BodyFraming
from chatroom.providers.errors import ProviderError
from chatroom.providers.events import Event, Failed, Json
from chatroom.providers.request import ChatRequest
from chatroom.providers.sse import ServerSentEvent


@dataclass(frozen=True, slots=True)
class Encoded:
    """A request as it goes out: POST `json` to the provider's base URL + `path`.

    `headers` hold the key, so they are not shown.
    """

    path: str
    json: Json
    headers: dict[str, str] = field(default_factory=dict, repr=False)


class Decoder(Protocol):
    """Reads one answer, streamed or whole. Bytes may be cut anywhere; none of them raise.

    `Finished` comes at most once, when nothing more is to be said. `Failed` comes at most once and is
    the last event. An answer that ends with neither is complete, only that its provider gave no
    reason (Snowflake).
    """

    def feed(self, data: bytes) -> list[Event]:
        """Take some bytes, return the events they complete."""
        ...

    def flush(self) -> list[Event]:
        """Say that the body has ended; return what was held back and how it ended."""
        ...


class Dialect(Protocol):
    """A wire format. `name` is what configurations call it."""

    name: str

    def headers(self, api_key: str | None) -> dict[str, str]:
        """Return the headers that carry the key."""
        ...

    def encode(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> Encoded:
        """Put `request` on the wire, in the words of the host at `base_url`."""
        ...

    def decoder(self) -> Decoder:
        """Return a decoder for one answer with status 200."""
        ...

    def error_from(self, status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
        """Return the error that an answer with another status means. `headers` ignore case."""
        ...


class EventStreamDecoder(ABC):
    """The half of a `Decoder` that every dialect over server-sent events shares.

    It frames the body, keeps the promise of one `Failed` and no exception, and leaves the meaning to
    `_read` and `_end`, which raise ProviderError where the reply fails.
    """

    def __init__(self) -> None:
        self._framing = BodyFraming()
        self._over = False

    def feed(self, data: bytes) -> list[Event]:
        """Take some bytes, return the events they complete."""
        return self._collect(self._read_body(data))

    def flush(self) -> list[Event]:
        """Say that the body has ended; return what was held back and how it ended."""
        return self._collect(self._read_end())

    def _read_body(self, data: bytes) -> Iterator[Event]:
        for frame in self._framing.feed(data):
            yield from self._read(frame)

    def _read_end(self) -> Iterator[Event]:
        for frame in self._framing.flush():
            try:
                yield from self._read(frame)
            except ProviderError as error:
                if self._framing.document or error.kind != "malformed":
                    raise
                # A torso of an event, cut off with the body. `_end` knows whether that is a failure.
        yield from self._end()

    @abstractmethod
    def _read(self, frame: ServerSentEvent) -> Iterator[Event]:
        """Return what one event says."""

    @abstractmethod
    def _end(self) -> Iterator[Event]:
        """Return what the end of the body says, after the last event has been read."""

    def _held(self) -> Iterator[Event]:
        """Return what is held back, to be given out before a failure."""
        yield from ()

    def _collect(self, events: Iterable[Event]) -> list[Event]:
        if self._over:
            return []
        collected: list[Event] = []
        try:
            for event in events:
                collected.append(event)
        except ProviderError as error:
            self._over = True
            collected += [*self._held(), Failed(error)]
        return collected
