"""Model lists of every shape, read from a real server."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from aiohttp import web

from chatroom.providers.catalog import fetch_entries, fetch_models
from chatroom.providers.errors import ProviderError
from chatroom.providers.listings import Entry, ollama
from chatroom.providers.listings.asking import below
from chatroom.providers.provider import Provider
from tests.providers.conftest import Upstream


class Lists:
    """Answers that a test has ready, by address; what was asked for, with its query, in order."""

    def __init__(self, upstream: Upstream, **answers: Any) -> None:
        self.asked: list[str] = []
        self.upstream = upstream
        self.answers: dict[str, Any] = answers
        upstream.answer = self._answer

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path_qs}")
        answer = self.answers.get(request.path_qs, self.answers.get(request.path))
        if callable(answer):
            return await answer(request)
        return web.Response(status=404) if answer is None else web.json_response(answer)

    def provider(self, dialect: str, ending: str = "", **keys: Any) -> Provider:
        host = self.upstream.url.removesuffix("/v1")
        return self.upstream.provider(dialect=dialect, base_url=host + ending, **keys)


@pytest.fixture
def lists(upstream: Upstream) -> Lists:
    return Lists(upstream)


def claude(name: str, **types: bool) -> dict[str, Any]:
    """A row of Anthropic's list as it is since 2026."""
    return {
        "type": "model",
        "id": name,
        "display_name": name.title(),
        "max_input_tokens": 200000,
        "capabilities": {
            "thinking": {
                "supported": bool(types),
                "types": {key: {"supported": value} for key, value in types.items()},
            },
            "effort": {
                "supported": True,
                **{effort: {"supported": effort != "xhigh"} for effort in ("low", "medium", "high", "xhigh", "max")},
            },
        },
    }


async def test_anthropic_lists_in_pages(lists: Lists, client: httpx.AsyncClient) -> None:
    lists.answers = {
        "/v1/models?limit=1000": {"data": [{"id": "claude-b"}], "has_more": True, "last_id": "claude-b"},
        "/v1/models?limit=1000&after_id=claude-b": {"data": [{"id": "claude-a"}], "has_more": False, "last_id": "x"},
    }
    entries = await fetch_entries(lists.provider("anthropic", api_key="hush"), client)
    assert [entry.id for entry in entries] == ["claude-a", "claude-b"]
    assert len(lists.asked) == 2
    for headers in lists.upstream.headers:
        assert headers["x-api-key"] == "hush"
        assert headers["anthropic-version"]


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/"])
async def test_anthropic_is_asked_at_its_host_or_its_version(
    lists: Lists, client: httpx.AsyncClient, ending: str
) -> None:
    lists.answers = {"/v1/models": {"data": [{"id": "claude-a"}]}}
    assert len(await fetch_entries(lists.provider("anthropic", ending), client)) == 1


async def test_anthropic_tells_what_a_model_can_do(lists: Lists, client: httpx.AsyncClient) -> None:
    rows = [
        claude("next", adaptive=True, enabled=False, disabled=True),
        claude("ever", adaptive=True, enabled=False, disabled=False),
        claude("never"),
        {"id": "old", "display_name": "Old"},
    ]
    lists.answers = {"/v1/models": {"data": rows, "has_more": False}}
    efforts = ("low", "medium", "high", "max")
    assert await fetch_entries(lists.provider("anthropic"), client) == [
        Entry("ever", "Ever", True, True, efforts, False, context_length=200000),
        Entry("never", "Never", False, None, efforts, None, context_length=200000),
        Entry("next", "Next", True, False, efforts, False, context_length=200000),
        Entry("old", "Old"),
    ]


async def test_a_list_that_never_ends_is_given_up(lists: Lists, client: httpx.AsyncClient) -> None:
    lists.answers = {"/v1/models": {"data": [{"id": "claude-a"}], "has_more": True, "last_id": "claude-a"}}
    async with asyncio.timeout(10):
        assert len(await fetch_entries(lists.provider("anthropic"), client)) == 1


async def test_gemini_lists_in_pages_what_generates_text(lists: Lists, client: httpx.AsyncClient) -> None:
    def row(name: str, *methods: str, **keys: Any) -> dict[str, Any]:
        return {"name": f"models/{name}", "displayName": name.title(), "supportedGenerationMethods": methods, **keys}

    lists.answers = {
        "/v1beta/models?pageSize=1000": {
            "models": [
                row("gemini-3-flash", "generateContent", "countTokens", inputTokenLimit=1048576, thinking=True),
                row("gemini-embedding-001", "embedContent"),
                row("gemini-2.5-flash-image", "generateContent"),
                {"displayName": "nameless", "supportedGenerationMethods": ["generateContent"]},
            ],
            "nextPageToken": "more+",
        },
        "/v1beta/models?pageSize=1000&pageToken=more%2B": {"models": [row("gemma-3-27b", "generateContent")]},
    }
    assert await fetch_entries(lists.provider("gemini", "/v1beta", api_key="hush"), client) == [
        Entry("gemini-3-flash", "Gemini-3-Flash", True, context_length=1048576),
        Entry("gemma-3-27b", "Gemma-3-27B"),
    ]
    assert all("hush" not in asked for asked in lists.asked)
    assert lists.upstream.headers[0]["x-goog-api-key"] == "hush"


