from __future__ import annotations

from typing import Any

import httpx
import pytest
from aiohttp import web

from chatroom.providers.catalog import Model, fetch_models, models_of
from chatroom.providers.dialects import DIALECTS
from chatroom.providers.errors import ProviderError
from chatroom.providers.known import KNOWN
from chatroom.providers.listings import LISTINGS
from chatroom.providers.provider import Provider
from tests.providers.conftest import Upstream

PROVIDER = Provider("p", "P", "openai-chat", "https://models.example.com/v1")
OPENROUTER = Provider("openrouter", "OpenRouter", "openai-chat", "https://openrouter.ai/api/v1")


async def read(document: Any, provider: Provider = PROVIDER) -> list[Model]:
    async def ask(url: str, body: Any = None) -> Any:
        assert (url, body) == (f"{provider.base_url}/models", None)
        return document

    return models_of(provider, await LISTINGS[provider.dialect](provider.base_url, ask))


async def openrouter(name: str = "x/y", **keys: Any) -> Model:
    entry = {"id": name, "supported_parameters": ["reasoning", "include_reasoning"], **keys}
    (model,) = await read({"data": [entry]}, OPENROUTER)
    return model


async def test_a_list_of_names_is_filled_up_with_what_names_tell() -> None:
    assert await read({"data": [{"id": "gpt-5-mini", "object": "model"}, {"id": "gpt-4.1"}, {"id": "brand-new"}]}) == [
        Model(
            "gpt-5-mini",
            "gpt-5-mini",
            "always",
            ("minimal", "low", "medium", "high"),
            takes_exclude=True,
            summarised=True,
        ),
        Model("gpt-4.1", "gpt-4.1", "none"),
        Model("brand-new", "brand-new", None, takes_exclude=True),
    ]


async def test_prices_lengths_and_names_are_read() -> None:
    entry = {
        "id": "a/b",
        "name": "A: B",
        "context_length": 200000,
        "pricing": {"prompt": "0.000001", "completion": "0.000005", "internal_reasoning": "0"},
    }
    (model,) = await read({"data": [entry]})
    assert (model.name, model.context_length, model.price_in, model.price_out) == ("A: B", 200000, 1e-06, 5e-06)


@pytest.mark.parametrize("key", ["context_length", "context_window", "max_context_length", "max_model_len"])
async def test_a_context_has_many_names(key: str) -> None:
    assert (await read({"data": [{"id": "a", key: 8192}]}))[0].context_length == 8192


async def test_a_price_that_depends_is_not_known() -> None:
    model = await openrouter(pricing={"prompt": "-1", "completion": "-1"})
    assert (model.price_in, model.price_out) == (None, None)


async def test_openrouter_says_what_a_model_can_do() -> None:
    facts = {"supported_efforts": ["high", "medium", "low", "minimal"], "mandatory": True, "supports_max_tokens": False}
    model = await openrouter(reasoning=facts)
    assert (model.reasoning, model.efforts, model.takes_budget) == (
        "always",
        ("minimal", "low", "medium", "high"),
        False,
    )
    facts = {"supported_efforts": ["max", "high"], "mandatory": False, "supports_max_tokens": True}
    model = await openrouter(reasoning=facts)
    assert (model.reasoning, model.efforts, model.takes_budget) == ("optional", ("none", "high", "max"), True)
    assert model.takes_exclude


async def test_a_model_that_always_thinks_is_not_told_not_to() -> None:
    model = await openrouter(reasoning={"supported_efforts": ["none", "low"], "mandatory": True})
    assert model.efforts == ("low",)


async def test_a_list_that_contradicts_a_name_is_believed_in_all() -> None:
    model = await openrouter("deepseek/deepseek-r1", reasoning={"mandatory": False})
    assert (model.reasoning, model.efforts) == ("optional", ("none", "low", "medium", "high"))


async def test_no_summary_is_asked_of_a_model_that_may_not_think() -> None:
    responses = Provider("openai", "OpenAI", "openai-responses", "https://api.openai.com/v1")
    known, unknown = await read({"data": [{"id": "gpt-5"}, {"id": "brand-new"}]}, responses)
    assert known.summaries[0] == "auto"
    assert unknown.summaries == ()


