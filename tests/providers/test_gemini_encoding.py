from __future__ import annotations

from typing import Any

import httpx
import pytest

from chatroom.providers.dialects import DIALECTS
from chatroom.providers.dialects.base import Knobs
from chatroom.providers.parts import Part
from chatroom.providers.provider import Provider
from chatroom.providers.request import ChatMessage, ChatRequest, ReasoningSettings
from tests.providers.reading import compact, parts_of, read_in

GEMINI = DIALECTS["gemini"]
GOOGLE = "https://generativelanguage.googleapis.com"
VERTEX = "https://europe-west1-aiplatform.googleapis.com"
PROJECT = "/v1/projects/p/locations/europe-west1"


def body(*messages: ChatMessage, model: str = "gemini-2.0-flash", **keys: Any) -> dict[str, Any]:
    request = ChatRequest(model, messages or (ChatMessage("user", "Hi."),), **keys)
    return GEMINI.encode(request, base_url=f"{GOOGLE}/v1beta", api_key="secret").json


def thinking(model: str, **settings: Any) -> Any:
    config = body(model=model, reasoning=ReasoningSettings(**settings)).get("generationConfig", {})
    return config.get("thinkingConfig")


def url(base_url: str, model: str, stream: bool = True) -> str:
    encoded = GEMINI.encode(ChatRequest(model, (), stream=stream), base_url=base_url, api_key="secret")
    return str(httpx.URL(Provider("g", "G", "gemini", base_url).url(encoded.path)))


def test_a_request_is_what_google_documents() -> None:
    messages = (ChatMessage("system", "Be brief."), ChatMessage("user", "Hi."), ChatMessage("assistant", "Hello."))
    assert body(*messages, ChatMessage("user", "Go on."), max_tokens=9) == {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Hi."}]},
            {"role": "model", "parts": [{"text": "Hello."}]},
            {"role": "user", "parts": [{"text": "Go on."}]},
        ],
        "generationConfig": {"maxOutputTokens": 9},
    }


def test_the_key_is_in_a_header_and_not_in_the_address() -> None:
    encoded = GEMINI.encode(ChatRequest("m", ()), base_url=GOOGLE, api_key="secret")
    assert encoded.headers == {"x-goog-api-key": "secret"}
    assert "secret" not in encoded.path + repr(encoded)
    assert GEMINI.headers(None) == {}


@pytest.mark.parametrize(
    ("base", "below"),
    [
        (GOOGLE, f"{GOOGLE}/v1beta"),
        (f"{GOOGLE}/", f"{GOOGLE}/v1beta"),
        (f"{GOOGLE}/v1beta", f"{GOOGLE}/v1beta"),
        (f"{GOOGLE}/v1/", f"{GOOGLE}/v1"),
        ("http://localhost:4000/gemini", "http://localhost:4000/gemini/v1beta"),
        ("https://a.gateway/v1/account/google-ai-studio", "https://a.gateway/v1/account/google-ai-studio/v1beta"),
        ("https://a.proxy/p/publishers/google", "https://a.proxy/p/publishers/google"),
        (f"{VERTEX}{PROJECT}/publishers/google", f"{VERTEX}{PROJECT}/publishers/google"),
        (f"{VERTEX}{PROJECT}/", f"{VERTEX}{PROJECT}/publishers/google"),
        ("https://aiplatform.googleapis.com", "https://aiplatform.googleapis.com/v1/publishers/google"),
        ("https://aiplatform.googleapis.com/v1beta1", "https://aiplatform.googleapis.com/v1beta1/publishers/google"),
    ],
)
def test_the_address_may_lack_what_follows_from_the_rest(base: str, below: str) -> None:
    assert url(base, "m") == f"{below}/models/m:streamGenerateContent?alt=sse"


def test_the_query_of_the_base_url_stays() -> None:
    assert url(f"{GOOGLE}/v1beta?a=b", "m") == f"{GOOGLE}/v1beta/models/m:streamGenerateContent?a=b&alt=sse"
    assert url(f"{GOOGLE}/v1beta?a=b", "m", stream=False) == f"{GOOGLE}/v1beta/models/m:generateContent?a=b"


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("gemini-3-pro", "/models/gemini-3-pro"),
        ("models/gemini-3-pro", "/models/gemini-3-pro"),
        ("tunedModels/mine-1", "/tunedModels/mine-1"),
        ("a b?c#d", "/models/a%20b%3Fc%23d"),
    ],
)
def test_a_model_may_be_named_with_or_without_its_folder(model: str, path: str) -> None:
    assert url(f"{GOOGLE}/v1beta", model, stream=False) == f"{GOOGLE}/v1beta{path}:generateContent"


