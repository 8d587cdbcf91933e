"""What a tap is told: all that passes over the wire, and no key, however the bytes are cut."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from chatroom.providers import retrying
from chatroom.providers.provider import Provider, stream
from chatroom.providers.request import ChatMessage, ChatRequest
from chatroom.providers.tap import Hider, KeylessTap
from tests.providers.chat_reading import chunk, sse
from tests.providers.conftest import Handler, Upstream

KEY = "sk-or-v1-0123456789abcdef"
ANSWER = b": PROCESSING\n\n" + sse(chunk({"content": "Hi."}), chunk({}, finish="stop"))


class Notes:
    """A tap that keeps what it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []

    def sent(self, url: str, headers: Sequence[tuple[str, str]], body: bytes) -> None:
        self.calls.append(("sent", (url, list(headers), body)))

    def answered(self, status: int, headers: Sequence[tuple[str, str]]) -> None:
        self.calls.append(("answered", (status, list(headers))))

    def received(self, data: bytes) -> None:
        self.calls.append(("received", data))

    def ended(self) -> None:
        self.calls.append(("ended", None))

    @property
    def names(self) -> list[str]:
        """What was told, repetitions once."""
        names = [name for name, _ in self.calls]
        return [name for name, before in zip(names, [None, *names], strict=False) if name != before]

    @property
    def body(self) -> bytes:
        return b"".join(data for name, data in self.calls if name == "received")

    def first(self, wanted: str) -> Any:
        return next(what for name, what in self.calls if name == wanted)


async def listen(
    provider: Provider, client: httpx.AsyncClient, prompt: str = "Hi.", retries: int = 0, stop_after: int | None = None
) -> Notes:
    notes = Notes()
    request = ChatRequest("m", (ChatMessage("user", prompt),))
    async with aclosing(stream(provider, request, client=client, retries=retries, tap=notes)) as events:
        number = 0
        async for _ in events:
            number += 1
            if number == stop_after:
                break
    return notes


def answering(body: bytes, status: int = 200, **headers: str) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


