"""What a model can do, told by its name: for the many providers whose list gives names only.

A table of well-known families; a name that is not in it is unknown, which is not the same as unable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from chatroom.providers.request import Effort

Reasoning: TypeAlias = Literal["always", "optional", "none"]


@dataclass(frozen=True, slots=True)
class Thinking:
    """Whether a model reasons, and how.

    `efforts`: how hard it can be told to; none: no choice; None: not known, so that whatever the host
    has a word for may be tried. `takes_budget`: it can be given a number of tokens. `summarised`: if
    anything is shown of its thought, it is an account, not the thought.
    """

    reasoning: Reasoning | None = None
    efforts: tuple[Effort, ...] | None = None
    takes_budget: bool = False
    summarised: bool = False


_UNKNOWN = Thinking()
_NONE = Thinking("none", ())
_ALWAYS = Thinking("always", ())
# On or off: `high` is on, for hosts that want a word for it.
_SWITCH = Thinking("optional", ("none", "high"))
_ALWAYS_LOW_TO_HIGH = Thinking("always", ("low", "medium", "high"))


def _summarised(reasoning: Reasoning, *efforts: Effort) -> Thinking:
    return Thinking(reasoning, efforts, summarised=True)


#: The first pattern that matches a name (lower case, without its vendor) speaks for it.
_FAMILIES: tuple[tuple[re.Pattern[str], Thinking], ...] = tuple(
    (re.compile(pattern), thinking)
    for pattern, thinking in (
        # developers.openai.com: the pages of the models, and the guide on reasoning.
        (r"gpt-oss", _ALWAYS_LOW_TO_HIGH),
        (r"gpt-5[.\d]*-chat", _NONE),
        (r"gpt-5\.\d-pro", _summarised("always", "medium", "high", "xhigh")),
        (r"gpt-5-pro", _summarised("always")),
        (r"gpt-5\.1-codex-max|gpt-5\.[2-9]-codex", _summarised("always", "low", "medium", "high", "xhigh")),
        (r"gpt-5[.\d]*-codex|codex-mini", _summarised("always", "low", "medium", "high")),
        (r"gpt-5\.1", _summarised("optional", "none", "low", "medium", "high")),
        (r"gpt-5\.\d", _summarised("optional", "none", "low", "medium", "high", "xhigh")),
        (r"gpt-5", _summarised("always", "minimal", "low", "medium", "high")),
        (r"\bo1-(mini|preview)", _ALWAYS),
        (r"\bo[134](-|$)", _summarised("always", "low", "medium", "high")),
        (r"(chatgpt|gpt)-(3|4)", _NONE),
        # platform.claude.com: extended thinking, adaptive thinking, effort. Budgets until 4.5, efforts from 4.5 on.
        (r"claude-(instant|[12]|3(?![-.]7))", _NONE),
        (r"claude-3[-.]7", Thinking("optional", takes_budget=True)),
        (r"claude-(fable|mythos)|claude-opus-5[-.]5", _summarised("always", "low", "medium", "high", "xhigh", "max")),
        (r"claude-([a-z]+-)?[5-9]", _summarised("optional", "none", "low", "medium", "high", "xhigh", "max")),
        (r"claude.*4[-.][7-9](?!\d)", _summarised("optional", "none", "low", "medium", "high", "xhigh", "max")),
        (r"claude.*4[-.]6(?!\d)", _summarised("optional", "none", "low", "medium", "high", "max")),
        (
            r"claude-opus-4[-.]5(?!\d)|claude-4[-.]5-opus",
            Thinking("optional", ("none", "low", "medium", "high"), takes_budget=True, summarised=True),
        ),
        (r"claude-([a-z]+-)?4", Thinking("optional", takes_budget=True, summarised=True)),
        (r"claude", Thinking(summarised=True)),  # all but 3.7 show a summary
        # ai.google.dev: thinking. Budgets in 2.5, levels from 3 on.
        (r"gemini-(1|2\.0)|gemini-2\.5.*(image|tts|audio)", _NONE),
        (r"gemini-2\.5-pro", Thinking("always", takes_budget=True, summarised=True)),
        (r"gemini-(2\.5|robotics-er-1\.5)", Thinking("optional", takes_budget=True, summarised=True)),
        (r"gemini-3-pro", _summarised("always", "low", "high")),
        (r"gemini-[3-9][.\d]*-flash.*image", _summarised("always", "minimal", "high")),
        (r"gemini-[3-9][.\d]*-pro", _summarised("always", "low", "medium", "high")),
        (r"gemini-(3\.[7-9]|[4-9][.\d]*)-flash(?!-lite)", _summarised("always", "low", "medium", "high")),
        (r"gemini-[3-9]", _summarised("always", "minimal", "low", "medium", "high")),
        (r"gemini-", Thinking(summarised=True)),
        # docs.cohere.com/docs/reasoning
        (r"command-a-reasoning", Thinking("optional", takes_budget=True)),
        (r"command-(r|light|nightly)|command-a-(03|vision|translate)|c4ai|\baya", _NONE),
        (r"deepseek-(reasoner|r1)|(^|-)r1(-|$)|qwq|minimax-m[2-9]|deepcoder|marco-o1|exaone-deep", _ALWAYS),
        (r"deepseek-chat|deepseek-v3(-|$)|deepseek-(coder|v2)", _NONE),
        (r"deepseek-v4", Thinking("optional", ("none", "low", "high", "max"))),
        (r"deepseek-v3\.", _SWITCH),
        (r"qwen-?3.*thinking", _ALWAYS),
        (r"qwen-?3.*(instruct|coder)|qwen-?[12]", _NONE),
        (r"qwen-?3|qwen-(plus|flash|turbo)", Thinking("optional", ("none", "high"), takes_budget=True)),
        (r"magistral", _ALWAYS),
        (r"mistral-small-latest", _SWITCH),
        (r"(open-)?(mistral|mixtral|ministral|codestral|devstral|pixtral)(?!.*(reasoning|think))", _NONE),
        (r"grok.*non-reasoning|grok-[23]($|-(?!mini))", _NONE),
        (r"grok-3-mini", Thinking("always", ("low", "high"))),
        # docs.x.ai: reasoning.
        (r"grok-4\.3", Thinking("optional", ("none", "low", "medium", "high"))),
        (r"grok-4\.20-multi-agent", Thinking("always", ("low", "medium", "high", "xhigh"))),
        (r"grok-(4\.[5-9]|[5-9])", _ALWAYS_LOW_TO_HIGH),
        (r"grok-(4|code)", _ALWAYS),
        (r"kimi-k2-thinking", _ALWAYS),
        (r"kimi-k2\.", _SWITCH),
        (r"kimi-k2", _NONE),
        (r"glm-(4\.[5-9]|5)", _SWITCH),
        (r"sonar-(reasoning|deep)", _ALWAYS),
        (r"sonar", _NONE),
        (r"granite-?3\.[23]|smollm-?3|cogito|gemma-?4", _SWITCH),
        (r"reasoning|think", _ALWAYS),
        (r"llama-?[234]|gemma-?[23]|phi-?[34]|olmo|granite|smollm", _NONE),
    )
)


@lru_cache(maxsize=1024)
def thinking_of(model: str) -> Thinking:
    """Return what the name of `model` tells. `vendor/name:tag` and `name` are the same model."""
    name = model.lower().rpartition("/")[2].partition(":")[0]
    return next((thinking for pattern, thinking in _FAMILIES if pattern.search(name)), _UNKNOWN)
