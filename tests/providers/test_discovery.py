from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from aiohttp import web

from chatroom.providers.discovery import LOCAL_SERVERS, Found, LocalServer, find_local
from chatroom.providers.provider import Provider
from tests.providers.conftest import Upstream


def at(upstream: Upstream, name: str = "vllm") -> LocalServer:
    port = urlsplit(upstream.url).port
    assert port is not None
    return LocalServer(name, name.title(), port)


def answer_with(upstream: Upstream, response: web.Response) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return response if request.path == "/v1/models" else web.Response(status=404)

    upstream.answer = answer


async def test_a_server_that_lists_models_is_found(upstream: Upstream, client: httpx.AsyncClient) -> None:
    answer_with(upstream, web.json_response({"object": "list", "data": [{"id": "qwen3"}]}))
    vllm = Provider("vllm", "Vllm", "openai-chat", upstream.url)
    assert await find_local(client, [at(upstream)]) == [Found(vllm, frozenset({"qwen3"}))]


async def test_a_server_without_any_model_is_found_too(upstream: Upstream, client: httpx.AsyncClient) -> None:
    answer_with(upstream, web.json_response({"object": "list", "data": None}))
    assert len(await find_local(client, [at(upstream)])) == 1


async def test_ollama_is_found_by_its_own_api(upstream: Upstream, client: httpx.AsyncClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.path == "/api/tags"
        return web.json_response({"models": [{"name": "qwen3:8b", "model": "qwen3:8b"}]})

    upstream.answer = answer
    server = at(upstream, "ollama")._replace(dialect="ollama")
    provider = Provider("ollama", "Ollama", "ollama", upstream.url.removesuffix("/v1"))
    assert await find_local(client, [server]) == [Found(provider, frozenset({"qwen3:8b"}))]


@pytest.mark.parametrize(
    "response",
    [
        {"text": "<html>A room</html>", "content_type": "text/html"},
        {"text": "<html>Not here</html>", "status": 404},
        {"text": '{"object": "list", "data": []}', "status": 401},
        {"text": '{"hello": "world"}'},
        {"text": '{"object": "list"}'},
        {"text": "[]"},
        {"text": "", "status": 302, "headers": {"Location": "/sign-in/"}},
    ],
)
async def test_any_other_page_at_that_port_is_no_model_server(
    response: dict[str, object], upstream: Upstream, client: httpx.AsyncClient
) -> None:
    answer_with(upstream, web.Response(**response))  # type: ignore[arg-type]
    assert await find_local(client, [at(upstream)]) == []


async def test_one_that_is_silent_or_absent_is_passed_over(upstream: Upstream, client: httpx.AsyncClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    upstream.answer = answer
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        absent = LocalServer("absent", "Absent", taken.getsockname()[1])
        async with asyncio.timeout(5):
            assert await find_local(client, [at(upstream), absent]) == []


def test_the_usual_ports() -> None:
    assert {server.name: server.port for server in LOCAL_SERVERS} == {
        "ollama": 11434,
        "llamacpp": 8080,
        "lmstudio": 1234,
        "vllm": 8000,
    }
