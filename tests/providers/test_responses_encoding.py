from __future__ import annotations

from typing import Any

import pytest

from chatroom.providers.dialects import DIALECTS
from chatroom.providers.parts import Part
from chatroom.providers.request import EFFORTS, ChatMessage, ChatRequest, ReasoningSettings
from tests.providers.responses_reading import added, delta, end, ended, message, on, read, say, sse, thought

OPENAI = "https://api.openai.com/v1"
AZURE = "https://room.openai.azure.com/openai/v1"
OPENROUTER = "https://openrouter.ai/api/v1"
XAI = "https://api.x.ai/v1"
DEEPSEEK = "https://api.deepseek.com"
COPILOT = "https://api.githubcopilot.com"
LM_STUDIO = "http://127.0.0.1:1234/v1"
UNKNOWN = "https://models.example.com/v1"
HOSTS = (OPENAI, AZURE, OPENROUTER, XAI, DEEPSEEK, COPILOT, LM_STUDIO, UNKNOWN)

ENCRYPTED = ["reasoning.encrypted_content"]
HI = {"role": "assistant", "content": "Hi."}


def body(base_url: str, *messages: ChatMessage, model: str = "m", **keys: Any) -> dict[str, Any]:
    request = ChatRequest(model, messages or (ChatMessage("user", "Hi."),), **keys)
    return DIALECTS["openai-responses"].encode(request, base_url=base_url, api_key=None).json


def asked(base_url: str, model: str, **settings: Any) -> dict[str, Any]:
    reasoning: dict[str, Any] = body(base_url, model=model, reasoning=ReasoningSettings(**settings)).get(
        "reasoning", {}
    )
    return reasoning


def parts_of(*events: dict[str, Any]) -> tuple[Part, ...]:
    return tuple(read([sse(*events)]).parts())


def sent_back(base_url: str, *events: dict[str, Any], before: int = 0) -> list[dict[str, Any]]:
    """What of the reply that `events` make goes back, `before` messages standing before it."""
    parts = parts_of(*events)
    answer = "".join(part.text for part in parts if part.head.kind == "content")
    prompts = (ChatMessage("user", "Hello?"),) * before
    items: list[dict[str, Any]] = body(base_url, *prompts, ChatMessage("assistant", answer, parts))["input"]
    return items[before:]


def test_a_request_is_what_openai_documents_and_stores_nothing() -> None:
    messages = (ChatMessage("system", "Be brief."), ChatMessage("user", "Hello?"), ChatMessage("assistant", "Hi."))
    assert body(UNKNOWN, *messages, max_tokens=99) == {
        "model": "m",
        "input": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello?"}, HI],
        "stream": True,
        "store": False,
        "max_output_tokens": 99,
    }
    assert body(UNKNOWN, stream=False)["stream"] is False


def test_a_reply_without_a_word_is_not_sent() -> None:
    assert body(UNKNOWN, ChatMessage("assistant", ""))["input"] == []


def test_the_key_is_in_the_headers_and_shown_nowhere() -> None:
    dialect = DIALECTS["openai-responses"]
    encoded = dialect.encode(ChatRequest("m", ()), base_url=UNKNOWN, api_key="secret")
    assert encoded.headers == {"Authorization": "Bearer secret"}
    assert "secret" not in repr(encoded)
    assert dialect.encode(ChatRequest("m", ()), base_url=UNKNOWN, api_key=None).headers == {}


@pytest.mark.parametrize(
    ("base_url", "path"),
    [
        (OPENAI, "/responses"),
        ("https://api.openai.com", "/v1/responses"),
        ("https://api.openai.com/", "/v1/responses"),
        (AZURE, "/responses"),
        ("https://room.openai.azure.com", "/openai/v1/responses"),
        ("https://room.openai.azure.com/openai/?api-version=preview", "/v1/responses"),
        ("https://openrouter.ai", "/api/v1/responses"),
        ("https://openrouter.ai/api", "/v1/responses"),
        (DEEPSEEK, "/responses"),
        ("https://api.deepseek.com/v1", "/responses"),
        ("http://localhost:1234", "/v1/responses"),
        ("https://models.example.com", "/responses"),
        ("https://openrouter.ai/beta", "/responses"),
    ],
)
def test_the_version_may_be_left_out_of_the_address_of_a_known_host(base_url: str, path: str) -> None:
    assert DIALECTS["openai-responses"].encode(ChatRequest("m", ()), base_url=base_url, api_key=None).path == path


