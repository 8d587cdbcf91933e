"""What the name of a model tells of its thinking."""

from __future__ import annotations

import pytest

from chatroom.providers.model_names import thinking_of


@pytest.mark.parametrize(
    ("name", "reasoning", "efforts"),
    [
        ("openai/gpt-oss-120b", "always", "low medium high"),
        ("gpt-oss:20b", "always", "low medium high"),
        ("gpt-5", "always", "minimal low medium high"),
        ("gpt-5-nano-2025-08-07", "always", "minimal low medium high"),
        ("gpt-5-pro", "always", ""),
        ("gpt-5.2-pro", "always", "medium high xhigh"),
        ("gpt-5.1", "optional", "none low medium high"),
        ("gpt-5.4-mini", "optional", "none low medium high xhigh"),
        ("gpt-5.6-sol", "optional", "none low medium high xhigh"),
        ("gpt-5-chat-latest", "none", ""),
        ("gpt-5.3-chat-latest", "none", ""),
        ("gpt-5.1-codex", "always", "low medium high"),
        ("gpt-5.1-codex-max", "always", "low medium high xhigh"),
        ("gpt-5.3-codex", "always", "low medium high xhigh"),
        ("gpt-4o-mini", "none", ""),
        ("gpt-4.1", "none", ""),
        ("o3", "always", "low medium high"),
        ("o4-mini-2025-04-16", "always", "low medium high"),
        ("o1-mini", "always", ""),
        ("claude-2.1", "none", ""),
        ("claude-3-5-haiku-20241022", "none", ""),
        ("anthropic/claude-3.5-sonnet", "none", ""),
        ("claude-3-opus-20240229", "none", ""),
        ("claude-opus-4-5-20251101", "optional", "none low medium high"),
        ("anthropic/claude-opus-4.5", "optional", "none low medium high"),
        ("claude-sonnet-4-6", "optional", "none low medium high max"),
        ("anthropic/claude-4.6-opus", "optional", "none low medium high max"),
        ("claude-opus-4-7", "optional", "none low medium high xhigh max"),
        ("claude-opus-4-8", "optional", "none low medium high xhigh max"),
        ("claude-sonnet-5", "optional", "none low medium high xhigh max"),
        ("claude-opus-5", "optional", "none low medium high xhigh max"),
        ("claude-opus-5-5", "always", "low medium high xhigh max"),
        ("claude-fable-5.1", "always", "low medium high xhigh max"),
        ("gemini-2.0-flash", "none", ""),
        ("gemini-3-pro-preview", "always", "low high"),
        ("gemini-3.1-pro-preview", "always", "low medium high"),
        ("gemini-3-flash-preview", "always", "minimal low medium high"),
        ("google/gemini-3.5-flash-lite", "always", "minimal low medium high"),
        ("gemini-3.7-flash", "always", "low medium high"),
        ("gemini-3.8-flash", "always", "low medium high"),
        ("gemini-3.1-flash-image", "always", "minimal high"),
        ("gemini-3-pro-image-preview", "always", "low high"),
        ("gemini-2.5-flash-image", "none", ""),
        ("command-r-plus-08-2024", "none", ""),
        ("command-a-03-2025", "none", ""),
        ("c4ai-aya-expanse-32b", "none", ""),
        ("deepseek-reasoner", "always", ""),
        ("deepseek-chat", "none", ""),
        ("deepseek-ai/DeepSeek-R1", "always", ""),
        ("deepseek-r1:14b", "always", ""),
        ("deepseek/deepseek-r1-0528:free", "always", ""),
        ("deepseek/deepseek-r1-0528-qwen3-8b", "always", ""),
        ("DeepSeek-V3.1", "optional", "none high"),
        ("deepseek-v4-pro", "optional", "none low high max"),
        ("qwen/qwen3-32b", "optional", "none high"),
        ("qwen3:0.6b", "optional", "none high"),
        ("Qwen/Qwen3-235B-A22B-Thinking-2507", "always", ""),
        ("qwen/qwen3-4b-thinking-2507", "always", ""),
        ("Qwen/Qwen3-30B-A3B-Instruct-2507", "none", ""),
        ("qwen2.5:7b", "none", ""),
        ("qwq-32b", "always", ""),
        ("magistral-medium-2507", "always", ""),
        ("mistralai/magistral-small-2509", "always", ""),
        ("ministral-3-8b-reasoning-2512", "always", ""),
        ("mistral-small-latest", "optional", "none high"),
        ("mistral-large-latest", "none", ""),
        ("grok-3-mini", "always", "low high"),
        ("grok-3", "none", ""),
        ("grok-4-fast-non-reasoning", "none", ""),
        ("grok-4", "always", ""),
        ("grok-4.3", "optional", "none low medium high"),
        ("grok-4.20-multi-agent-0309", "always", "low medium high xhigh"),
        ("grok-4.20-0309-reasoning", "always", ""),
        ("grok-5", "always", "low medium high"),
        ("grok-code-fast-1", "always", ""),
        ("kimi-k2-thinking", "always", ""),
        ("moonshotai/kimi-k2.5", "optional", "none high"),
        ("kimi-k2-0905-preview", "none", ""),
        ("glm-4.7-flash", "optional", "none high"),
        ("granite3.2:8b", "optional", "none high"),
        ("granite3.1-dense:8b", "none", ""),
        ("sonar-reasoning-pro", "always", ""),
        ("sonar", "none", ""),
        ("llama-3.3-70b-versatile", "none", ""),
        ("gemma-3-27b-it", "none", ""),
        ("gemma-4-31b-it", "optional", "none high"),
        ("phi-4-reasoning", "always", ""),
        ("openthinker:7b", "always", ""),
        ("allenai/olmo-3-32b-think", "always", ""),
    ],
)
def test_names_of_families_tell_how_they_think(name: str, reasoning: str | None, efforts: str) -> None:
    thinking = thinking_of(name)
    assert (thinking.reasoning, thinking.efforts) == (reasoning, tuple(efforts.split()))