async def test_it_is_told_what_went_out_and_what_came_back(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = answering(ANSWER, X_Request_Id="r1")
    notes = await listen(upstream.provider(api_key=KEY), client)
    assert notes.names == ["sent", "answered", "received", "ended"]
    url, headers, body = notes.first("sent")
    assert url == f"{upstream.url}/chat/completions"
    assert json.loads(body) == upstream.requests[0]
    told = {name.lower(): value for name, value in headers}
    assert told == upstream.headers[0] | {"authorization": "Bearer …"}
    status, answer_headers = notes.first("answered")
    assert status == 200
    assert ("x-request-id", "r1") in [(name.lower(), value) for name, value in answer_headers]
    assert notes.body == ANSWER


async def test_each_try_is_an_exchange_of_its_own(
    upstream: Upstream, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "_FIRST_PAUSE", 0.0)
    answers = [answering(b'{"error":"busy"}', 503), answering(ANSWER)]

    async def answer(request: web.Request) -> web.StreamResponse:
        return await answers.pop(0)(request)

    upstream.answer = answer
    notes = await listen(upstream.provider(), client, retries=1)
    assert notes.names == ["sent", "answered", "received", "ended"] * 2
    assert notes.body == b'{"error":"busy"}' + ANSWER


async def test_where_nobody_answers_the_exchange_ends_all_the_same(client: httpx.AsyncClient) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        notes = await listen(Provider("p", "P", "openai-chat", address), client)
    assert notes.names == ["sent", "ended"]


async def test_leaving_in_mid_answer_ends_the_exchange(upstream: Upstream, client: httpx.AsyncClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(sse(chunk({"content": "Hi."}), done=False))
        await asyncio.Event().wait()
        return response

    upstream.answer = answer
    notes = await listen(upstream.provider(), client, stop_after=1)
    assert notes.names == ["sent", "answered", "received", "ended"]


async def test_no_key_is_told_wherever_it_stands(upstream: Upstream, client: httpx.AsyncClient) -> None:
    echo = sse(chunk({"content": f"Your key is {KEY}, isn't it?"}, finish="stop"))
    upstream.answer = answering(echo, Set_Cookie="session=abcdef123", X_Echo=f"<{KEY}>")
    provider = upstream.provider(api_key=KEY, base_url=f"{upstream.url}?api_key=query-secret&alt=sse&token=")
    notes = await listen(provider, client, prompt=f"My key: {KEY}, and query-secret.")
    told = repr(notes.calls)
    for secret in (KEY, KEY[10:], "query-secret", "abcdef123"):
        assert secret not in told
    assert notes.first("sent")[0] == f"{upstream.url}/chat/completions?api_key=…&alt=sse&token="
    assert "My key: …, and ….".encode() in notes.first("sent")[2]
    assert "Your key is …, isn't it?".encode() in notes.body
    assert upstream.requests[0]["messages"][0]["content"].startswith(f"My key: {KEY}"), "only the record is without"


@pytest.mark.parametrize("name", ["x-api-key", "X-Goog-Api-Key", "api-key", "Cookie", "Proxy-Authorization"])
def test_every_header_that_carries_a_key_is_hidden(name: str) -> None:
    notes = Notes()
    KeylessTap(notes, None).sent("http://h/v1", [(name, "word1 word2"), ("x-ratelimit-remaining-tokens", "7")], b"")
    assert notes.first("sent")[1] == [(name, "…"), ("x-ratelimit-remaining-tokens", "7")]


def test_user_and_password_in_an_address_are_hidden() -> None:
    notes = Notes()
    body = b"carol's pass word is pass word or pass%20word, together Y2Fyb2w6cGFzcyB3b3Jk"
    KeylessTap(notes, None).sent("https://carol:pass%20word@h:1/v1?key2=a&key=b", [("host", "h:1")], body)
    shown = "carol's … is … or …, together …".encode()
    assert notes.first("sent") == ("https://…@h:1/v1?key2=a&key=…", [("host", "h:1")], shown)


pieces = st.one_of(
    st.just(KEY), st.sampled_from([KEY[:9], KEY[:20], KEY[5:], "s", "\n"]), st.text("sk-ov1 \n", max_size=5)
)


@given(st.lists(pieces, max_size=8), st.data())
def test_a_key_cut_anywhere_is_still_hidden(texts: list[str], data: st.DataObject) -> None:
    said = "".join([*texts, "\n"]).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(said)), max_size=12)))
    hider = Hider([KEY])
    shown = [hider.feed(said[a:b]) for a, b in zip([0, *cuts], [*cuts, len(said)], strict=True)]
    shown.append(hider.flush())
    assert b"".join(shown) == said.replace(KEY.encode(), "…".encode())


def test_what_cannot_begin_a_key_is_not_held_back() -> None:
    hider = Hider([KEY])
    assert hider.feed(b'data: {"a": 1}\n\n') == b'data: {"a": 1}\n\n'
    assert hider.feed(b"tasks") == b"task"
    assert hider.feed(b"!") == b"s!"


def test_a_key_that_the_end_cuts_off_is_hidden_and_a_few_letters_are_not() -> None:
    hider = Hider([KEY])
    assert hider.feed(b"Incorrect: " + KEY[:-1].encode()) + hider.flush() == "Incorrect: …".encode()
    assert hider.feed(b"tasks") + hider.flush() == b"tasks"


def test_a_key_is_hidden_as_json_and_addresses_write_it() -> None:
    assert Hider(['a"b/c+d']).whole(b'{"x": "a\\"b/c+d"} ?k=a%22b%2Fc%2Bd') == '{"x": "…"} ?k=…'.encode()


def test_a_short_word_is_no_secret() -> None:
    assert Hider(["", "x", "abc"]).whole(b"x abc") == b"x abc"
