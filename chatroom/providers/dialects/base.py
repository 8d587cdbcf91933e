"""What a dialect is: how a request is put on the wire, and how the answer is read.

No dialect does I/O. `provider.stream` posts what `encode` returns and feeds what comes back to a
decoder, or to `error_from` where the status is not 200.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from chatroom.providers.dialects.framing import EventFraming, Framing
from chatroom.providers.errors import ProviderError
from chatroom.providers.events import Event, Failed, Json
from chatroom.providers.loose_json import parse_json
from chatroom.providers.request import ChatRequest, Effort, Summary
from chatroom.providers.sse import ServerSentEvent


@dataclass(frozen=True, slots=True)
class Encoded:
    """A request as it goes out: POST `json` to the provider's base URL + `path`.

    `headers` hold the key, so they are not shown.
    """

    path: str
    json: Json
    headers: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Knobs:
    """Which reasoning settings have a word on the wire, for one model at one host.

    `efforts`: those that can be said as they are, lowest first; `summaries`: how full an account of a
    hidden thought can be asked for, none where the wire has no choice.
    """

    efforts: tuple[Effort, ...] = ()
    budget: bool = False
    exclude: bool = False
    summaries: tuple[Summary, ...] = ()


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

    def knobs(self, model: str, base_url: str) -> Knobs:
        """Return which settings `encode` can put on the wire for `model` at `base_url`."""
        ...

    def decoder(self) -> Decoder:
        """Return a decoder for one answer with status 200."""
        ...

    def error_from(self, status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
        """Return the error that an answer with another status means. `headers` ignore case."""
        ...


class BodyDecoder(ABC):
    """The half of a `Decoder` that all dialects share.

    It frames the body, parses each event, keeps the promise of one `Failed` and no exception, and
    leaves the meaning to `_read` and `_end`, which append to `out` and raise ProviderError where the
    reply fails. Plain lists and calls, no generators: this runs for every delta of every reply.
    """

    def __init__(self, framing: Framing | None = None) -> None:
        self._framing: Framing = framing or EventFraming()
        self._over = False
        self._heard = False  # something has come that is of this dialect,
        self._strange = False  # or that is not

    def feed(self, data: bytes) -> list[Event]:
        """Take some bytes, return the events they complete."""
        out: list[Event] = []
        if self._over:
            return out
        try:
            events = self._framing.feed(data)
            for event in events:
                self._read(event, out)
            if not events and self._framing.error is not None:  # what came before it has been read by then
                raise self._framing.error
        except ProviderError as error:
            self._fail(error, out)
        return out

    def flush(self) -> list[Event]:
        """Say that the body has ended; return what was held back and how it ended."""
        out: list[Event] = []
        if self._over:
            return out
        try:
            for event in self._framing.flush():
                try:
                    self._read(event, out)
                except ProviderError as error:
                    if self._framing.document or error.kind != "malformed":
                        raise
                    # A torso of an event, cut off with the body. `_end` knows whether that is a failure.
            if self._framing.error is not None:
                raise self._framing.error
            self._end(out)
        except ProviderError as error:
            self._fail(error, out)
        return out

    @abstractmethod
    def _read(self, event: ServerSentEvent, out: list[Event]) -> None:
        """Append what one event says."""

    @abstractmethod
    def _end(self, out: list[Event]) -> None:
        """Append what the end of the body says, after the last event has been read."""

    def _held(self, out: list[Event]) -> None:  # noqa: B027 most dialects hold nothing back
        """Append what is held back, before a failure is told."""

    def _object(self, event: ServerSentEvent) -> Json:
        """Return the JSON object that an event carries. Raises ProviderError."""
        try:
            parsed = parse_json(event.data)
        except ValueError as error:
            if self._framing.document and not event.data.rstrip().endswith((b"}", b"]")):
                raise cut() from error
            raise ProviderError("malformed", "The provider sent something that is not JSON.") from error
        if type(parsed) is not dict:
            raise ProviderError("malformed", "The provider sent JSON that is not an object.")
        return parsed

    def _broken_off(self, expected: str) -> ProviderError:
        """Return why a body is not whole: it was cut off, or has nothing in it of what was `expected`."""
        if not self._heard and (self._strange or self._framing.foreign):
            return ProviderError("malformed", f"The provider answered with something that is not {expected}.")
        return cut()

    def _fail(self, error: ProviderError, out: list[Event]) -> None:
        self._over = True
        self._held(out)
        out.append(Failed(error))


def cut() -> ProviderError:
    """Return the error for a body that ended before the provider had said that it was done."""
    return ProviderError("cut", "The connection broke off before the reply was complete.", retryable=True)