@pytest.mark.parametrize(
    ("base_url", "model", "reasoning", "include"),
    [
        (OPENAI, "gpt-5", {"summary": "auto"}, ENCRYPTED),
        (AZURE, "o4-mini", {"summary": "auto"}, ENCRYPTED),
        (OPENAI, "o1-pro", {}, ENCRYPTED),
        # Both keys are answered with 400 by models that do not reason.
        (OPENAI, "gpt-4o", {}, None),
        (OPENAI, "gpt-4.1-mini", {}, None),
        (OPENAI, "gpt-5-chat-latest", {}, None),
        (AZURE, "our-deployment", {}, None),
        (OPENROUTER, "openai/o4-mini", {}, ENCRYPTED),
        (XAI, "grok-4.3", {}, ENCRYPTED),
        (DEEPSEEK, "deepseek-v4-flash", {}, None),
        (LM_STUDIO, "openai/gpt-oss-20b", {}, None),
        (UNKNOWN, "gpt-5", {}, None),
    ],
)
def test_unasked_a_thought_is_made_to_be_shown_and_to_be_sent_back(
    base_url: str, model: str, reasoning: dict[str, Any], include: list[str] | None
) -> None:
    encoded = body(base_url, model=model)
    assert encoded.get("reasoning", {}) == reasoning
    assert encoded.get("include") == include


