"""Against a real server on this machine: what `stream` does when a provider misbehaves."""

from __future__ import annotations

import asyncio
import socket
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from aiohttp import web

from chatroom.providers.errors import ProviderError
from chatroom.providers.events import ContentDelta, Event, Failed, Finished, ReasoningDelta
from chatroom.providers.provider import Provider, Timeouts, stream
from chatroom.providers.request import ChatMessage, ChatRequest
from tests.providers.chat_reading import chunk, document, sse
from tests.providers.conftest import Handler, Upstream

REQUEST = ChatRequest("m", (ChatMessage("user", "Hi."),))
ANSWER = sse(chunk({"reasoning": "Hm."}), chunk({"content": "Hi."}), chunk({}, finish="stop"))


async def ask(provider: Provider, client: httpx.AsyncClient, **keys: Any) -> list[Event]:
    async with aclosing(stream(provider, REQUEST, client=client, **keys)) as events:
        return [event async for event in events]


def failure(events: list[Event]) -> ProviderError:
    assert [type(event) for event in events].count(Failed) == 1
    assert isinstance(events[-1], Failed)
    return events[-1].error


def answering(body: bytes = b"", status: int = 200, **headers: str) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, body=body, headers={"Content-Type": "text/event-stream"} | names)

    return answer


def streaming(*pieces: bytes, then: str) -> Handler:
    """Sends `pieces`, then hangs, or breaks the connection off."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
        if then == "hang":
            await asyncio.Event().wait()
        assert request.transport is not None
        request.transport.abort()
        return response

    return answer


async def test_an_answer_comes_as_events(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = answering(ANSWER)
    events = await ask(upstream.provider(api_key="secret"), client)
    assert events == [ReasoningDelta("Hm."), ContentDelta("Hi."), Finished("stop", "stop")]
    assert upstream.requests[0]["messages"] == [{"role": "user", "content": "Hi."}]
    assert upstream.headers[0]["authorization"] == "Bearer secret"


async def test_a_whole_answer_comes_as_events_too(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = answering(document({"content": "Hi."}))
    assert await ask(upstream.provider(), client) == [ContentDelta("Hi."), Finished("stop", "stop")]


async def test_events_come_as_they_are_sent(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = streaming(sse(chunk({"content": "Hi."}), done=False), then="hang")
    async with aclosing(stream(upstream.provider(), REQUEST, client=client)) as events:
        async with asyncio.timeout(5):
            assert await anext(events) == ContentDelta("Hi.")


async def test_a_base_url_may_end_with_a_slash_and_have_a_query(upstream: Upstream, client: httpx.AsyncClient) -> None:
    seen = []

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append(request.path_qs)
        return web.Response(body=ANSWER)

    upstream.answer = answer
    await ask(upstream.provider(base_url=upstream.url + "/?api-version=1"), client)
    assert seen == ["/v1/chat/completions?api-version=1"]


async def test_nobody_listens(client: httpx.AsyncClient) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody else gets the port meanwhile
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        error = failure(await ask(Provider("p", "Llama", "openai-chat", f"http://{address}/v1"), client))
    assert (error.kind, error.retryable, error.status) == ("unreachable", True, None)
    assert error.message == f"Cannot reach Llama at {address}."


async def test_the_connection_is_closed_without_an_answer(upstream: Upstream, client: httpx.AsyncClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    upstream.answer = answer
    assert failure(await ask(upstream.provider(), client)).kind == "unreachable"


async def test_something_answers_that_does_not_speak_http(client: httpx.AsyncClient) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        events = await ask(Provider("p", "P", "openai-chat", f"http://127.0.0.1:{port}/v1"), client)
    assert failure(events).kind == "unreachable"


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:99999/v1", "http://[::1/v1", "ftp://127.0.0.1/v1", "nonsense"])
async def test_an_address_that_is_none(base_url: str, client: httpx.AsyncClient) -> None:
    assert failure(await ask(Provider("p", "P", "openai-chat", base_url), client)).kind == "rejected"


@pytest.mark.parametrize("key", ["sécret", "two\nlines"])
async def test_a_key_that_no_header_takes(key: str, upstream: Upstream, client: httpx.AsyncClient) -> None:
    error = failure(await ask(upstream.provider(api_key=key), client))
    assert key not in error.message
    assert upstream.requests == []


async def test_silence_before_the_first_byte(upstream: Upstream, client: httpx.AsyncClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    upstream.answer = answer
    error = failure(await ask(upstream.provider(), client, timeouts=Timeouts(0.1, 0.1)))
    assert (error.kind, error.retryable) == ("silent", True)
    assert error.message == "Upstream said nothing for 0.1 s."


async def test_silence_in_the_middle_keeps_what_was_said(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = streaming(sse(chunk({"content": "Hi."}), done=False), then="hang")
    events = await ask(upstream.provider(), client, timeouts=Timeouts(1, 0.1))
    assert events[0] == ContentDelta("Hi.")
    assert failure(events).kind == "silent"


async def test_silence_after_the_reason_is_no_failure(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = streaming(sse(chunk({"content": "Hi."}, finish="stop"), done=False), then="hang")
    events = await ask(upstream.provider(), client, timeouts=Timeouts(1, 0.1))
    assert events == [ContentDelta("Hi."), Finished("stop", "stop")]


async def test_silence_after_done_is_not_waited_for(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = streaming(ANSWER, then="hang")
    async with asyncio.timeout(10):
        events = await ask(upstream.provider(), client, timeouts=Timeouts(1, 60))
    assert isinstance(events[-1], Finished)


async def test_a_connection_that_breaks_off_keeps_what_was_said(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = streaming(sse(chunk({"content": "Hi."}), done=False) + b'data: {"choi', then="abort")
    events = await ask(upstream.provider(), client)
    assert events[0] == ContentDelta("Hi.")
    assert (failure(events).kind, failure(events).retryable) == ("cut", True)


async def test_a_connection_that_breaks_off_after_the_reason_is_no_failure(
    upstream: Upstream, client: httpx.AsyncClient
) -> None:
    upstream.answer = streaming(sse(chunk({"content": "Hi."}, finish="length"), done=False), then="abort")
    assert await ask(upstream.provider(), client) == [ContentDelta("Hi."), Finished("length", "length")]


async def test_an_error_page_of_a_proxy(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = answering(b"<html><title>502 Bad Gateway</title></html>", 502, Content_Type="text/html")
    error = failure(await ask(upstream.provider(), client))
    assert (error.kind, error.status, error.retryable) == ("overloaded", 502, True)
    assert "502 Bad Gateway" in error.message
    assert "<" not in error.message


async def test_a_welcome_page_under_200(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = answering(b"<html><body>Welcome to nginx!</body></html>", Content_Type="text/html")
    assert failure(await ask(upstream.provider(), client)).kind == "malformed"


async def test_a_redirect_is_not_followed(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = answering(b"", 307, Location="/elsewhere")
    assert failure(await ask(upstream.provider(), client)).kind == "rejected"
    assert len(upstream.requests) == 1


async def test_a_rate_limit_says_how_long_to_wait(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = answering(b'{"error":{"message":"Slow down."}}', 429, Retry_After="7")
    error = failure(await ask(upstream.provider(), client))
    assert (error.kind, error.status, error.retry_after, error.message) == ("rate_limited", 429, 7, "Slow down.")


async def test_an_endless_error_page_is_not_read_to_its_end(upstream: Upstream, client: httpx.AsyncClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=500)
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65536)

    upstream.answer = answer
    async with asyncio.timeout(10):
        assert failure(await ask(upstream.provider(), client)).kind == "overloaded"


async def test_the_key_is_taken_out_of_what_a_provider_says(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = answering(b'{"error":{"message":"hunter2hunter2 may not use this model."}}', 404)
    error = failure(await ask(upstream.provider(api_key="hunter2hunter2"), client))
    assert error.message == "… may not use this model."


async def test_closing_the_events_closes_the_connection(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = streaming(sse(chunk({"content": "Hi."}), done=False), then="hang")
    events = stream(upstream.provider(), REQUEST, client=client)
    await anext(events)
    await events.aclose()
    async with asyncio.timeout(1):
        await upstream.gone.wait()


async def test_cancelling_whoever_reads_closes_the_connection(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = streaming(sse(chunk({"content": "Hi."}), done=False), then="hang")
    heard = asyncio.Event()

    async def read() -> None:
        async with aclosing(stream(upstream.provider(), REQUEST, client=client)) as events:
            async for _ in events:
                heard.set()

    task = asyncio.create_task(read())
    await heard.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(1):
        await upstream.gone.wait()


async def test_cancelling_before_the_first_byte_closes_the_connection(
    upstream: Upstream, client: httpx.AsyncClient
) -> None:
    asked = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.set()
        await asyncio.Event().wait()
        return web.Response()

    upstream.answer = answer
    task = asyncio.create_task(ask(upstream.provider(), client))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(1):
        await upstream.gone.wait()


async def test_a_connection_is_used_again(upstream: Upstream, client: httpx.AsyncClient) -> None:
    ports = set()

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername"))
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(ANSWER)
        return response

    upstream.answer = answer
    for _ in range(3):
        await ask(upstream.provider(), client)
    assert len(ports) == 1


async def test_many_streams_run_at_once(upstream: Upstream, client: httpx.AsyncClient) -> None:
    number, arrived, everybody = 150, [], asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        arrived.append(request)
        if len(arrived) == number:
            everybody.set()
        await everybody.wait()
        return web.Response(body=ANSWER)

    upstream.answer = answer
    async with asyncio.timeout(30):
        replies = await asyncio.gather(*(ask(upstream.provider(), client) for _ in range(number)))
    assert all(isinstance(events[-1], Finished) for events in replies)


async def test_no_cookies_are_kept(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = answering(ANSWER, Set_Cookie="who=alice; Path=/")
    await ask(upstream.provider(), client)
    await ask(upstream.provider(), client)
    assert "cookie" not in upstream.headers[1]


async def test_the_environment_does_not_redirect_what_people_ask(
    upstream: Upstream, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    upstream.answer = answering(ANSWER)
    assert isinstance((await ask(upstream.provider(), client))[-1], Finished)


def test_a_key_is_not_shown() -> None:
    assert "secret" not in repr(Provider("p", "P", "openai-chat", "https://example.com/v1", api_key="secret"))


def test_a_dialect_that_nobody_speaks_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown dialect 'morse'"):
        Provider("p", "P", "morse", "https://example.com/v1")


@pytest.mark.parametrize(
    ("base_url", "address"),
    [
        ("https://api.example.com/v1", "api.example.com:443"),
        ("http://localhost:8080/v1", "localhost:8080"),
        ("http://alice:secret@localhost/v1", "localhost:80"),
        ("http://[::1]:8080/v1", "[::1]:8080"),
    ],
)
def test_an_address_for_people(base_url: str, address: str) -> None:
    assert Provider("p", "P", "openai-chat", base_url).address == address
