from __future__ import annotations

from typing import Any

import pytest

from chatroom.providers.dialects import DIALECTS
from chatroom.providers.events import Provenance
from chatroom.providers.parts import Part, PartHead, PartKind
from chatroom.providers.provider import Provider
from chatroom.providers.request import EFFORTS, ChatMessage, ChatRequest, ReasoningSettings
from tests.providers.reading import parts_of

ANTHROPIC = DIALECTS["anthropic"]
HOST = "https://api.anthropic.com"
HAIKU, OPUS, SONNET, NEWER = "claude-haiku-4-5-20251001", "claude-opus-4-5", "claude-sonnet-5", "claude-opus-5-5"
ASKED = ChatMessage("user", "Hi?")


def body(*messages: ChatMessage, model: str = SONNET, **keys: Any) -> dict[str, Any]:
    request = ChatRequest(model, messages or (ASKED,), **keys)
    return ANTHROPIC.encode(request, base_url=HOST, api_key="secret").json


def knobs(model: str, most: int | None = None, **settings: Any) -> dict[str, Any]:
    encoded = body(model=model, max_tokens=most, reasoning=ReasoningSettings(**settings))
    return {key: encoded[key] for key in ("thinking", "output_config") if key in encoded}


def test_a_request_is_what_anthropic_documents() -> None:
    assert body(ChatMessage("system", "Be brief."), ASKED, model="claude-sonnet-4-6", max_tokens=9, stream=False) == {
        "model": "claude-sonnet-4-6",
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "Hi?"}],
        "max_tokens": 9,
        "stream": False,
        "thinking": {"type": "adaptive"},
    }


@pytest.mark.parametrize("base", [HOST, f"{HOST}/", f"{HOST}/v1", f"{HOST}/v1/"])
def test_the_address_may_have_the_version_or_not(base: str) -> None:
    encoded = ANTHROPIC.encode(ChatRequest("m", ()), base_url=base, api_key="secret")
    assert Provider("a", "A", "anthropic", base).url(encoded.path) == f"{HOST}/v1/messages"


def test_the_key_is_in_the_headers_and_shown_nowhere() -> None:
    encoded = ANTHROPIC.encode(ChatRequest("m", ()), base_url=HOST, api_key="secret")
    assert encoded.headers == {"x-api-key": "secret", "anthropic-version": "2023-06-01"}
    assert "secret" not in repr(encoded)
    assert ANTHROPIC.headers(None) == {"anthropic-version": "2023-06-01"}


@pytest.mark.parametrize(
    ("model", "most"),
    [
        ("claude-3-haiku-20240307", 4096),
        ("claude-opus-4-1-20250805", 32_000),
        (HAIKU, 64_000),
        ("claude-opus-4-6", 128_000),
        ("claude-opus-6", 64_000),
        ("gpt-oss:20b", 32_000),
    ],
)
def test_where_nobody_says_how_much_it_is_all_that_the_model_writes(model: str, most: int) -> None:
    assert body(model=model)["max_tokens"] == most
    assert body(model=model, max_tokens=9)["max_tokens"] == 9


SHOWN = {"type": "adaptive", "display": "summarized"}
KEPT_BACK = {"type": "adaptive", "display": "omitted"}