@pytest.mark.parametrize(
    ("base_url", "model", "settings", "expected"),
    [
        (OPENAI, "gpt-5", {"effort": "high"}, {"effort": "high", "summary": "auto"}),
        (OPENAI, "gpt-5", {"effort": "max"}, {"effort": "high", "summary": "auto"}),
        (OPENAI, "gpt-5", {"effort": "none"}, {"effort": "minimal"}),
        (OPENAI, "gpt-5.2", {"effort": "none"}, {"effort": "none"}),
        (OPENAI, "gpt-5.2", {"enabled": False}, {"effort": "none"}),
        (OPENAI, "o3", {"effort": "xhigh", "exclude": True}, {"effort": "high"}),
        (OPENAI, "gpt-5-pro", {"effort": "low"}, {"summary": "auto"}),
        (OPENAI, "gpt-5", {"summary": "detailed"}, {"summary": "detailed"}),
        (OPENAI, "gpt-5", {"summary": "concise"}, {"summary": "auto"}),
        (OPENAI, "gpt-5", {"summary": "detailed", "exclude": True}, {}),
        (OPENAI, "gpt-5", {"max_tokens": 2000}, {"summary": "auto"}),
        (OPENAI, "gpt-4o", {"effort": "high", "summary": "auto", "enabled": True}, {}),
        (AZURE, "our-deployment", {"effort": "high"}, {"effort": "high"}),
        (AZURE, "our-deployment", {"summary": "auto"}, {"summary": "auto"}),
        (OPENROUTER, "a/b", {"effort": "max", "summary": "concise"}, {"effort": "max", "summary": "concise"}),
        (OPENROUTER, "a/b", {"effort": "high", "max_tokens": 2000}, {"max_tokens": 2000}),
        (OPENROUTER, "a/b", {"enabled": True}, {"enabled": True}),
        (OPENROUTER, "a/b", {"exclude": True}, {}),
        (XAI, "grok-3-mini", {"effort": "medium"}, {"effort": "high"}),
        (XAI, "grok-4.3", {"effort": "none"}, {"effort": "none"}),
        (XAI, "grok-4-1-fast-reasoning", {"effort": "high"}, {}),
        (XAI, "grok-4.20-0309-reasoning", {"effort": "high"}, {}),
        (XAI, "grok-4.5", {"effort": "xhigh"}, {"effort": "high"}),
        (DEEPSEEK, "deepseek-v4-flash", {"enabled": False}, {"effort": "none"}),
        (DEEPSEEK, "deepseek-v4-flash", {"effort": "xhigh"}, {"effort": "max"}),
        (LM_STUDIO, "openai/gpt-oss-20b", {"effort": "none"}, {"effort": "low"}),
        (UNKNOWN, "m", {"effort": "xhigh"}, {"effort": "xhigh"}),
        (UNKNOWN, "m", {"max_tokens": 2000, "exclude": True}, {}),
        ("https://notx.ai/v1", "grok-4", {"effort": "high"}, {"effort": "high"}),
    ],
)
def test_each_host_is_asked_in_words_that_its_model_knows(
    base_url: str, model: str, settings: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert asked(base_url, model, **settings) == expected


@pytest.mark.parametrize("base_url", HOSTS)
@pytest.mark.parametrize("model", ["gpt-5.1", "gpt-4o", "o3", "grok-4.3", "grok-4", "deepseek-v4-pro", "unheard-of"])
def test_the_page_offers_what_is_sent_as_it_is(base_url: str, model: str) -> None:
    knobs = DIALECTS["openai-responses"].knobs(model, base_url)
    for effort in EFFORTS:
        assert (asked(base_url, model, effort=effort).get("effort") == effort) == (effort in knobs.efforts)
    assert ("max_tokens" in asked(base_url, model, max_tokens=2000)) == knobs.budget
    for summary in knobs.summaries:
        assert asked(base_url, model, summary=summary)["summary"] == summary


THOUGHT_AND_ANSWER = (
    added(0, "reasoning", id="rs_1", encrypted_content="provisional"),
    delta("reasoning_summary_text", "Hm."),
    delta("reasoning_summary_text", "So.", index=1),
    ended(0, **thought("Hm.", "So.", id="rs_1", encrypted_content="e", status="completed")),
    added(1, **message("", id="msg_1", phase="final_answer")),
    say("Hi.", 1),
    end(),
)
SUMMARIES = [{"type": "summary_text", "text": "Hm."}, {"type": "summary_text", "text": "So."}]


@pytest.mark.parametrize("base_url", [OPENAI, AZURE, OPENROUTER, UNKNOWN])
def test_a_thought_goes_back_as_it_came_with_the_message_that_followed(base_url: str) -> None:
    assert sent_back(base_url, *THOUGHT_AND_ANSWER) == [
        {"type": "reasoning", "id": "rs_1", "encrypted_content": "e", "summary": SUMMARIES},
        {
            "type": "message",
            "id": "msg_1",
            "phase": "final_answer",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "Hi.", "annotations": []}],
        },
    ]


@pytest.mark.parametrize("base_url", [XAI, COPILOT])
def test_it_goes_back_without_ids_where_these_are_not_wanted(base_url: str) -> None:
    assert sent_back(base_url, *THOUGHT_AND_ANSWER) == [
        {"type": "reasoning", "encrypted_content": "e", "summary": SUMMARIES},
        HI,
    ]


def test_deepseek_gets_its_thought_back_as_text() -> None:
    assert sent_back(DEEPSEEK, delta("reasoning_text", "Hm."), say("Hi.", 1), end(), before=1) == [
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [],
            "content": [{"type": "reasoning_text", "text": "Hm."}],
            "encrypted_content": None,
        },
        HI,
    ]


def test_no_two_thoughts_go_back_under_one_id() -> None:
    thoughts_and_answers = [
        delta("reasoning_text", "Hm."),
        say("Hi.", 1),
        delta("reasoning_text", "Hm.", 2),
        say("Hi.", 3),
        end(),
    ]
    assert [item.get("id") for item in sent_back(DEEPSEEK, *thoughts_and_answers)] == ["rs_0", None, "rs_2", None]


def test_messages_that_came_apart_go_back_apart() -> None:
    first, second = ended(1, **message("Hi.", id="msg_1")), ended(2, **message("Hi.", id="msg_2"))
    _, one, other = sent_back(OPENAI, ended(0, "reasoning", encrypted_content="e"), first, second, end())
    assert one["id"] == "msg_1"
    assert other == HI


