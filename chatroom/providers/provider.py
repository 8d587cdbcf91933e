"""Who is asked, and the one function that asks.

For example:

    async with open_client() as client:
        async with aclosing(stream(provider, request, client=client)) as events:
            async for event in events:
                ...
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import TypeAlias, cast
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import httpx

from chatroom.providers.dialects import DIALECTS, Decoder, Dialect
from chatroom.providers.errors import ProviderError
from chatroom.providers.events import (
    ContentDelta,
    Event,
    Failed,
    Finished,
    OpaquePiece,
    ReasoningDelta,
    ToolDelta,
    TryingAgain,
)
from chatroom.providers.request import ChatRequest
from chatroom.providers.retrying import Patience
from chatroom.providers.silence import Silence
from chatroom.providers.tap import KeylessTap, Tap
from chatroom.providers.transport import Held
from chatroom.providers.unpacking import Unpacker

logger = logging.getLogger(__name__)

#: Of an answer that is an error, this much is read.
_MAX_ERROR_BYTES = 64 * 1024

#: What lets a run count as having spoken.
_WORDS = (ReasoningDelta, ContentDelta, ToolDelta, OpaquePiece)

#: Waits until it is time to read again.
Pace: TypeAlias = Callable[[], Awaitable[None]]

#: Who has so much to say at once is read without a pause.
_MUCH_BYTES = 8 * 1024

#: Seconds that a body has to end after its last word, so that the connection can be used again.
_PARTING = 1.0


@dataclass(frozen=True, slots=True)
class Provider:
    """An endpoint. `base_url` is the one that the provider documents (`…/v1`).

    `models` are the names configured for it; where there are none its own list is asked for.
    """

    name: str
    label: str
    dialect: str
    base_url: str
    api_key: str | None = field(default=None, repr=False)
    models: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.dialect not in DIALECTS:
            raise ValueError(f"unknown dialect {self.dialect!r}; there are {', '.join(DIALECTS)}")

    @property
    def address(self) -> str:
        """`HOST:PORT`, for people."""
        url = urlsplit(self.base_url)
        host = url.netloc.rpartition("@")[2]
        return host if url.port else f"{host}:{80 if url.scheme == 'http' else 443}"

    def url(self, path: str) -> str:
        """Return the URL of `path`, which may have a query, below the base URL, whose query is kept."""
        url = urlsplit(self.base_url)
        path, _, query = path.partition("?")
        query = "&".join(filter(None, (url.query, query)))
        return urlunsplit(url._replace(path=url.path.rstrip("/") + path, query=query))


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to get a connection, and without a single byte once there is one.

    A model may think for minutes before its first word, so the second is long.
    """

    connect: float = 10.0
    silence: float = 120.0


DEFAULT_TIMEOUTS = Timeouts()


async def stream(
    provider: Provider,
    request: ChatRequest,
    *,
    client: httpx.AsyncClient,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    retries: int = 0,
    tap: Tap | None = None,
) -> AsyncGenerator[Event, None]:
    """Ask `provider` and yield what it says. Works alike with `request.stream` off.

    Raises nothing but cancellation: all trouble comes as one `Failed`, the last event. Closing the
    generator closes the connection at once, so that the provider stops working.

    `retries` times at most the request is sent again, if it failed in a way that may pass and before
    the model had said anything (`retrying`); a `TryingAgain` comes before each pause, and what was
    reported until then (usage, a finish) is void. `tap` is told what passes over the wire, without keys.
    """
    batches = stream_batches(provider, request, client=client, timeouts=timeouts, retries=retries, tap=tap)
    async with aclosing(batches):
        async for batch in batches:
            for event in batch:
                yield event


async def stream_batches(
    provider: Provider,
    request: ChatRequest,
    *,
    client: httpx.AsyncClient,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    retries: int = 0,
    tap: Tap | None = None,
    pace: Pace | None = None,
) -> AsyncGenerator[list[Event], None]:
    """As `stream`, with the events that came together, for who handles many streams at once.

    `pace` is awaited after each batch: till it returns, nothing is read. A `Failed` is the last of its batch.
    """
    patience = Patience(retries)
    keyless = KeylessTap(tap, provider.api_key) if tap else None
    said_something = False
    while True:
        again: TryingAgain | None = None
        async with aclosing(_ask(provider, request, client, timeouts, keyless, pace)) as batches:
            async for batch in batches:
                if not said_something:
                    said_something = any(isinstance(event, _WORDS) for event in batch)
                    if not said_something and isinstance(failed := batch[-1], Failed):
                        pause = patience.pause(failed.error)
                        if pause is not None:
                            again = TryingAgain(failed.error, pause)
                            batch[-1] = again
                yield batch
                if again:
                    break
        if again is None:
            return
        await asyncio.sleep(again.pause)


async def _ask(
    provider: Provider,
    request: ChatRequest,
    client: httpx.AsyncClient,
    timeouts: Timeouts,
    tap: Tap | None,
    pace: Pace | None,
) -> AsyncGenerator[list[Event], None]:
    dialect = DIALECTS[provider.dialect]
    try:
        http_request = _encode(provider, dialect, request, client, timeouts)
    except ProviderError as error:
        yield [Failed(error)]
        return
    if tap:
        tap.sent(str(http_request.url), http_request.headers.multi_items(), http_request.content)
    try:
        response = await _send(provider, http_request, client, timeouts)
        try:
            if tap:
                tap.answered(response.status_code, response.headers.multi_items())
            if response.is_success:
                batches = _read(provider, dialect.decoder(), response, timeouts, tap, pace)
            else:
                batches = _read_error(dialect, response, timeouts, tap)
            async with aclosing(batches):
                async for batch in batches:
                    if isinstance(failed := batch[-1], Failed):
                        _hide_key(failed.error, provider)
                    yield batch
        finally:
            with suppress(httpx.HTTPError):
                await response.aclose()
    except ProviderError as error:
        yield [Failed(error)]
    finally:
        if tap:
            tap.ended()


