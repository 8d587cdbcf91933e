from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chatroom.providers.dialects import DIALECTS
from chatroom.providers.events import Provenance
from chatroom.providers.known import KNOWN
from chatroom.providers.parts import Part, PartHead, PartKind
from chatroom.providers.request import EFFORTS, ChatMessage, ChatRequest, ReasoningSettings

OPENROUTER = "https://openrouter.ai/api/v1"
DEEPSEEK = "https://api.deepseek.com"
UNKNOWN = "https://models.example.com/v1"
OLLAMA = "http://127.0.0.1:11434/v1"
LLAMA_CPP = "http://localhost:8080/v1"
VLLM = "http://10.0.0.7:8000/v1"

PLAIN = {"model", "messages", "stream", "stream_options", "usage"}


def body(base_url: str, *messages: ChatMessage, model: str = "m", **keys: Any) -> dict[str, Any]:
    request = ChatRequest(model, messages or (ChatMessage("user", "Hi."),), **keys)
    return DIALECTS["openai-chat"].encode(request, base_url=base_url, api_key=None).json


def knobs(base_url: str, model: str = "m", **settings: Any) -> dict[str, Any]:
    encoded = body(base_url, model=model, reasoning=ReasoningSettings(**settings))
    return {key: value for key, value in encoded.items() if key not in PLAIN}


def test_a_request_is_what_openai_documents() -> None:
    assert body(UNKNOWN, ChatMessage("system", "Be brief."), ChatMessage("user", "Hi."), max_tokens=9) == {
        "model": "m",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi."}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 9,
    }


def test_the_key_is_in_the_headers_and_shown_nowhere() -> None:
    dialect = DIALECTS["openai-chat"]
    encoded = dialect.encode(ChatRequest("m", ()), base_url=UNKNOWN, api_key="secret")
    assert (encoded.path, encoded.headers) == ("/chat/completions", {"Authorization": "Bearer secret"})
    assert "secret" not in repr(encoded)
    assert dialect.encode(ChatRequest("m", ()), base_url=UNKNOWN, api_key=None).headers == {}


def test_usage_is_asked_for_in_the_words_of_the_host() -> None:
    assert body(OPENROUTER)["usage"] == {"include": True}
    assert "stream_options" not in body(OPENROUTER)
    assert "stream_options" not in body(UNKNOWN, stream=False)
    assert not {"usage", "stream_options"} & body("https://api.mistral.ai/v1").keys()


def test_openai_calls_the_bound_by_another_name() -> None:
    encoded = body("https://api.openai.com/v1", max_tokens=9)
    assert encoded["max_completion_tokens"] == 9
    assert "max_tokens" not in encoded


@pytest.mark.parametrize("base_url", [known.base_url for known in KNOWN] + [UNKNOWN, OLLAMA, LLAMA_CPP, VLLM])
def test_default_settings_say_nothing(base_url: str) -> None:
    assert knobs(base_url) == {}