@pytest.mark.parametrize(
    ("model", "settings", "expected"),
    [
        # An adaptive model, whose thought is not shown unasked.
        (SONNET, {}, {"thinking": SHOWN}),
        (SONNET, {"enabled": True}, {"thinking": SHOWN}),
        (SONNET, {"exclude": True}, {"thinking": KEPT_BACK}),
        (SONNET, {"effort": "none"}, {"thinking": {"type": "disabled"}}),
        (SONNET, {"enabled": False, "effort": "high"}, {"thinking": {"type": "disabled"}}),
        (SONNET, {"effort": "minimal"}, {"thinking": SHOWN, "output_config": {"effort": "low"}}),
        (SONNET, {"effort": "xhigh"}, {"thinking": SHOWN, "output_config": {"effort": "xhigh"}}),
        (SONNET, {"effort": "max", "max_tokens": 9000}, {"thinking": SHOWN, "output_config": {"effort": "max"}}),
        (SONNET, {"max_tokens": 9000}, {"thinking": SHOWN}),
        # One whose thought is shown, and which does not know every word.
        (
            "claude-opus-4-6",
            {"effort": "xhigh"},
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}},
        ),
        ("claude-opus-4-6", {"exclude": True}, {"thinking": KEPT_BACK}),
        # Those that cannot be kept from thinking, or not altogether.
        (NEWER, {"effort": "none"}, {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}),
        ("claude-fable-5", {"enabled": False}, {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}),
        ("claude-sonnet-5-5", {"effort": "none"}, {"thinking": {"type": "between_tools"}}),
        # One that takes a budget, or an effort as a share of `max_tokens`.
        (HAIKU, {}, {"thinking": {"type": "enabled", "budget_tokens": 32_000}}),
        (HAIKU, {"effort": "none"}, {"thinking": {"type": "disabled"}}),
        (HAIKU, {"effort": "low"}, {"thinking": {"type": "enabled", "budget_tokens": 12_800}}),
        (HAIKU, {"max_tokens": 9000, "effort": "low"}, {"thinking": {"type": "enabled", "budget_tokens": 9000}}),
        (HAIKU, {"max_tokens": 10}, {"thinking": {"type": "enabled", "budget_tokens": 1024}}),
        (HAIKU, {"max_tokens": 10**9}, {"thinking": {"type": "enabled", "budget_tokens": 62_976}}),
        (
            HAIKU,
            {"max_tokens": 9000, "exclude": True},
            {"thinking": {"type": "enabled", "budget_tokens": 9000, "display": "omitted"}},
        ),
        # One that takes both.
        (
            OPUS,
            {"effort": "max"},
            {"thinking": {"type": "enabled", "budget_tokens": 60_800}, "output_config": {"effort": "high"}},
        ),
        (OPUS, {"effort": "low", "max_tokens": 2000}, {"thinking": {"type": "enabled", "budget_tokens": 2000}}),
        # One that does not think, and one of whom that is not known.
        ("claude-3-5-sonnet-20241022", {"effort": "high"}, {}),
        ("gpt-oss:20b", {}, {}),
        ("gpt-oss:20b", {"exclude": True}, {}),
        ("gpt-oss:20b", {"effort": "none"}, {"thinking": {"type": "disabled"}}),
        ("gpt-oss:20b", {"effort": "high"}, {"thinking": {"type": "enabled", "budget_tokens": 25_600}}),
        (
            "gpt-oss:20b",
            {"max_tokens": 2000, "exclude": True},
            {"thinking": {"type": "enabled", "budget_tokens": 2000}},
        ),
    ],
)
def test_each_model_is_asked_in_its_own_words(model: str, settings: dict[str, Any], expected: dict[str, Any]) -> None:
    assert knobs(model, **settings) == expected


@pytest.mark.parametrize("most", [1, 1024, 1025, 1500, 2048, 4000])
def test_a_budget_is_never_all_that_may_be_written(most: int) -> None:
    every: list[dict[str, Any]] = [{}, {"effort": "max"}, {"max_tokens": 5000}]
    for settings in every:
        asked = knobs(HAIKU, most, **settings)
        if most > 1024:
            assert 1024 <= asked["thinking"]["budget_tokens"] < most
        else:
            assert asked == {}
    assert knobs("kimi-k3", 10**6, effort="max")["thinking"]["budget_tokens"] == 128_000


@pytest.mark.parametrize(
    ("model", "like"),
    [
        ("anthropic/claude-4.5-haiku-20251001", HAIKU),
        ("anthropic/claude-4.5-opus-20251124", OPUS),
        ("claude-haiku-4-5@20251001", HAIKU),
        ("us.anthropic.claude-opus-4-5-20251101-v1:0", OPUS),
        ("claude-sonnet-4-20250514", "claude-opus-4-0"),
        ("anthropic/claude-sonnet-4", "claude-opus-4-0"),
        ("claude-opus-4-1-20250805", "claude-opus-4-0"),
        ("anthropic/claude-4.6-opus", "claude-sonnet-4-6"),
        ("claude-opus-4-8", "claude-opus-4-7"),
        ("claude-opus-5", SONNET),
        ("claude-sonnet-5-20260601", SONNET),
        ("claude-mythos-5", "claude-fable-5"),
        ("claude-fable-5-1", NEWER),
        ("claude-sonnet-7", "claude-saga"),
        ("zai/glm-4.7", "kimi-k3"),
    ],
)
def test_a_name_may_carry_a_vendor_a_date_and_a_cloud(model: str, like: str) -> None:
    assert ANTHROPIC.knobs(model, HOST) == ANTHROPIC.knobs(like, HOST)
    for effort in EFFORTS:
        assert knobs(model, effort=effort) == knobs(like, effort=effort)
    assert body(model=model)["max_tokens"] == body(model=like)["max_tokens"]


