from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from aiohttp import web

from chatroom.providers.catalog import Model, fetch_models, read_models
from chatroom.providers.dialects import DIALECTS
from chatroom.providers.errors import ProviderError
from chatroom.providers.known import KNOWN
from chatroom.providers.model_names import thinking_of
from chatroom.providers.provider import Provider
from tests.providers.conftest import Upstream

PROVIDER = Provider("p", "P", "openai-chat", "https://models.example.com/v1")


def listed(*entries: Any) -> list[Model]:
    return read_models(PROVIDER, json.dumps({"object": "list", "data": entries}).encode())


def openrouter(name: str = "x/y", **keys: Any) -> Model:
    entry = {"id": name, "supported_parameters": ["reasoning", "include_reasoning"], **keys}
    (model,) = listed(entry)
    return model


def test_a_list_of_names_is_filled_up_with_what_names_tell() -> None:
    assert listed({"id": "gpt-5-mini", "object": "model"}, {"id": "brand-new"}) == [
        Model("brand-new", "brand-new"),
        Model("gpt-5-mini", "gpt-5-mini", "always", ("minimal", "low", "medium", "high")),
    ]


def test_prices_lengths_and_names_are_read() -> None:
    (model,) = listed(
        {
            "id": "a/b",
            "name": "A: B",
            "context_length": 200000,
            "pricing": {"prompt": "0.000001", "completion": "0.000005", "internal_reasoning": "0"},
        }
    )
    assert (model.name, model.context_length, model.price_in, model.price_out) == ("A: B", 200000, 1e-06, 5e-06)


@pytest.mark.parametrize("key", ["context_length", "context_window", "max_context_length", "max_model_len"])
def test_a_context_has_many_names(key: str) -> None:
    assert listed({"id": "a", key: 8192})[0].context_length == 8192


def test_a_price_that_depends_is_not_known() -> None:
    model = openrouter(pricing={"prompt": "-1", "completion": "-1"})
    assert (model.price_in, model.price_out) == (None, None)


def test_openrouter_says_what_a_model_can_do() -> None:
    facts = {"supported_efforts": ["high", "medium", "low", "minimal"], "mandatory": True, "supports_max_tokens": False}
    model = openrouter(reasoning=facts)
    assert (model.reasoning, model.efforts) == ("always", ("minimal", "low", "medium", "high"))
    model = openrouter(reasoning={"supported_efforts": None, "mandatory": False, "supports_max_tokens": True})
    assert (model.reasoning, model.efforts, model.takes_budget) == ("optional", ("none", "low", "medium", "high"), True)


def test_openrouter_says_what_a_model_cannot_do() -> None:
    model = openrouter("openai/gpt-5", supported_parameters=["tools", "max_tokens"])
    assert (model.reasoning, model.efforts, model.takes_budget) == ("none", (), False)


def test_where_openrouter_says_only_that_a_model_reasons_its_name_says_more() -> None:
    assert openrouter("deepseek/deepseek-r1:free").reasoning == "always"
    assert openrouter("new/model").reasoning == "optional"


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "text-embedding-3-small"},
        {"id": "whisper-large-v3"},
        {"id": "gpt-image-1"},
        {"id": "a", "type": "embedding"},
        {"id": "a", "capabilities": {"completion_chat": False}},
        {"id": "a", "architecture": {"output_modalities": ["image"]}},
        {"id": ""},
        {"name": "no id"},
        "no object",
    ],
)
def test_what_one_cannot_chat_with_is_left_out(entry: Any) -> None:
    assert listed(entry, {"id": "chat"}) == [Model("chat", "chat")]


def test_a_list_may_be_bare_or_null() -> None:
    assert [model.id for model in read_models(PROVIDER, b'[{"id": "b"}, {"id": "a"}]')] == ["a", "b"]  # Together
    assert read_models(PROVIDER, b'{"object": "list", "data": null}') == []  # Ollama without a model


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"3", b'{"data": 3}', b'{"models": []}'])
def test_something_else_is_no_list(body: bytes) -> None:
    with pytest.raises(ProviderError) as caught:
        read_models(PROVIDER, body)
    assert caught.value.kind == "malformed"