@pytest.mark.parametrize(
    ("name", "reasoning"),
    [
        ("claude-3-7-sonnet-20250219", "optional"),
        ("anthropic/claude-3.7-sonnet", "optional"),
        ("claude-sonnet-4-20250514", "optional"),
        ("claude-opus-4-1-20250805", "optional"),
        ("claude-sonnet-4@20250514", "optional"),
        ("anthropic/claude-4.5-haiku-20251001", "optional"),
        ("claude-sonnet-4-5-20250929", "optional"),
        ("gemini-2.5-pro", "always"),
        ("gemini-2.5-flash-lite", "optional"),
        ("command-a-reasoning-08-2025", "optional"),
    ],
)
def test_families_that_take_a_budget_leave_efforts_to_the_host(name: str, reasoning: str) -> None:
    thinking = thinking_of(name)
    assert (thinking.reasoning, thinking.efforts, thinking.takes_budget) == (reasoning, None, True)


@pytest.mark.parametrize("name", ["claude-sonnet-4-6", "claude-opus-4-7", "claude-sonnet-5", "gemini-3-pro-preview"])
def test_families_with_efforts_of_their_own_take_no_budget(name: str) -> None:
    assert not thinking_of(name).takes_budget


@pytest.mark.parametrize(
    ("name", "summarised"),
    [
        ("claude-of-a-later-day", True),
        ("claude-3-7-sonnet", False),
        ("claude-sonnet-4", True),
        ("gemini-2.5-pro", True),
        ("o3", True),
        ("gpt-5", True),
        ("gpt-oss-20b", False),
        ("deepseek-r1", False),
    ],
)
def test_some_show_an_account_of_their_thought(name: str, summarised: bool) -> None:
    assert thinking_of(name).summarised is summarised


@pytest.mark.parametrize("name", ["proto1-7b", "brand-new", "maya-7b", "gemini-flash-latest"])
def test_a_name_that_is_not_in_the_table_is_not_known(name: str) -> None:
    thinking = thinking_of(name)
    assert (thinking.reasoning, thinking.efforts) == (None, None)
