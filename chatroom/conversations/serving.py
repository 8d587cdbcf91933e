"""Daphne, with what it lacks: who is not read from is held up, on a socket or in an answer, and answers may be long.

Daphne hands whatever the application sends to the connection, which keeps it in memory until the other side takes
it. Here sending waits while more than the connection's buffer (64 kB) has not been taken. So a page that stops
reading costs no more than that and the message under way; see `reading` for how it catches up. So does a download.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

# Daphne would close a socket that is so old, with a code after which a page does not come back.
NEVER = -1
# So long the other side has to answer that a socket is closed, in seconds. Then the connection is cut, and with it what
# the other side has not read yet: the code that says whether to come back.
CLOSING_SECONDS = 10


@implementer(IPushProducer)
class Valve:
    """Tells whether a connection takes more. Twisted calls it a producer, and closes it when its buffer is full."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's names
        """The buffer is full."""
        self.open.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        """The buffer is empty again."""
        self.open.set()

    def stopProducing(self) -> None:  # noqa: N802
        """The connection is gone: nobody need wait for it."""
        self.open.set()


class Socket(WebSocketProtocol):  # type: ignore[misc]
    """A socket whose writers can wait until the other side has taken what was sent."""

    valve: Valve | None = None

    def fit(self) -> None:
        """Put the valve in. The connection was a request's until now, and that is still registered."""
        self.valve = Valve()
        self.transport.unregisterProducer()
        self.transport.registerProducer(self.valve, True)

    def sendMessage(self, payload: bytes, isBinary: bool = False, *args: Any, **kwargs: Any) -> None:  # noqa: N802, N803
        """Send a text as one frame, and at once where nothing waits before it.

        The library's own way takes longer than all else that a frame of news costs, and holds what we say to the
        bound that is for strangers' words. Twisted's takes three more turns of the event loop.
        """
        if isBinary or self.state != self.STATE_OPEN:
            super().sendMessage(payload, isBinary, *args, **kwargs)
            return
        rest = text_frame(payload)
        transport = self.transport
        if not (transport.dataBuffer or transport._tempDataBuffer or transport.disconnecting):
            sent = transport.writeSomeData(rest)
            if sent == len(rest):
                return
            if isinstance(sent, int):
                rest = rest[sent:]
        transport.write(rest)  # which also notices that the connection is lost


def text_frame(payload: bytes) -> bytes:
    """A text message of a server as one frame (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


class PatientServer(Server):  # type: ignore[misc]
    """Daphne's server, whose sockets let their writers wait."""

    def __init__(self, *args: Any, ready_callable: Callable[[], object], **kwargs: Any) -> None:
        def ready() -> None:
            self.ws_factory.protocol = Socket
            self.ws_factory.setProtocolOptions(closeHandshakeTimeout=CLOSING_SECONDS)
            ready_callable()

        super().__init__(*args, ready_callable=ready, websocket_timeout=NEVER, **kwargs)

    def protocol_connected(self, protocol: Any) -> None:
        """As in Daphne; of a WebSocket the connection gets a valve."""
        super().protocol_connected(protocol)
        if isinstance(protocol, Socket):
            protocol.fit()

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """As in Daphne, then wait until the connection takes more."""
        valve: Valve | None
        if isinstance(protocol, Socket):
            valve = protocol.valve
        else:
            valve = _valve_of(protocol, more=message.get("more_body", False))
        await super().handle_reply(protocol, message)
        if valve:
            await valve.open.wait()


def _valve_of(request: Any, *, more: bool) -> Valve | None:
    """The valve of an answer of which there is more to come. It is taken out before the last of it."""
    if request.finished or request.channel is None:  # the connection is gone
        return None
    valve: Valve | None = request.producer
    if more and valve is None:
        valve = Valve()
        request.registerProducer(valve, True)
    elif not more and valve is not None:
        request.unregisterProducer()
        valve = None
    return valve