async def test_openrouter_makes_budgets_of_efforts_where_it_names_none() -> None:
    facts = {"supported_efforts": None, "mandatory": False, "supports_max_tokens": True}
    model = await openrouter("anthropic/claude-haiku-4.5", reasoning=facts)
    assert (model.reasoning, model.efforts, model.takes_budget) == ("optional", ("none", "low", "medium", "high"), True)


async def test_openrouter_says_what_a_model_cannot_do() -> None:
    model = await openrouter("openai/gpt-5", supported_parameters=["tools", "max_tokens"])
    assert (model.reasoning, model.efforts, model.takes_budget, model.takes_exclude) == ("none", (), False, False)
    model = await openrouter(supported_parameters=["include_reasoning"])
    assert (model.reasoning, model.efforts) == ("optional", ())


async def test_where_openrouter_says_only_that_a_model_reasons_its_name_says_more() -> None:
    assert (await openrouter("deepseek/deepseek-r1:free")).reasoning == "always"
    assert (await openrouter("meta-llama/llama-4-scout")).reasoning == "optional"  # the name's fact is out of date
    assert (await openrouter("new/model")).reasoning == "optional"


async def test_what_the_wire_has_no_word_for_is_not_offered() -> None:
    at_moonshot = Provider("moonshot", "Moonshot", "openai-chat", "https://api.moonshot.ai/v1")
    switch, budget = await read({"data": [{"id": "kimi-k2.5"}, {"id": "qwen3-32b"}]}, at_moonshot)
    assert (switch.efforts, switch.takes_exclude) == (("none",), False)
    assert not budget.takes_budget
    at_qwen = Provider("qwen", "Qwen", "openai-chat", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1")
    assert (await read({"data": [{"id": "qwen3-32b"}]}, at_qwen))[0].takes_budget


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
async def test_what_one_cannot_chat_with_is_left_out(entry: Any) -> None:
    assert [model.id for model in await read({"data": [entry, {"id": "chat"}]})] == ["chat"]


async def test_a_list_may_be_bare_or_null() -> None:
    assert [model.id for model in await read([{"id": "b"}, {"id": "a"}])] == ["b", "a"]  # Together
    assert await read({"object": "list", "data": None}) == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"3", b'{"data": 3}', b'{"models": []}'])
async def test_something_else_is_no_list(body: bytes, upstream: Upstream, client: httpx.AsyncClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body)

    upstream.answer = answer
    with pytest.raises(ProviderError) as caught:
        await fetch_models(upstream.provider(), client)
    assert caught.value.kind == "malformed"


async def test_the_list_is_asked_for_with_the_key(upstream: Upstream, client: httpx.AsyncClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        assert (request.method, request.path) == ("GET", "/v1/models")
        return web.json_response({"data": [{"id": "a"}]})

    upstream.answer = answer
    assert [model.id for model in await fetch_models(upstream.provider(api_key="secret"), client)] == ["a"]
    assert upstream.headers[0]["authorization"] == "Bearer secret"


async def test_a_model_is_listed_once_in_the_order_of_names(upstream: Upstream, client: httpx.AsyncClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response({"data": [{"id": "b"}, {"id": "a"}, {"id": "b"}]})

    upstream.answer = answer
    assert [model.id for model in await fetch_models(upstream.provider(), client)] == ["a", "b"]


async def test_a_refusal_that_quotes_the_key_is_not_passed_on(upstream: Upstream, client: httpx.AsyncClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response({"error": {"message": "no such key as k-hush for this list"}}, status=404)

    upstream.answer = answer
    with pytest.raises(ProviderError) as caught:
        await fetch_models(upstream.provider(api_key="k-hush"), client)
    assert "k-hush" not in caught.value.message


async def test_a_key_that_no_header_takes_is_a_provider_error(upstream: Upstream, client: httpx.AsyncClient) -> None:
    with pytest.raises(ProviderError):
        await fetch_models(upstream.provider(api_key="schlüssel\n"), client)


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


def test_known_providers_can_be_asked() -> None:
    assert len({known.name for known in KNOWN}) == len({known.key_variable for known in KNOWN}) == len(KNOWN)
    for known in KNOWN:
        assert known.dialect in DIALECTS
        assert known.base_url.startswith("https://")
        assert not known.base_url.endswith("/")
        assert known.key_variable.endswith("_API_KEY")
