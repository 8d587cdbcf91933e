"""Requests whose body is too large are refused as soon as that is known, before it is taken in.

Daphne takes a body in whole, first into a file, then into memory, and only then asks the application: a gigabyte
from a stranger would fill both. Here a body that says how large it is is refused at its head, another where it
passes the bound; so is what would be too much together with all other bodies that are on their way. What still
comes is read and thrown away for a while: who is cut off in mid-sentence does not hear the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from typing import Any

from daphne.http_protocol import WebRequest

# A body up to this size is taken in whatever else is on its way: forms and prompts.
SMALL = 64 * 1024
# All other bodies together, in bytes.
IN_ALL = 128 * 1024 * 1024
# Seconds that a sender who was refused may go on, so as to hear the answer.
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sender is told: headers (without length), and the body."""

    headers: list[tuple[str, str]]
    body: bytes


@dataclass(slots=True)
class Bounds:
    """Of one body, and of all that are on their way, in bytes; `answer(status, htmx)` says what is told."""

    one: int
    answer: Callable[[HTTPStatus, bool], Answer]
    in_all: int = IN_ALL
    taken: int = 0

    def hold(self, factory: Any) -> None:
        """Hold them for all requests that come in by `factory`, a Twisted factory of Daphne's."""
        build = factory.buildProtocol

        def build_bounded(address: Any) -> Any:
            protocol = build(address)
            protocol.requestFactory = self._request
            return protocol

        factory.buildProtocol = build_bounded

    def _request(self, *args: Any, **kwargs: Any) -> BoundedRequest:
        return BoundedRequest(self, *args, **kwargs)


class BoundedRequest(WebRequest):  # type: ignore[misc]
    """A request as Daphne has it, whose body is counted while it comes. The names are Twisted's."""

    content: Any

    def __init__(self, bounds: Bounds, *args: Any, **kwargs: Any) -> None:
        self._bounds = bounds
        self._taken = 0
        self._refused = False
        self._giving_up: Any = None
        super().__init__(*args, **kwargs)
        # Nobody asks Twisted what is in a form, and to find out would hold up everything else.
        self._parsePOSTFormSubmission = False

    def gotLength(self, length: int | None) -> None:  # noqa: N802
        """The head is here: it may say how large the body is."""
        too_large = length is not None and length > self._bounds.one
        super().gotLength(0 if too_large else length)
        if too_large:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        """Some of the body is here."""
        if self._refused:
            return
        self._taken += len(data)
        self._bounds.taken += len(data)
        if self._taken > self._bounds.one:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        elif self._taken > SMALL and self._bounds.taken > self._bounds.in_all:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        """All of the body is here."""
        if self._refused:
            self.channel.loseConnection()
        else:
            super().requestReceived(command, path, version)

    def handle_exception(self, exception: Exception) -> None:
        """The application failed. What it had begun to answer must not look as if that were all of it."""
        if self._response_started:
            self.channel.transport.abortConnection()
        else:
            super().handle_exception(exception)

    def finish(self) -> None:
        """It was answered."""
        self._let_go()
        super().finish()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        """The other side is gone, or was left."""
        self._let_go()
        if self._giving_up is not None and self._giving_up.active():
            self._giving_up.cancel()
        super().connectionLost(reason)

    def _let_go(self) -> None:
        self._bounds.taken -= self._taken
        self._taken = 0

    def _refuse(self, status: HTTPStatus) -> None:
        self._refused = True
        self._let_go()
        self.content.close()
        self.content = BytesIO()
        self.requestHeaders.removeHeader(b"Expect")  # or the sender would be told to go on
        answer = self._bounds.answer(status, self.requestHeaders.hasHeader(b"HX-Request"))
        head = [f"HTTP/1.1 {status.value} {status.phrase}"]
        head += [f"{name}: {value}" for name, value in answer.headers]
        head += [f"Content-Length: {len(answer.body)}", "Connection: close", "\r\n"]
        channel = self.channel
        channel.persistent = False
        channel.transport.write("\r\n".join(head).encode("latin-1") + answer.body)
        self._giving_up = channel.callLater(PATIENCE, channel.forceAbortClient)