def test_what_openrouter_signs_goes_back_with_its_signature() -> None:
    text = [{"type": "reasoning_text", "text": "Hm."}]
    signed = {"id": "rs_1", "signature": "c2ln", "format": "anthropic-claude-v1"}
    assert sent_back(
        OPENROUTER, delta("reasoning_text", "Hm."), ended(0, "reasoning", content=text, **signed), say("Hi.", 1), end()
    ) == [{"type": "reasoning", **signed, "summary": [], "content": text}, HI]


def test_a_thought_that_was_shown_otherwise_goes_back_as_it_was_kept() -> None:
    [item, _] = sent_back(
        OPENROUTER,
        {"type": "response.reasoning.delta", "delta": "Hm.So."},
        say("Hi.", 1),
        end(thought("Hm.", "So.", encrypted_content="e"), message("Hi.")),
    )
    assert item == {"type": "reasoning", "encrypted_content": "e", "summary": SUMMARIES}


def encrypted(place: int, data: str) -> dict[str, Any]:
    return ended(place, "reasoning", encrypted_content=data)


def sealed(data: str) -> dict[str, Any]:
    return {"type": "reasoning", "encrypted_content": data, "summary": []}


CALL = {"name": "weather", "call_id": "call_a", "arguments": "{}"}


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((encrypted(0, "a"), encrypted(1, "b"), say("Hi.", 2)), [sealed("a"), sealed("b"), HI]),
        ((encrypted(0, "a"), say("Hi.", 1), encrypted(2, "b"), say("Hi.", 3)), [sealed("a"), HI, sealed("b"), HI]),
        # Nothing followed the thought.
        ((encrypted(0, "a"),), []),
        ((say("Hi."), encrypted(1, "b")), [HI]),
        # What followed cannot be sent.
        ((encrypted(0, "a"), ended(1, "function_call", **CALL)), []),
        ((encrypted(0, "a"), say("Hi.", 1), ended(2, "function_call", **CALL)), [sealed("a"), HI]),
        ((encrypted(0, "a"), ended(1, "web_search_call"), say("Hi.", 2)), [HI]),
        ((encrypted(0, "a"), ended(1, "mcp_call", name="ask"), encrypted(2, "b"), say("Hi.", 3)), [sealed("b"), HI]),
        # A text that nobody signed proves nothing.
        ((delta("reasoning_text", "Hm."), say("Hi.", 1)), [HI]),
        ((say("H"), say("i.", index=1)), [HI]),
    ],
)
def test_a_thought_goes_back_with_what_followed_it_or_not_at_all(
    events: tuple[dict[str, Any], ...], expected: list[dict[str, Any]]
) -> None:
    assert sent_back(OPENAI, *events, end()) == expected


def test_a_message_is_not_named_without_the_thought_that_it_followed() -> None:
    events = (encrypted(0, "a"), ended(1, "web_search_call"), ended(2, **message("Hi.", id="msg_1")), end())
    assert sent_back(OPENAI, *events) == [HI]


def test_pieces_of_another_dialect_stay_here() -> None:
    parts = parts_of(delta("reasoning_text", "Hm."), say("Hi.", 1), end())
    parts[0].opaque.append({"type": "reasoning.encrypted", "data": "e"})
    parts[0].opaque.append({"type": "reasoning", "encrypted_content": "e", "blocks": ["elsewhere"]})
    parts[1].opaque.append({"thoughtSignature": "c2ln"})
    assert body(OPENAI, ChatMessage("assistant", "Hi.", parts))["input"] == [HI]


def test_a_seal_whose_parts_are_gone_stays_here() -> None:
    parts = parts_of(*THOUGHT_AND_ANSWER)[1:]
    assert body(OPENAI, ChatMessage("assistant", "Hi.", parts))["input"] == [HI]


def test_arguments_that_came_in_pieces_do_not_go_back_either() -> None:
    events = (added(0, "function_call", **CALL), on("function_call_arguments.delta", delta="{}"), say("Hi.", 1), end())
    assert sent_back(OPENAI, *events) == [HI]