async def test_cohere_lists_at_its_first_version(lists: Lists, client: httpx.AsyncClient) -> None:
    lists.answers = {
        "/v1/models?page_size=1000&endpoint=chat": {
            "models": [
                {"name": "command-a-plus", "endpoints": ["chat"], "features": ["tools", "reasoning"]},
                {"name": "embed-v4", "endpoints": ["embed"]},
                {"name": "command", "endpoints": ["chat"], "is_deprecated": True},
            ],
            "next_page_token": "2",
        },
        "/v1/models?page_size=1000&endpoint=chat&page_token=2": {
            "models": [{"name": "command-r", "endpoints": ["chat"], "features": None, "context_length": 128000.0}]
        },
    }
    for ending in ("/v2", "/v1", ""):
        assert await fetch_entries(lists.provider("cohere", ending), client) == [
            Entry("command-a-plus", reasons=True),
            Entry("command-r", context_length=128000),
        ]


@pytest.mark.parametrize("ending", ["", "/v1", "/api/"])
async def test_ollama_lists_names_and_shows_what_each_can_do(
    lists: Lists, client: httpx.AsyncClient, ending: str
) -> None:
    shown = {
        "deepseek-r1:14b": {"capabilities": ["completion", "thinking"], "thinking": {"values": [False, True]}},
        "gpt-oss:20b": {
            "capabilities": ["completion", "tools", "thinking"],
            "thinking": {"values": ["low", "medium", "high"], "default": "medium"},
            "model_info": {"general.architecture": "gptoss", "gptoss.context_length": 131072},
        },
        "llama3.2:3b": {"capabilities": ["completion"]},
        "minilm:latest": {"capabilities": ["embedding"]},
        "qwen3:8b": {"license": "an older server"},
    }

    async def show(request: web.Request) -> web.StreamResponse:
        return web.json_response(shown[(await request.json())["model"]])

    names = [*shown, "nomic-embed-text:latest"]
    lists.answers = {"/api/tags": {"models": [{"name": name, "model": name} for name in names]}, "/api/show": show}
    assert await fetch_entries(lists.provider("ollama", ending), client) == [
        Entry("deepseek-r1:14b", reasons=True, always=False),
        Entry("gpt-oss:20b", "", True, True, ("low", "medium", "high"), context_length=131072),
        Entry("llama3.2:3b", reasons=False),
        Entry("qwen3:8b"),
    ]


async def test_ollama_without_any_model_says_null(lists: Lists, client: httpx.AsyncClient) -> None:
    lists.answers = {"/api/tags": {"models": None}}
    assert await fetch_entries(lists.provider("ollama"), client) == []


async def test_ollama_shows_a_few_at_once_and_a_failure_costs_only_the_facts(
    lists: Lists, client: httpx.AsyncClient
) -> None:
    shown: list[str] = []
    go_on = asyncio.Event()

    async def show(request: web.Request) -> web.StreamResponse:
        shown.append((await request.json())["model"])
        await go_on.wait()
        return web.Response(status=500)

    async def ask_in_between() -> int:
        while len(shown) < 4:
            await client.get(lists.upstream.url)
        for _ in range(20):  # whatever else was on its way has come by then
            await client.get(lists.upstream.url)
        go_on.set()
        return len(shown)

    names = [f"m{n:02}" for n in range(12)]
    lists.answers = {"/api/tags": {"models": [{"name": name} for name in names]}, "/api/show": show}
    entries, at_once = await asyncio.gather(fetch_entries(lists.provider("ollama"), client), ask_in_between())
    assert entries == [Entry(name) for name in names]
    assert (at_once, sorted(shown)) == (4, names)


async def test_ollama_is_not_waited_for_when_it_shows_nothing(
    lists: Lists, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def show(request: web.Request) -> web.StreamResponse:
        if (await request.json())["model"] == "m1":
            return web.json_response({"capabilities": ["completion", "thinking"]})
        await asyncio.Event().wait()
        return web.Response()

    monkeypatch.setattr(ollama, "_PATIENCE", 0.5)
    lists.answers = {"/api/tags": {"models": [{"name": "m1"}, {"name": "m2"}]}, "/api/show": show}
    async with asyncio.timeout(10):
        assert await fetch_entries(lists.provider("ollama"), client) == [Entry("m1", reasons=True), Entry("m2")]


@pytest.mark.parametrize("dialect", ["openai-responses", "anthropic", "gemini", "ollama", "cohere"])
@pytest.mark.parametrize("answer", [{}, {"models": 3, "data": 3}, "text", None])
async def test_something_else_is_no_list_of_any_shape(
    dialect: str, answer: Any, upstream: Upstream, client: httpx.AsyncClient
) -> None:
    async def answer_all(request: web.Request) -> web.StreamResponse:
        return web.json_response(answer)

    upstream.answer = answer_all
    with pytest.raises(ProviderError) as caught:
        await fetch_models(upstream.provider(dialect=dialect), client)
    assert caught.value.kind == "malformed"


@pytest.mark.parametrize("dialect", ["openai-responses", "anthropic", "gemini", "ollama", "cohere"])
async def test_rows_of_any_kind_are_passed_over(dialect: str, upstream: Upstream, client: httpx.AsyncClient) -> None:
    rows: list[Any] = [3, None, "x", [], {}, {"id": 3, "name": 3, "model": {}}, {"name": None, "id": None}]

    async def answer_all(request: web.Request) -> web.StreamResponse:
        return web.json_response({"data": rows, "models": rows})

    upstream.answer = answer_all
    assert await fetch_models(upstream.provider(dialect=dialect), client) == []


def test_an_address_keeps_its_query_and_loses_one_ending() -> None:
    assert below("https://h/openai/v1?api-version=2", "/models") == "https://h/openai/v1/models?api-version=2"
    assert (
        below("https://h/v1/?k=1", "/v1/models", {"limit": "9"}, without=("/v1",)) == "https://h/v1/models?k=1&limit=9"
    )
    assert below("https://h/v2/v1", "/v1/models", without=("/v2", "/v1")) == "https://h/v2/v1/models"
