from __future__ import annotations

from typing import Any

import httpx
import pytest

from chatroom.providers.dialects import DIALECTS
from chatroom.providers.dialects.base import Knobs
from chatroom.providers.provider import Provider
from chatroom.providers.request import ChatMessage, ChatRequest, ReasoningSettings
from tests.providers.reading import parts_of

OLLAMA = DIALECTS["ollama"]
HOST = "http://localhost:11434"


def body(*messages: ChatMessage, model: str = "m", **keys: Any) -> dict[str, Any]:
    request = ChatRequest(model, messages or (ChatMessage("user", "Hi."),), **keys)
    return OLLAMA.encode(request, base_url=HOST, api_key=None).json


def think(model: str, **settings: Any) -> Any:
    return body(model=model, reasoning=ReasoningSettings(**settings)).get("think", "left out")


def test_a_request_is_what_ollama_documents() -> None:
    assert body(ChatMessage("system", "Be brief."), ChatMessage("user", "Hi."), max_tokens=9, stream=False) == {
        "model": "m",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi."}],
        "stream": False,
        "options": {"num_predict": 9},
    }


@pytest.mark.parametrize("base", [HOST, f"{HOST}/", f"{HOST}/api", f"{HOST}/v1", f"{HOST}/v1/"])
def test_any_address_of_the_server_will_do(base: str) -> None:
    path = OLLAMA.encode(ChatRequest("m", ()), base_url=base, api_key=None).path
    assert str(httpx.URL(Provider("o", "O", "ollama", base).url(path))) == f"{HOST}/api/chat"


def test_the_key_is_in_the_headers() -> None:
    assert OLLAMA.encode(ChatRequest("m", ()), base_url=HOST, api_key=None).headers == {}
    encoded = OLLAMA.encode(ChatRequest("m", ()), base_url="https://ollama.com", api_key="secret")
    assert encoded.headers == {"Authorization": "Bearer secret"}
    assert "secret" not in repr(encoded)


@pytest.mark.parametrize("model", ["qwen3:8b", "deepseek-r1:14b", "qwen3:30b-a3b-thinking-2507", "gemma4", "qwen3.5"])
def test_a_model_that_is_known_to_have_a_switch_is_asked_to_think(model: str) -> None:
    assert think(model) is True
    assert think(model, effort="minimal") is True
    assert think(model, max_tokens=2000) is True
    assert think(model, exclude=True) is True
    assert think(model, effort="none") is False
    assert think(model, enabled=False) is False


@pytest.mark.parametrize(
    "model",
    [
        "m",
        "hf.co/unsloth/GLM-4.7-Flash-GGUF:Q3_K_S",  # 400 to true: its template knows no switch
        "someone/qwen3-14b-reasoning:latest",
        "Qwen3-14B-128K-Q4_K_M:latest",
        "granite3.3:8b",
    ],
)
def test_a_model_nobody_vouches_for_is_told_only_what_was_asked(model: str) -> None:
    assert think(model) == "left out"
    assert think(model, effort="high") is True
    assert think(model, effort="none") is False


@pytest.mark.parametrize("model", ["qwq:32b", "phi4-reasoning", "openthinker", "hf.co/bartowski/QwQ-32B-GGUF"])
def test_a_model_that_always_thinks_need_not_be_told_to(model: str) -> None:
    assert think(model) == "left out"
    assert think(model, effort="high") == "left out"
    assert think(model, effort="none") is False  # which nobody refuses


@pytest.mark.parametrize("model", ["llama3.2:3b", "qwen3:30b-a3b-instruct-2507", "qwen3-coder:30b"])
def test_a_model_that_cannot_think_is_told_nothing(model: str) -> None:
    assert think(model) == "left out"
    assert think(model, effort="high") == "left out"
    assert think(model, enabled=False) == "left out"
    assert OLLAMA.knobs(model, HOST) == Knobs()


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({}, True),
        ({"enabled": True}, True),
        ({"max_tokens": 2000}, True),
        ({"effort": "none"}, "low"),  # it thinks all the same
        ({"enabled": False}, "low"),
        ({"effort": "minimal"}, "low"),
        ({"effort": "medium"}, "medium"),
        ({"effort": "max"}, "high"),
    ],
)
def test_gpt_oss_takes_levels(settings: dict[str, Any], word: object) -> None:
    assert think("gpt-oss:20b", **settings) == word
    assert think("hf.co/ggml-org/gpt-oss-20b-GGUF", **settings) == word


def test_the_page_offers_what_has_a_word() -> None:
    assert OLLAMA.knobs("gpt-oss:120b", HOST) == Knobs(("low", "medium", "high"))
    assert OLLAMA.knobs("qwen3:8b", HOST) == Knobs(("none",))
    assert OLLAMA.knobs("m", HOST) == Knobs(("none",))


def test_thought_goes_back_beside_the_answer_it_led_to() -> None:
    reply = ChatMessage("assistant", "Hi.", parts_of(("reasoning", "Hm."), ("content", "Hi.")))
    assert body(reply)["messages"] == [{"role": "assistant", "content": "Hi.", "thinking": "Hm."}]


@pytest.mark.parametrize(
    "parts",
    [
        parts_of(),
        parts_of(("reasoning", ""), ("content", "Hi.")),
        parts_of(("reasoning", "Weather?"), ("tool", "weather"), ("content", "Hi.")),
        parts_of(("content", "Hi."), ("reasoning", "Broken off")),
    ],
)
def test_thought_that_led_to_no_answer_stays(parts: Any) -> None:
    assert body(ChatMessage("assistant", "Hi.", parts))["messages"] == [{"role": "assistant", "content": "Hi."}]


def test_a_reply_that_says_nothing_is_dropped() -> None:
    silent = ChatMessage("assistant", "", parts_of(("reasoning", "Hm.")))
    assert [one["role"] for one in body(ChatMessage("user", "Hi."), silent)["messages"]] == ["user"]
