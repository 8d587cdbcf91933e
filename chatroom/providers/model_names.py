"""What a model can do, told by its name: for the many providers whose list gives names only.

A table of well-known families; a name that is not in it is unknown, which is not the same as unable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from chatroom.providers.request import Effort

Reasoning: TypeAlias = Literal["always", "optional", "none"]


@dataclass(frozen=True, slots=True)
class Thinking:
    """Whether a model reasons, at which efforts (none: no choice), and whether it takes a token budget."""

    reasoning: Reasoning | None = None
    efforts: tuple[Effort, ...] = ()
    takes_budget: bool = False


_UNKNOWN = Thinking()
_NONE = Thinking("none")
_ALWAYS = Thinking("always")
_SWITCH = Thinking("optional")
_ALWAYS_LOW_TO_HIGH = Thinking("always", ("low", "medium", "high"))

#: The first pattern that matches a name (lower case, without its vendor) speaks for it.
_FAMILIES: tuple[tuple[re.Pattern[str], Thinking], ...] = tuple(
    (re.compile(pattern), thinking)
    for pattern, thinking in (
        (r"gpt-oss", _ALWAYS_LOW_TO_HIGH),
        (r"gpt-5[.\d]*-chat", _NONE),
        (r"gpt-5[.\d]*-pro", _ALWAYS),
        (r"gpt-5\.1-codex-max", Thinking("always", ("low", "medium", "high", "xhigh"))),
        (r"gpt-5[.\d]*-codex", _ALWAYS_LOW_TO_HIGH),
        (r"gpt-5\.1", Thinking("optional", ("none", "low", "medium", "high"))),
        (r"gpt-5\.\d", Thinking("optional", ("none", "low", "medium", "high", "xhigh"))),
        (r"gpt-5", Thinking("always", ("minimal", "low", "medium", "high"))),
        (r"\bo1-(mini|preview)", _ALWAYS),
        (r"\bo[134](-|$)", _ALWAYS_LOW_TO_HIGH),
        (r"(chatgpt|gpt)-(3|4)", _NONE),
        (r"deepseek-(reasoner|r1)|(^|-)r1(-|$)|qwq", _ALWAYS),
        (r"deepseek-chat|deepseek-v3(-|$)", _NONE),
        (r"deepseek-v4", Thinking("optional", ("none", "low", "high", "max"))),
        (r"deepseek-v3\.", _SWITCH),
        (r"qwen3.*thinking", _ALWAYS),
        (r"qwen3.*(instruct|coder)|qwen-?[12]", _NONE),
        (r"qwen3|qwen-(plus|flash|turbo)", Thinking("optional", takes_budget=True)),
        (r"magistral", _ALWAYS),
        (r"mistral-small-latest", Thinking("optional", ("none", "high"))),
        (r"(open-)?(mistral|mixtral|ministral|codestral|devstral|pixtral)", _NONE),
        (r"grok.*non-reasoning|grok-[23]($|-(?!mini))", _NONE),
        (r"grok-3-mini", Thinking("always", ("low", "high"))),
        (r"grok-(4|code)", _ALWAYS),
        (r"kimi-k2-thinking", _ALWAYS),
        (r"kimi-k2\.", _SWITCH),
        (r"kimi-k2", _NONE),
        (r"glm-(4\.[5-9]|5)", _SWITCH),
        (r"sonar-(reasoning|deep)", _ALWAYS),
        (r"sonar", _NONE),
        (r"reasoning|thinking", _ALWAYS),
        (r"llama-?[234]|gemma-?[23]|phi-?[34]", _NONE),
    )
)


def thinking_of(model: str) -> Thinking:
    """Return what the name of `model` tells. `vendor/name:tag` and `name` are the same model."""
    name = model.lower().rpartition("/")[2].partition(":")[0]
    return next((thinking for pattern, thinking in _FAMILIES if pattern.search(name)), _UNKNOWN)