def _encode(
    provider: Provider, dialect: Dialect, request: ChatRequest, client: httpx.AsyncClient, timeouts: Timeouts
) -> httpx.Request:
    """Return the request as it goes out. Raises ProviderError."""
    try:
        encoded = dialect.encode(request, base_url=provider.base_url, api_key=provider.api_key)
        return client.build_request(
            "POST",
            provider.url(encoded.path),
            content=json.dumps(encoded.json).encode(),
            headers={
                "Content-Type": "application/json",
                "Accept": "text/event-stream, application/json",
                "Accept-Encoding": "identity",  # compression holds pieces back
                **encoded.headers,
            },
            timeout=httpx.Timeout(None, connect=timeouts.connect, pool=timeouts.connect),
        )
    except (httpx.InvalidURL, ValueError) as error:  # a port that is none, a key that no header takes
        raise _unusable(provider) from error


async def _send(
    provider: Provider, http_request: httpx.Request, client: httpx.AsyncClient, timeouts: Timeouts
) -> httpx.Response:
    """Send the request and wait for the head of the answer. Raises ProviderError and nothing else."""
    try:
        async with asyncio.timeout(timeouts.connect + timeouts.silence):
            return await client.send(http_request, stream=True)
    except TimeoutError as error:
        raise _silent(provider, timeouts) from error
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, ValueError) as error:
        raise _unusable(provider) from error
    except aiohttp.ClientResponseError as error:
        logger.info("%s does not speak HTTP: %s", provider.name, type(error).__name__)
        message = f"What {provider.label} answered at {provider.address} is no HTTP."
        raise ProviderError("unreachable", message, retryable=True) from error
    except Exception as error:  # the transport lets aiohttp's and the system's errors through
        raise unreachable(provider, error) from error


async def _read(
    provider: Provider,
    decoder: Decoder,
    response: httpx.Response,
    timeouts: Timeouts,
    tap: Tap | None,
    pace: Pace | None,
) -> AsyncGenerator[list[Event], None]:
    trouble: ProviderError | None = None
    parting = False
    held = Held(response)
    try:
        async with aclosing(_chunks(response)) as body, Silence(timeouts.silence) as silence:
            while True:
                silence.listen()
                try:
                    data = await anext(body)
                except StopAsyncIteration:
                    break
                except Exception as error:
                    logger.info("%s broke off: %s", provider.name, type(error).__name__)
                    break
                silence.heard()
                if tap:
                    tap.received(data)
                if events := decoder.feed(data):
                    yield events
                    if isinstance(events[-1], Failed):
                        return
                    if not parting and any(isinstance(event, Finished) for event in events):
                        parting = True
                        silence.shorten(_PARTING)
                if pace and len(data) < _MUCH_BYTES and not parting:
                    with held:
                        await pace()
    except TimeoutError:
        trouble = _silent(provider, timeouts)
    # What the provider had said may be complete all the same; only the decoder knows.
    if events := decoder.flush():
        if trouble and isinstance(events[-1], Failed):
            events[-1] = Failed(trouble)
        yield events


async def _read_error(
    dialect: Dialect, response: httpx.Response, timeouts: Timeouts, tap: Tap | None
) -> AsyncGenerator[list[Event], None]:
    body = bytearray()
    try:
        async with asyncio.timeout(timeouts.silence):
            async with aclosing(_chunks(response)) as chunks:
                async for data in chunks:
                    if tap:
                        tap.received(data)
                    body += data
                    if len(body) >= _MAX_ERROR_BYTES:
                        break
    except Exception as error:
        logger.info("The body of status %s broke off: %s", response.status_code, type(error).__name__)
    yield [Failed(dialect.error_from(response.status_code, response.headers, bytes(body)))]


def _chunks(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """Return the body as it comes. Raises ProviderError where it is packed in a way that is not read."""
    # A generator, though httpx does not say so.
    raw = cast(AsyncGenerator[bytes, None], response.aiter_raw())
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    return raw if encoding in ("", "identity") else _unpacked(raw, Unpacker(encoding))


async def _unpacked(raw: AsyncGenerator[bytes, None], unpacker: Unpacker) -> AsyncGenerator[bytes, None]:
    async with aclosing(raw):
        async for data in raw:
            for piece in unpacker.feed(data):
                yield piece


def unreachable(provider: Provider, cause: Exception) -> ProviderError:
    """Return the error for a provider that gave no answer, whatever `cause` the transport names."""
    # Its name only: the text of an error may quote the key (UnicodeEncodeError does).
    logger.info("Cannot reach %s: %s", provider.name, type(cause).__name__)
    return ProviderError("unreachable", f"Cannot reach {provider.label} at {provider.address}.", retryable=True)


def _silent(provider: Provider, timeouts: Timeouts) -> ProviderError:
    message = f"{provider.label} said nothing for {timeouts.silence:g} s."
    return ProviderError("silent", message, retryable=True)


def _unusable(provider: Provider) -> ProviderError:
    return ProviderError("rejected", f"The address or the key of {provider.label} cannot be used.")


def _hide_key(error: ProviderError, provider: Provider) -> None:
    if provider.api_key and provider.api_key in error.message:
        error.message = error.message.replace(provider.api_key, "…")