@pytest.mark.parametrize(
    ("base_url", "settings", "expected"),
    [
        (OPENROUTER, {"effort": "high"}, {"reasoning": {"effort": "high"}}),
        (OPENROUTER, {"effort": "none"}, {"reasoning": {"effort": "none"}}),
        (OPENROUTER, {"max_tokens": 2000}, {"reasoning": {"max_tokens": 2000}}),
        (OPENROUTER, {"effort": "high", "max_tokens": 2000}, {"reasoning": {"max_tokens": 2000}}),
        (OPENROUTER, {"exclude": True}, {"reasoning": {"exclude": True}}),
        (OPENROUTER, {"enabled": False}, {"reasoning": {"enabled": False}}),
        (OPENROUTER, {"effort": "low", "exclude": True}, {"reasoning": {"effort": "low", "exclude": True}}),
        (UNKNOWN, {"effort": "xhigh"}, {"reasoning_effort": "xhigh"}),
        (UNKNOWN, {"max_tokens": 2000}, {"reasoning": {"max_tokens": 2000}}),
        (UNKNOWN, {"effort": "high", "max_tokens": 2000}, {"reasoning": {"max_tokens": 2000}}),
        (UNKNOWN, {"exclude": True}, {"reasoning": {"exclude": True}}),
        (UNKNOWN, {"enabled": True}, {"reasoning": {"enabled": True}}),
        (UNKNOWN, {"effort": "low", "exclude": True}, {"reasoning_effort": "low", "reasoning": {"exclude": True}}),
        ("https://api.openai.com/v1", {"effort": "max"}, {"reasoning_effort": "xhigh"}),
        ("https://api.openai.com/v1", {"max_tokens": 2000, "exclude": True}, {}),
        ("https://x.openai.azure.com/openai/v1", {"effort": "minimal"}, {"reasoning_effort": "minimal"}),
        (DEEPSEEK, {"effort": "none"}, {"thinking": {"type": "disabled"}}),
        (DEEPSEEK, {"enabled": False}, {"thinking": {"type": "disabled"}}),
        (DEEPSEEK, {"effort": "minimal"}, {"thinking": {"type": "enabled"}, "reasoning_effort": "low"}),
        (DEEPSEEK, {"effort": "medium"}, {"thinking": {"type": "enabled"}, "reasoning_effort": "high"}),
        (DEEPSEEK, {"effort": "xhigh"}, {"thinking": {"type": "enabled"}, "reasoning_effort": "max"}),
        (DEEPSEEK, {"max_tokens": 2000}, {"thinking": {"type": "enabled"}}),
        ("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", {"effort": "none"}, {"enable_thinking": False}),
        (
            "https://dashscope.aliyuncs.com/compatible-mode/v1",
            {"max_tokens": 2000},
            {"enable_thinking": True, "thinking_budget": 2000},
        ),
        (
            "https://api.z.ai/api/paas/v4",
            {"effort": "high"},
            {"thinking": {"type": "enabled"}, "reasoning_effort": "high"},
        ),
        ("https://api.moonshot.ai/v1", {"enabled": False}, {"thinking": {"type": "disabled"}}),
        ("https://api.x.ai/v1", {"effort": "max"}, {"reasoning_effort": "high"}),
        ("https://api.mistral.ai/v1", {"effort": "minimal"}, {"reasoning_effort": "none"}),
        ("https://api.mistral.ai/v1", {"effort": "low"}, {"reasoning_effort": "high"}),
        (OLLAMA, {"effort": "none"}, {"reasoning_effort": "none"}),
        (LLAMA_CPP, {"effort": "none"}, {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}),
        (
            VLLM,
            {"effort": "xhigh"},
            {"chat_template_kwargs": {"enable_thinking": True, "thinking": True}, "reasoning_effort": "high"},
        ),
        ("http://127.0.0.1:9999/v1", {"effort": "high"}, {"reasoning_effort": "high"}),
        ("https://models.example.com:8000/v1", {"effort": "max"}, {"reasoning_effort": "max"}),
        ("https://notopenrouter.ai/v1", {"effort": "high"}, {"reasoning_effort": "high"}),
    ],
)
def test_each_host_is_asked_in_its_own_words(base_url: str, settings: dict[str, Any], expected: dict[str, Any]) -> None:
    assert knobs(base_url, **settings) == expected


def test_groq_is_asked_according_to_the_model() -> None:
    groq = "https://api.groq.com/openai/v1"
    assert knobs(groq, "openai/gpt-oss-120b", effort="xhigh") == {"reasoning_effort": "high"}
    assert knobs(groq, "openai/gpt-oss-120b", exclude=True) == {"include_reasoning": False}
    assert knobs(groq, "qwen/qwen3-32b", effort="none") == {"reasoning_format": "parsed", "reasoning_effort": "none"}
    assert knobs(groq, "qwen/qwen3-32b", exclude=True) == {"reasoning_format": "hidden"}