def test_turns_of_one_role_are_one_and_empty_ones_are_none() -> None:
    said = [("user", "A"), ("assistant", ""), ("user", "B"), ("assistant", "C"), ("assistant", "D"), ("user", "")]
    assert body(*(ChatMessage(role, content) for role, content in said))["contents"] == [  # type: ignore[arg-type]
        {"role": "user", "parts": [{"text": "A"}, {"text": "B"}]},
        {"role": "model", "parts": [{"text": "C"}, {"text": "D"}]},
    ]


def test_a_model_without_a_system_role_is_told_by_the_user() -> None:
    messages = (ChatMessage("system", "Be brief."), ChatMessage("user", "Hi."))
    assert body(*messages, model="gemma-3-27b-it") == {
        "contents": [{"role": "user", "parts": [{"text": "Be brief."}, {"text": "Hi."}]}]
    }
    assert "systemInstruction" in body(*messages, model="gemma-4-31b-it")


# What a model said, chunk by chunk, and what goes back of it.
A, B = {"text": "Hi "}, {"text": "there."}
HM = {"text": "Hm.", "thought": True}
CALL = {"functionCall": {"name": "weather", "args": {}}, "thoughtSignature": "c"}
WAYS_BACK: dict[str, tuple[list[Any], list[Any]]] = {
    "an answer is one part": ([A, B], [{"text": "Hi there."}]),
    "an unsigned thought stays": ([HM, A], [A]),
    "a signed piece between two others": (
        [A, {"text": "é😀", "thoughtSignature": "s"}, B, A],
        [A, {"text": "é😀", "thoughtSignature": "s"}, {"text": "there.Hi "}],
    ),
    "a signature at the end": (
        [HM, A, {"text": "", "thoughtSignature": "s"}],
        [A, {"text": "", "thoughtSignature": "s"}],
    ),
    "a signature before the answer": (
        [{"text": "", "thoughtSignature": "s"}, A],
        [{"text": "", "thoughtSignature": "s"}, A],
    ),
    "a signed thought": (
        [HM, HM | {"thoughtSignature": "s"}, A],
        [HM | {"thoughtSignature": "s"}, A],
    ),
    "a signature after a thought": (
        [HM, {"text": "", "thought": True, "thoughtSignature": "s"}, A],
        [{"text": "", "thought": True, "thoughtSignature": "s"}, A],
    ),
    "a call that got no result, with the thought that led to it": (
        [A | {"thoughtSignature": "s"}, HM | {"thoughtSignature": "t"}, CALL, {"text": "", "thoughtSignature": "u"}],
        [A | {"thoughtSignature": "s"}],
    ),
    "an answer after such a call": ([HM | {"thoughtSignature": "s"}, CALL, A], [A]),
    "what the provider's own tools did": (
        [A, {"toolCall": {"id": "a"}, "thoughtSignature": "s"}, {"toolResponse": {"id": "a"}}, B],
        [A, B],
    ),
    "a thought that broke off": ([A, HM | {"thoughtSignature": "s"}], [A]),
}


def said(parts: list[Any]) -> tuple[Part, ...]:
    chunks = [{"candidates": [{"content": {"parts": [part]}, "finishReason": "STOP"}]} for part in parts]
    return tuple(read_in("gemini", [f"data: {compact(one)}\r\n\r\n".encode() for one in chunks]).parts())


@pytest.mark.parametrize("name", WAYS_BACK)
def test_a_reply_goes_back_in_the_parts_it_came_in(name: str) -> None:
    came, goes = WAYS_BACK[name]
    assert body(ChatMessage("assistant", "…", said(came)))["contents"] == [{"role": "model", "parts": goes}]


def test_a_reply_of_which_nothing_goes_back_is_dropped() -> None:
    assert body(ChatMessage("user", "A"), ChatMessage("assistant", "", said([HM, CALL])), ChatMessage("user", "B"))[
        "contents"
    ] == [{"role": "user", "parts": [{"text": "A"}, {"text": "B"}]}]


@pytest.mark.parametrize(
    "piece",
    [
        {"type": "reasoning.encrypted", "data": "s"},
        {"thoughtSignature": "s"},
        {"thoughtSignature": "s", "at": 2, "length": 2},
        {"thoughtSignature": "s", "at": -1, "length": 1},
        {"thoughtSignature": "s", "at": 0, "length": -1},
        {"thoughtSignature": "s", "at": "0", "length": 1},
        {"thoughtSignature": None, "at": 0, "length": 1},
    ],
)
def test_a_piece_that_does_not_fit_stays(piece: dict[str, Any]) -> None:
    (part,) = parts_of(("content", "Hi."))
    part.opaque.append(piece)
    assert body(ChatMessage("assistant", "Hi.", (part,)))["contents"][0]["parts"] == [{"text": "Hi."}]


