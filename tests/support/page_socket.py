"""The socket of a page, as a browser opens it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import aiohttp
import httpx

from tests.support.room import Room


@contextlib.asynccontextmanager
async def page_socket(
    room: Room, client: httpx.Client, path: str = "/news/"
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A socket with `client`'s session."""
    async with (
        aiohttp.ClientSession(cookies={cookie.name: str(cookie.value) for cookie in client.cookies.jar}) as session,
        session.ws_connect(f"{room.url}{path}", origin=room.url) as socket,
    ):
        yield socket


async def closed(socket: aiohttp.ClientWebSocketResponse, seconds: float = 10) -> int:
    """Wait until the room closes the socket, and return the code."""
    while True:
        message = await socket.receive(timeout=seconds)
        if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED):
            assert socket.close_code is not None
            return socket.close_code