@pytest.mark.parametrize("base_url", [known.base_url for known in KNOWN] + [UNKNOWN, OLLAMA, LLAMA_CPP, VLLM])
@pytest.mark.parametrize("effort", EFFORTS)
def test_an_effort_and_a_budget_never_go_out_together(base_url: str, effort: str) -> None:
    encoded = knobs(base_url, effort=effort, max_tokens=2000)
    assert "reasoning_effort" not in encoded or encoded["reasoning_effort"] == "none"
    assert "effort" not in encoded.get("reasoning", {})


SIGNED = {"type": "reasoning.text", "text": "Hm.", "signature": "c2ln", "index": 0}


def said(*opaque: dict[str, Any], reasoning: str = "Hm.") -> ChatMessage:
    thought = Part(PartHead(0, PartKind.REASONING, Provenance.RAW), reasoning, list(opaque))
    return ChatMessage("assistant", "Hi.", (thought, Part(PartHead(1, PartKind.CONTENT), "Hi.")))


THOUGHT = said()
SIGNED_THOUGHT = said(SIGNED)
HI = {"role": "assistant", "content": "Hi."}


@pytest.mark.parametrize(
    ("base_url", "message", "expected"),
    [
        (OPENROUTER, SIGNED_THOUGHT, HI | {"reasoning_details": [SIGNED]}),
        (OPENROUTER, THOUGHT, HI | {"reasoning": "Hm."}),
        (UNKNOWN, SIGNED_THOUGHT, HI | {"reasoning_details": [SIGNED]}),
        (UNKNOWN, THOUGHT, HI),
        (DEEPSEEK, THOUGHT, HI | {"reasoning_content": "Hm."}),
        (DEEPSEEK, ChatMessage("assistant", "Hi."), HI),
        ("https://api.x.ai/v1", THOUGHT, HI | {"reasoning_content": "Hm."}),
        ("https://api.z.ai/api/paas/v4", THOUGHT, HI | {"reasoning_content": "Hm."}),
        (LLAMA_CPP, THOUGHT, HI | {"reasoning_content": "Hm."}),
        (OLLAMA, THOUGHT, HI | {"reasoning": "Hm."}),
        ("https://api.openai.com/v1", THOUGHT, HI),
        (
            "https://api.mistral.ai/v1",
            THOUGHT,
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
                    {"type": "text", "text": "Hi."},
                ],
            },
        ),
        ("https://api.mistral.ai/v1", ChatMessage("assistant", "Hi."), HI),
        (
            "https://generativelanguage.googleapis.com/v1beta/openai",
            said({"extra_content": {"google": {}}}, reasoning=""),
            HI | {"extra_content": {"google": {}}},
        ),
        (OPENROUTER, replace(SIGNED_THOUGHT, role="user"), {"role": "user", "content": "Hi."}),
    ],
)
def test_reasoning_goes_back_the_way_the_host_takes_it(
    base_url: str, message: ChatMessage, expected: dict[str, Any]
) -> None:
    assert body(base_url, message)["messages"] == [expected]


def test_the_thought_that_led_to_a_call_stays_with_it() -> None:
    first, sealed = {"type": "reasoning.encrypted", "data": "a"}, {"type": "reasoning.encrypted", "data": "b"}
    parts = (
        Part(PartHead(0, PartKind.REASONING, Provenance.RAW), "Hm.", [first]),
        Part(PartHead(1, PartKind.CONTENT), "Hi."),
        Part(PartHead(2, PartKind.REASONING, Provenance.ENCRYPTED), "", [sealed]),
        Part(PartHead(3, PartKind.TOOL, name="weather"), "{}"),
    )
    assert body(OPENROUTER, ChatMessage("assistant", "Hi.", parts))["messages"] == [HI | {"reasoning_details": [first]}]