@pytest.mark.parametrize(
    "model", ["gemini-2.0-flash", "gemini-1.5-pro", "gemma-3-27b-it", "gemini-2.5-flash-image", "learnlm", "mine"]
)
def test_a_model_that_does_not_think_is_told_nothing_of_it(model: str) -> None:
    assert thinking(model, effort="high") is None
    assert thinking(model, exclude=True) is None
    assert GEMINI.knobs(model, GOOGLE) == Knobs()


@pytest.mark.parametrize(
    ("model", "settings", "config"),
    [
        ("gemini-2.5-flash", {}, {"includeThoughts": True}),
        ("models/gemini-2.5-pro", {"enabled": True}, {"includeThoughts": True, "thinkingBudget": -1}),
        ("gemini-2.5-flash", {"effort": "none"}, {"thinkingBudget": 0}),
        ("gemini-2.5-flash", {"enabled": False, "max_tokens": 500}, {"thinkingBudget": 0}),
        ("gemini-2.5-flash", {"max_tokens": 0}, {"thinkingBudget": 0}),
        ("gemini-2.5-flash", {"max_tokens": 10}, {"includeThoughts": True, "thinkingBudget": 10}),
        ("gemini-2.5-flash", {"max_tokens": 99_999}, {"includeThoughts": True, "thinkingBudget": 24_576}),
        ("gemini-2.5-flash", {"effort": "low", "max_tokens": 7}, {"includeThoughts": True, "thinkingBudget": 7}),
        ("gemini-2.5-flash", {"effort": "minimal"}, {"includeThoughts": True, "thinkingBudget": 1_024}),
        ("gemini-2.5-flash", {"effort": "medium"}, {"includeThoughts": True, "thinkingBudget": 8_192}),
        ("gemini-2.5-flash", {"effort": "max"}, {"includeThoughts": True, "thinkingBudget": 24_576}),
        ("gemini-2.5-flash", {"effort": "low", "exclude": True}, {"includeThoughts": False, "thinkingBudget": 1_024}),
        ("gemini-2.5-pro", {"effort": "none"}, {"thinkingBudget": 128}),  # it cannot be switched off
        ("gemini-2.5-pro", {"max_tokens": 50_000}, {"includeThoughts": True, "thinkingBudget": 32_768}),
        ("gemini-2.5-flash-lite", {}, None),  # it does not think unasked
        ("gemini-2.5-flash-lite", {"max_tokens": 10}, {"includeThoughts": True, "thinkingBudget": 512}),
        ("gemini-2.5-flash-lite", {"enabled": True}, {"includeThoughts": True, "thinkingBudget": -1}),
        ("gemini-3-pro-preview", {}, {"includeThoughts": True}),
        ("gemini-3-pro-preview", {"effort": "medium"}, {"includeThoughts": True, "thinkingLevel": "high"}),
        ("gemini-3-pro-preview", {"effort": "none"}, {"thinkingLevel": "low"}),
        ("gemini-3.1-pro-preview", {"effort": "medium"}, {"includeThoughts": True, "thinkingLevel": "medium"}),
        ("gemini-3-flash-preview", {"effort": "minimal"}, {"includeThoughts": True, "thinkingLevel": "minimal"}),
        ("gemini-3-flash-preview", {"enabled": False}, {"thinkingLevel": "minimal"}),
        ("gemini-3.8-flash", {"effort": "minimal"}, {"includeThoughts": True, "thinkingLevel": "low"}),
        ("gemini-3.8-flash", {"effort": "max", "max_tokens": 9}, {"includeThoughts": True, "thinkingLevel": "high"}),
        ("gemini-3.8-flash", {"max_tokens": 9}, {"includeThoughts": True}),  # a budget has no word
        ("gemini-3.8-flash", {"exclude": True}, {"includeThoughts": False}),
        ("gemini-flash-latest", {"effort": "minimal"}, {"includeThoughts": True, "thinkingLevel": "low"}),
        ("gemma-4-31b-it", {"effort": "low"}, {"includeThoughts": True, "thinkingLevel": "high"}),
        ("gemma-4-31b-it", {"effort": "none"}, {"thinkingLevel": "minimal"}),
    ],
)
def test_settings_are_said_in_the_words_of_each_model(model: str, settings: dict[str, Any], config: object) -> None:
    assert thinking(model, **settings) == config


@pytest.mark.parametrize(
    ("model", "efforts", "budget"),
    [
        ("gemini-2.5-pro", "low medium high", True),
        ("gemini-2.5-flash", "none low medium high", True),
        ("gemini-3-pro-preview", "low high", False),
        ("gemini-3-flash-preview", "minimal low medium high", False),
        ("gemini-flash-latest", "low medium high", False),
        ("gemma-4-31b-it", "none high", False),
    ],
)
def test_the_page_offers_what_has_a_word(model: str, efforts: str, budget: bool) -> None:
    knobs = GEMINI.knobs(model, GOOGLE)
    assert (knobs.efforts, knobs.budget, knobs.exclude) == (tuple(efforts.split()), budget, True)