async def test_the_list_is_asked_for_with_the_key(upstream: Upstream, client: httpx.AsyncClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        assert (request.method, request.path) == ("GET", "/v1/models")
        return web.json_response({"data": [{"id": "a"}]})

    upstream.answer = answer
    assert [model.id for model in await fetch_models(upstream.provider(api_key="secret"), client)] == ["a"]
    assert upstream.headers[0]["authorization"] == "Bearer secret"


async def test_models_that_are_configured_are_not_asked_for(upstream: Upstream, client: httpx.AsyncClient) -> None:
    models = await fetch_models(upstream.provider(models=("qwq-32b", "a")), client)
    assert [(model.id, model.reasoning) for model in models] == [("qwq-32b", "always"), ("a", None)]
    assert upstream.requests == []


async def test_a_refusal_and_an_absence_are_provider_errors(upstream: Upstream, client: httpx.AsyncClient) -> None:
    with pytest.raises(ProviderError) as refused:
        await fetch_models(upstream.provider(), client)
    assert (refused.value.kind, refused.value.status) == ("rejected", 404)
    with pytest.raises(ProviderError) as absent:
        await fetch_models(upstream.provider(base_url="http://127.0.0.1:1/v1"), client)
    assert absent.value.kind == "unreachable"


@pytest.mark.parametrize(
    ("name", "reasoning", "efforts"),
    [
        ("openai/gpt-oss-120b", "always", "low medium high"),
        ("gpt-oss:20b", "always", "low medium high"),
        ("gpt-5", "always", "minimal low medium high"),
        ("gpt-5-nano-2025-08-07", "always", "minimal low medium high"),
        ("gpt-5.1", "optional", "none low medium high"),
        ("gpt-5.4-mini", "optional", "none low medium high xhigh"),
        ("gpt-5-chat-latest", "none", ""),
        ("gpt-5.1-codex", "always", "low medium high"),
        ("gpt-4o-mini", "none", ""),
        ("gpt-4.1", "none", ""),
        ("o3", "always", "low medium high"),
        ("o4-mini-2025-04-16", "always", "low medium high"),
        ("o1-mini", "always", ""),
        ("deepseek-reasoner", "always", ""),
        ("deepseek-chat", "none", ""),
        ("deepseek-ai/DeepSeek-R1", "always", ""),
        ("deepseek-r1:14b", "always", ""),
        ("deepseek/deepseek-r1-0528:free", "always", ""),
        ("DeepSeek-V3.1", "optional", ""),
        ("deepseek-v4-pro", "optional", "none low high max"),
        ("qwen/qwen3-32b", "optional", ""),
        ("Qwen/Qwen3-235B-A22B-Thinking-2507", "always", ""),
        ("Qwen/Qwen3-30B-A3B-Instruct-2507", "none", ""),
        ("qwen2.5:7b", "none", ""),
        ("qwq-32b", "always", ""),
        ("magistral-medium-2507", "always", ""),
        ("mistral-large-latest", "none", ""),
        ("grok-3-mini", "always", "low high"),
        ("grok-3", "none", ""),
        ("grok-4-fast-non-reasoning", "none", ""),
        ("grok-4", "always", ""),
        ("grok-code-fast-1", "always", ""),
        ("kimi-k2-thinking", "always", ""),
        ("moonshotai/kimi-k2.5", "optional", ""),
        ("kimi-k2-0905-preview", "none", ""),
        ("glm-4.7-flash", "optional", ""),
        ("sonar-reasoning-pro", "always", ""),
        ("sonar", "none", ""),
        ("llama-3.3-70b-versatile", "none", ""),
        ("phi-4-reasoning", "always", ""),
        ("proto1-7b", None, ""),
        ("brand-new", None, ""),
    ],
)
def test_names_of_families_tell_how_they_think(name: str, reasoning: str | None, efforts: str) -> None:
    thinking = thinking_of(name)
    assert (thinking.reasoning, thinking.efforts) == (reasoning, tuple(efforts.split()))


def test_known_providers_can_be_asked() -> None:
    assert len({known.name for known in KNOWN}) == len({known.key_variable for known in KNOWN}) == len(KNOWN)
    for known in KNOWN:
        assert known.dialect in DIALECTS
        assert known.base_url.startswith("https://")
        assert not known.base_url.endswith("/")
        assert known.key_variable.endswith("_API_KEY")
