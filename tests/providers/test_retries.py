"""What is tried again, when, and what is not."""

from __future__ import annotations

import asyncio
import re
import socket
import sys
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from aiohttp import web

from chatroom.providers import retrying
from chatroom.providers.errors import ProviderError
from chatroom.providers.events import (
    ContentDelta,
    Event,
    Failed,
    Finished,
    ReasoningDelta,
    TryingAgain,
    UsageReported,
)
from chatroom.providers.provider import Provider, Timeouts, stream
from chatroom.providers.request import ChatMessage, ChatRequest
from chatroom.providers.retrying import Patience
from chatroom.providers.transcript import Transcript
from tests.providers.chat_reading import chunk, sse
from tests.providers.conftest import Handler, Upstream

REQUEST = ChatRequest("m", (ChatMessage("user", "Hi."),))
ANSWER = sse(chunk({"reasoning": "Hm."}), chunk({"content": "Hi."}), chunk({}, finish="stop"))
HI = [ReasoningDelta("Hm."), ContentDelta("Hi."), Finished("stop", "stop")]


async def ask(provider: Provider, client: httpx.AsyncClient, retries: int, **keys: Any) -> list[Event]:
    async with aclosing(stream(provider, REQUEST, client=client, retries=retries, **keys)) as events:
        return [event async for event in events]


def answering(body: bytes = b"{}", status: int = 200, **headers: str) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