@pytest.mark.parametrize(
    ("model", "efforts", "budget", "exclude"),
    [
        ("claude-3-opus-20240229", "", False, False),
        ("claude-3-7-sonnet-20250219", "none minimal low medium high max", True, False),
        (HAIKU, "none minimal low medium high max", True, True),
        ("claude-sonnet-4-6", "none low medium high max", False, True),
        (SONNET, "none low medium high xhigh max", False, True),
        ("claude-mythos-preview", "low medium high max", False, True),
        (NEWER, "low medium high xhigh max", False, True),
        ("claude-haiku-5-5", "none low medium high xhigh max", False, True),
        ("claude-opus-6", "low medium high xhigh max", False, True),
        ("gpt-oss:20b", "none minimal low medium high max", True, False),
    ],
)
def test_the_page_offers_what_can_be_said(model: str, efforts: str, budget: bool, exclude: bool) -> None:
    sayable = ANTHROPIC.knobs(model, HOST)
    assert " ".join(sayable.efforts) == efforts
    assert (sayable.budget, sayable.exclude, sayable.summaries) == (budget, exclude, ())
    if "none" not in sayable.efforts:
        assert knobs(model, effort="none").get("thinking", {}).get("type") in (None, "adaptive")


SIGNED = {"type": "thinking", "signature": "c2ln"}
WITHHELD = {"type": "redacted_thinking", "data": "ZGF0YQ=="}
THINKING = SIGNED | {"thinking": "Hm."}
TEXT = {"type": "text", "text": "Hi."}
USE = {"type": "server_tool_use", "id": "id_0", "name": "web_search"}
FOUND = {"type": "web_search_tool_result", "tool_use_id": "id_0", "content": []}


def thought(text: str = "Hm.", *opaque: dict[str, Any]) -> Part:
    return Part(PartHead(0, PartKind.REASONING, Provenance.SUMMARY), text, list(opaque))


def said(text: str = "Hi.") -> Part:
    return Part(PartHead(0, PartKind.CONTENT), text)


def tool(arguments: str = "", *opaque: dict[str, Any]) -> Part:
    return Part(PartHead(0, PartKind.TOOL, name="f"), arguments, list(opaque))


def sent_back(*parts: Part, model: str = SONNET, content: str = "Hi.", **settings: Any) -> Any:
    messages = (ASKED, ChatMessage("assistant", content, parts), ASKED)
    encoded = body(*messages, model=model, reasoning=ReasoningSettings(**settings))["messages"]
    return encoded[1]["content"] if len(encoded) == 3 else encoded


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([thought("Hm.", SIGNED), said()], [THINKING, TEXT]),
        ([thought("", SIGNED), said()], [SIGNED | {"thinking": ""}, TEXT]),
        (
            [thought("", WITHHELD), thought("", WITHHELD), thought("Hm.", SIGNED), said()],
            [WITHHELD, WITHHELD, THINKING, TEXT],
        ),
        ([thought("Hm.", SIGNED), said(), thought("", WITHHELD), said()], [THINKING, TEXT, WITHHELD, TEXT]),
        # Unsigned, unfinished, or another dialect's.
        ([thought("Hm."), said()], [TEXT]),
        ([thought("Hm.", {"type": "reasoning.text", "signature": "c2ln"}), said()], [TEXT]),
        ([thought("Hm.", SIGNED), thought("Hm."), said()], [TEXT]),
        ([thought("Hm.", SIGNED | {"signature": None}), said()], [TEXT]),
        ([said(), thought("Hm.", SIGNED)], [TEXT]),
        # A call that got no result, and the thought that led to it.
        ([thought("Hm.", SIGNED), tool("{}"), thought("", WITHHELD), said()], [WITHHELD, TEXT]),
        ([thought("Hm.", SIGNED), said(), tool("{}")], [THINKING, TEXT]),
        ([tool("{}", USE, FOUND), said()], [TEXT]),
        # A blank text is refused.
        ([thought("Hm.", SIGNED), said("\n"), said()], [THINKING, TEXT]),
        ([], "Hi."),
        ([thought("Hm.", SIGNED)], "Hi."),
    ],
)
def test_of_an_earlier_reply_goes_back_what_is_accepted(parts: list[Part], expected: object) -> None:
    assert sent_back(*parts) == expected


