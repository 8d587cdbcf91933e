"""A WebSocket client that does nothing but listen, so that hundreds of readers fit beside the provider on one core."""

from __future__ import annotations

import asyncio
import base64
import os
import time
from collections.abc import Callable

#: What a reader is called with: the payload of a frame, and when it arrived.
Took = Callable[[bytes, float], None]

_TEXT, _CLOSE, _PING = 1, 8, 9


class ClientSocket(asyncio.Protocol):
    """Handshake, whole text frames as servers send them (unmasked, in one piece), pings answered."""

    def __init__(self, took: Took, path: str, headers: dict[str, str]) -> None:
        self._took = took
        self._path = path
        self._headers = headers
        self._rest = b""
        self._open = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        #: The code with which the server closed, 1006 without one.
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.frames = 0
        self.bytes = 0

    @classmethod
    async def connect(cls, port: int, path: str, took: Took, headers: dict[str, str]) -> ClientSocket:
        """Open a socket. Raises ConnectionError where it is refused."""
        loop = asyncio.get_running_loop()
        _, socket = await loop.create_connection(lambda: cls(took, path, headers), "127.0.0.1", port)
        await asyncio.wait_for(socket.opened, 30)
        return socket

    def close(self) -> None:
        """Leave as a browser does that goes to another page."""
        if not self._transport.is_closing():
            self._send(_CLOSE, (1001).to_bytes(2, "big"))
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask to be let in."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        host = "{}:{}".format(*transport.get_extra_info("peername"))
        headers = {
            "Host": host,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": key,
            "Sec-WebSocket-Version": "13",
            "Origin": f"http://{host}",
            **self._headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        transport.write(f"GET {self._path} HTTP/1.1\r\n{lines}\r\n".encode())

    def connection_lost(self, error: Exception | None) -> None:
        """The server is gone."""
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("the socket was refused"))
        if not self.closed.done():
            self.closed.set_result(1006)

    def data_received(self, data: bytes) -> None:
        """Hand on each frame as it is whole."""
        now = time.monotonic()
        data = self._rest + data if self._rest else data
        at = 0
        if not self._open:
            at = data.find(b"\r\n\r\n") + 4
            if at == 3:
                self._rest = data
                return
            if not data.startswith(b"HTTP/1.1 101 "):
                self._transport.close()
                return
            self._open = True
            self.opened.set_result(None)
        end = len(data)
        while at + 2 <= end:
            size, start = data[at + 1], at + 2
            if size > 125:
                start += 2 if size == 126 else 8
                size = int.from_bytes(data[at + 2 : start], "big")
            if start + size > end:  # so it is, too, where not even the length is whole
                break
            self._frame(data[at], data[start : start + size], now)
            at = start + size
        self._rest = data[at:]

    def _frame(self, first: int, payload: bytes, now: float) -> None:
        if first == 0x80 | _TEXT:
            self.frames += 1
            self.bytes += len(payload)
            self._took(payload, now)
        elif first == 0x80 | _PING:
            self._send(10, payload)
        elif first == 0x80 | _CLOSE:
            if not self.closed.done():
                self.closed.set_result(int.from_bytes(payload[:2], "big") or 1005)
            self._send(_CLOSE, payload[:2])
            self._transport.close()
        else:
            raise RuntimeError(f"a frame that this client does not know: {first:#x}")

    def _send(self, kind: int, payload: bytes) -> None:
        # Masked with zeros: masks are for proxies, and there is none.
        self._transport.write(bytes([0x80 | kind, 0x80 | len(payload)]) + b"\0\0\0\0" + payload)
