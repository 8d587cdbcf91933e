"""The HTTP client that providers are asked with: httpx over aiohttp's transport, which costs half the processor time
a streamed piece, and whose answers can be held.
"""

from __future__ import annotations

import ssl
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream

#: Streams at once, over all providers. The transport's own limit of 100 would queue the rest unseen.
MAX_CONNECTIONS = 4096


def open_client() -> httpx.AsyncClient:
    """Return the HTTP client for all requests of one event loop. Close it with `async with`.

    It keeps no cookies, since its users are strangers to one another, and does not look at the environment: a
    proxy or .netrc meant for something else must not see what people ask, nor stand before localhost.
    """

    def session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS, ssl=_trusted()),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    return httpx.AsyncClient(
        transport=AiohttpTransport(verify=_trusted(), client=session, trust_env=False),
        trust_env=False,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


@cache
def _trusted() -> ssl.SSLContext:
    """Return the authorities whose certificates are believed. Reading them takes some 20 ms, so it is done once."""
    return httpx.create_ssl_context(trust_env=False)


class Held:
    """A context in which nothing is read from the connection of an answer.

    What comes meanwhile waits in the system and is then read in one go, where each piece would otherwise wake the
    event loop. With another transport than ours it does nothing.
    """

    def __init__(self, response: httpx.Response) -> None:
        stream = getattr(response.stream, "_stream", None)
        self._answer = stream._aiohttp_response if isinstance(stream, AiohttpResponseStream) else None

    def __enter__(self) -> None:
        if protocol := self._protocol:
            protocol.pause_reading()

    def __exit__(self, *error: object) -> None:
        if protocol := self._protocol:
            protocol.resume_reading()

    @property
    def _protocol(self) -> aiohttp.client_proto.ResponseHandler | None:
        # Not kept: a connection whose answer is over is another's.
        connection = self._answer.connection if self._answer else None
        return connection.protocol if connection else None