def test_no_thought_goes_back_to_a_model_that_is_not_to_think() -> None:
    parts = thought("Hm.", SIGNED), said()
    assert sent_back(*parts, effort="none") == [TEXT]
    assert sent_back(*parts, model="claude-sonnet-5-5", enabled=False) == [TEXT]
    assert sent_back(*parts, model=HAIKU, effort="low") == [THINKING, TEXT]
    assert sent_back(*parts, model=NEWER, effort="none") == [THINKING, TEXT]
    assert sent_back(*parts, model="minimax-m2") == [THINKING, TEXT]
    cramped = body(ASKED, ChatMessage("assistant", "Hi.", parts), ASKED, model=HAIKU, max_tokens=100)
    assert cramped["messages"][1]["content"] == [TEXT]


def test_a_model_that_binds_its_thoughts_is_told_to_drop_what_no_longer_fits() -> None:
    messages = (ASKED, ChatMessage("assistant", "Hi.", (thought("Hm.", SIGNED), said())), ASKED)
    beta = {"anthropic-beta": "thinking-binding-controls-2026-08-01"}
    for model in (NEWER, "claude-fable-5-1", "claude-sonnet-5-5", "claude-opus-7"):
        encoded = ANTHROPIC.encode(ChatRequest(model, messages), base_url=HOST, api_key=None)
        assert encoded.json["thinking"] == SHOWN | {"block_binding": {"prefix_mismatch_behavior": "drop_block"}}
        assert beta.items() <= encoded.headers.items()
        assert knobs(model) == {"thinking": SHOWN}
    encoded = ANTHROPIC.encode(ChatRequest(SONNET, messages), base_url=HOST, api_key=None)
    assert encoded.json["thinking"] == SHOWN
    assert "anthropic-beta" not in encoded.headers


def test_a_reply_that_ends_the_request_goes_on_from_what_the_tools_of_the_provider_found() -> None:
    unanswered = USE | {"id": "id_1"}
    paused = (
        thought("Hm.", SIGNED),
        tool('{"query":"x"}', USE, FOUND),
        thought("", WITHHELD),
        said(),
        thought("Hm.", SIGNED),
        tool("", unanswered),
    )
    encoded = body(ASKED, ChatMessage("assistant", "Hi.", paused))
    assert encoded["messages"][-1]["content"] == [THINKING, USE | {"input": {"query": "x"}}, FOUND, WITHHELD, TEXT]
    encoded = body(ASKED, ChatMessage("assistant", "", (tool("", USE, FOUND),)))
    assert encoded["messages"][-1]["content"] == [USE | {"input": {}}, FOUND]
    encoded = body(ASKED, ChatMessage("assistant", "", (tool("", {"id": {}}, {"tool_use_id": []}), said())))
    assert encoded["messages"][-1]["content"] == [TEXT]
    for arguments in ('{"query', "[]"):
        encoded = body(ASKED, ChatMessage("assistant", "Hi.", (tool(arguments, USE, FOUND), said())))
        assert encoded["messages"][-1]["content"] == [TEXT]


def test_nothing_is_said_without_a_word_and_nobody_speaks_twice_in_a_row() -> None:
    assert sent_back(content="") == [{"role": "user", "content": [{"type": "text", "text": "Hi?"}] * 2}]
    assert sent_back(said(" \n"), content=" \n") == sent_back(content="")
    assert sent_back(thought("Hm.", SIGNED), content="") == sent_back(content="")
    halves = ChatMessage("assistant", "Hi.", (said(),)), ChatMessage("assistant", "Hi.")
    assert body(ASKED, *halves, ASKED)["messages"][1] == {"role": "assistant", "content": [TEXT, TEXT]}
    systems = ChatMessage("system", "A"), ChatMessage("system", " "), ASKED, ChatMessage("system", "B")
    assert body(*systems)["system"] == "A\n\nB"


def test_thoughts_that_another_dialect_has_read_stay() -> None:
    assert sent_back(*parts_of(("reasoning", "Hm."), ("content", "Hi."))) == [TEXT]
