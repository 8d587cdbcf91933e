"""Daphne, with two things it lacks: a socket that is not read from holds its writer up, and an end in order.

Daphne hands whatever the application sends to the connection, which keeps it in memory until the other side takes
it. Here sending waits while more than the connection's buffer (64 kB) has not been taken. So a page that stops
reading costs no more than that; see `reading` for how it catches up.
"""

from __future__ import annotations

import asyncio
from typing import Any

from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer


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


class PatientServer(Server):  # type: ignore[misc]
    """Daphne's server, whose sockets let their writers wait."""

    def protocol_connected(self, protocol: Any) -> None:
        """As in Daphne; of a WebSocket the connection gets a valve."""
        super().protocol_connected(protocol)
        if isinstance(protocol, WebSocketProtocol):
            protocol.valve = Valve()
            # The connection was a request's until now, and that is still registered.
            protocol.transport.unregisterProducer()
            protocol.transport.registerProducer(protocol.valve, True)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """As in Daphne, then wait until the connection takes more."""
        await super().handle_reply(protocol, message)
        if valve := getattr(protocol, "valve", None):
            await valve.open.wait()