async def hanging_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def cut_in_the_head(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(b': PROCESSING\n\ndata: {"choi')
    return await hanging_up(request)


def in_turn(*answers: Handler) -> Handler:
    waiting = list(answers)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await waiting.pop(0)(request)

    return answer


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


def error_of(event: Event) -> ProviderError:
    assert isinstance(event, Failed | TryingAgain)
    return event.error


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that nobody asked for last no time."""
    monkeypatch.setattr(retrying, "_FIRST_PAUSE", 0.0)


BUSY = answering(status=503, Retry_After="0")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529])
async def test_a_status_that_may_pass_is_tried_again(
    status: int, upstream: Upstream, client: httpx.AsyncClient, at_once: None
) -> None:
    upstream.answer = in_turn(answering(status=status), answering(ANSWER))
    again, *rest = await ask(upstream.provider(), client, 1)
    assert isinstance(again, TryingAgain)
    assert again.error.status == status
    assert rest == HI


@pytest.mark.parametrize("trouble", [hanging_up, cut_in_the_head])
async def test_a_connection_that_breaks_is_tried_again(
    trouble: Handler, upstream: Upstream, client: httpx.AsyncClient, at_once: None
) -> None:
    upstream.answer = in_turn(trouble, answering(ANSWER))
    again, *rest = await ask(upstream.provider(), client, 1)
    assert error_of(again).kind in ("unreachable", "cut")
    assert rest == HI


async def test_an_address_where_nobody_listens_is_tried_again(client: httpx.AsyncClient, at_once: None) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody else gets the port meanwhile
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        events = await ask(Provider("p", "P", "openai-chat", address), client, 2)
    assert kinds(events) == [TryingAgain, TryingAgain, Failed]


async def test_an_error_inside_the_stream_before_the_first_word_is_tried_again(
    upstream: Upstream, client: httpx.AsyncClient, at_once: None
) -> None:
    broken = sse({"choices": [], "usage": {"prompt_tokens": 1}}, {"error": {"code": 503, "message": "Busy."}})
    upstream.answer = in_turn(answering(broken), answering(ANSWER))
    events = await ask(upstream.provider(), client, 1)
    assert events[0] == UsageReported(1), "usage is not a word"
    assert error_of(events[1]).message == "Busy."
    assert events[2:] == HI


async def test_what_was_reported_before_another_try_is_void(
    upstream: Upstream, client: httpx.AsyncClient, at_once: None
) -> None:
    broken = sse({"choices": [], "usage": {"prompt_tokens": 1}}, {"error": {"code": 503, "message": "Busy."}})
    upstream.answer = in_turn(answering(broken), answering(ANSWER))
    transcript = Transcript()
    for event in await ask(upstream.provider(), client, 1):
        transcript.add(event)
    assert transcript.usage == UsageReported()


async def test_once_a_word_was_said_nothing_is_tried_again(
    upstream: Upstream, client: httpx.AsyncClient, at_once: None
) -> None:
    broken = sse(chunk({"reasoning": "Hm."}), {"error": {"code": 503, "message": "x"}})
    upstream.answer = in_turn(answering(broken), answering(ANSWER))
    events = await ask(upstream.provider(), client, 3)
    assert kinds(events) == [ReasoningDelta, Failed]


async def test_it_is_not_tried_more_often_than_told(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = in_turn(BUSY, BUSY, answering(ANSWER))
    assert kinds(await ask(upstream.provider(), client, 1)) == [TryingAgain, Failed]
    assert len(upstream.requests) == 2


async def test_unless_told_nothing_is_tried_again(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = in_turn(BUSY, answering(ANSWER))
    assert kinds(await ask(upstream.provider(), client, 0)) == [Failed]
    assert len(upstream.requests) == 1


async def test_a_failure_that_will_not_pass_is_not_tried_again(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = in_turn(answering(status=400), answering(ANSWER))
    assert kinds(await ask(upstream.provider(), client, 3)) == [Failed]
    assert len(upstream.requests) == 1


async def test_silence_is_not_waited_for_twice(upstream: Upstream, client: httpx.AsyncClient, at_once: None) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    upstream.answer = answer
    events = await ask(upstream.provider(), client, 3, timeouts=Timeouts(0.1, 0.1))
    assert [error_of(event).kind for event in events] == ["silent"]


async def test_stopping_in_the_pause_works_at_once(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = answering(status=503, Retry_After="50")
    events = stream(upstream.provider(), REQUEST, client=client, retries=1)
    assert isinstance(await anext(events), TryingAgain)
    task = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    task.cancel()
    async with asyncio.timeout(1):
        with pytest.raises(asyncio.CancelledError):
            await task
    assert len(upstream.requests) == 1


async def test_a_provider_that_asks_for_an_hour_is_not_waited_for(
    upstream: Upstream, client: httpx.AsyncClient
) -> None:
    upstream.answer = answering(b'{"error":{"message":"Slow down."}}', 429, Retry_After="3600")
    events = await ask(upstream.provider(), client, 3)
    assert kinds(events) == [Failed]
    error = error_of(events[0])
    assert error.retry_after == 3600
    said = re.fullmatch(r"Slow down\. It may work again (?:on \d+ \w+ )?at (\d\d):(\d\d) UTC\.", error.message)
    assert said, error.message
    soonest = datetime.now(UTC) + timedelta(seconds=3590)
    minutes = (int(said[1]) * 60 + int(said[2]) - soonest.hour * 60 - soonest.minute) % (24 * 60)
    assert minutes <= 2


def failed(retry_after: float | None = None) -> ProviderError:
    return ProviderError("rate_limited", "x", retryable=True, retry_after=retry_after)


def test_pauses_double_and_are_left_to_chance() -> None:
    for number, longest in enumerate((1, 2, 4)):
        pauses = set()
        for _ in range(200):
            patience = Patience(3)
            for _ in range(number):
                patience.pause(failed())
            pauses.add(patience.pause(failed()))
        assert all(pause is not None and longest / 2 <= pause <= longest for pause in pauses)
        assert len(pauses) > 100


def test_a_pause_that_is_asked_for_is_never_shortened() -> None:
    pauses = {Patience(1).pause(failed(20.0)) for _ in range(200)}
    assert all(pause is not None and 20 <= pause <= 22 for pause in pauses)
    assert len(pauses) > 100


def test_all_pauses_together_last_a_minute_at_most() -> None:
    for _ in range(50):
        patience = Patience(100)
        waited = 0.0
        while pause := patience.pause(failed(25.0)):
            waited += pause
        assert 50 <= waited <= 60
    assert Patience(1).pause(failed(60.0)) == 60
    assert Patience(1).pause(failed(60.5)) is None


async def test_a_pause_is_told_in_headers(upstream: Upstream, client: httpx.AsyncClient) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=31), usegmt=True)
    for headers in (
        {"Retry-After": "30"},
        {"Retry-After": date},
        {"retry-after-ms": "30000", "Retry-After": "0"},
    ):
        upstream.answer = answering(status=429, **headers)
        async with aclosing(stream(upstream.provider(), REQUEST, client=client, retries=1)) as events:
            again = await anext(events)
        assert isinstance(again, TryingAgain)
        assert 20 <= again.pause <= 34.1, "a date is as old as this test"


async def test_a_pause_is_told_in_the_body(upstream: Upstream, client: httpx.AsyncClient) -> None:
    details = b'[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"48.9s"}]'
    upstream.answer = answering(b'{"error":{"code":429,"message":"Wait.","details":%b}}' % details, 429)
    async with aclosing(stream(upstream.provider(), REQUEST, client=client, retries=1)) as events:
        again = await anext(events)
    assert isinstance(again, TryingAgain)
    assert 48.9 <= again.pause <= 53.8


async def test_the_command_line_says_that_it_waits(upstream: Upstream) -> None:
    upstream.answer = in_turn(answering(b'{"error":{"message":"Busy."}}', 503, Retry_After="0"), answering(ANSWER))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chatroom.providers", "ask", "--dialect", "openai-chat", "--model", "m"),
        *("--base-url", upstream.url, "--retries", "1", "Hi."),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert out.decode() == "Hi.\n"
    assert "Busy. Trying again in 0.0 s.\n" in err.decode()
