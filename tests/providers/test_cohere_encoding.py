from __future__ import annotations

from typing import Any

import pytest

from chatroom.providers.dialects import DIALECTS
from chatroom.providers.dialects.base import Knobs
from chatroom.providers.provider import Provider
from chatroom.providers.request import ChatMessage, ChatRequest, ReasoningSettings
from tests.providers.reading import parts_of

COHERE = DIALECTS["cohere"]
HOST = "https://api.cohere.com"
REASONING = "command-a-reasoning-08-2025"


def body(*messages: ChatMessage, model: str = REASONING, **keys: Any) -> dict[str, Any]:
    request = ChatRequest(model, messages or (ChatMessage("user", "Hi."),), **keys)
    return COHERE.encode(request, base_url=HOST, api_key="secret").json


def thinking(model: str = REASONING, **settings: Any) -> Any:
    return body(model=model, reasoning=ReasoningSettings(**settings)).get("thinking")


def test_a_request_is_what_cohere_documents() -> None:
    assert body(ChatMessage("system", "Be brief."), ChatMessage("user", "Hi."), max_tokens=9) == {
        "model": REASONING,
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi."}],
        "stream": True,
        "max_tokens": 9,
    }


@pytest.mark.parametrize("base", [HOST, f"{HOST}/", f"{HOST}/v2", f"{HOST}/v2/"])
def test_the_address_may_have_the_version_or_not(base: str) -> None:
    encoded = COHERE.encode(ChatRequest("m", ()), base_url=base, api_key="secret")
    assert Provider("c", "C", "cohere", base).url(encoded.path) == f"{HOST}/v2/chat"
    assert encoded.headers == {"Authorization": "Bearer secret"}


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({}, None),  # it thinks unasked
        ({"exclude": True}, None),
        ({"effort": "none"}, {"type": "disabled"}),
        ({"enabled": False, "max_tokens": 500}, {"type": "disabled"}),
        ({"effort": "low"}, {"type": "enabled"}),
        ({"enabled": True}, {"type": "enabled"}),
        ({"effort": "low", "max_tokens": 500}, {"type": "enabled", "token_budget": 500}),
    ],
)
def test_thinking_is_on_or_off_or_has_a_budget(settings: dict[str, Any], word: object) -> None:
    assert thinking(**settings) == word
    assert thinking("command-a-plus-05-2026", **settings) == word


@pytest.mark.parametrize(
    "model", ["command-a-03-2025", "command-r7b-12-2024", "command-r-plus", "c4ai-aya-expanse-32b"]
)
def test_a_model_that_cannot_think_is_not_told_to(model: str) -> None:
    assert thinking(model, effort="high") is None
    assert COHERE.knobs(model, HOST) == Knobs()


def test_the_page_offers_what_has_a_word() -> None:
    assert COHERE.knobs(REASONING, HOST) == Knobs(("none",), budget=True)


def test_a_reply_goes_back_in_the_blocks_it_came_in() -> None:
    parts = parts_of(("reasoning", "Hm."), ("content", "Hi."), ("reasoning", "And?"), ("content", " Ho."))
    assert body(ChatMessage("assistant", "Hi. Ho.", parts))["messages"][0]["content"] == [
        {"type": "thinking", "thinking": "Hm."},
        {"type": "text", "text": "Hi."},
        {"type": "thinking", "thinking": "And?"},
        {"type": "text", "text": " Ho."},
    ]


def test_calls_that_got_no_result_stay_with_the_plan_that_led_to_them() -> None:
    parts = parts_of(("reasoning", "Weather?"), ("tool", "weather"), ("content", "Hi."), ("reasoning", "Broken off"))
    assert body(ChatMessage("assistant", "Hi.", parts))["messages"][0]["content"] == [{"type": "text", "text": "Hi."}]


def test_a_reply_that_says_nothing_is_dropped() -> None:
    silent = ChatMessage("assistant", "", parts_of(("reasoning", "Hm."), ("tool", "weather")))
    assert [one["role"] for one in body(ChatMessage("user", "Hi."), silent)["messages"]] == ["user"]
