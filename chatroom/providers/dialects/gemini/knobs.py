"""Reasoning settings → `thinkingConfig`, by model.

    {"includeThoughts", "thinkingLevel": "minimal" to "high"}         Gemini 3 and later, Gemma 4
    {"includeThoughts", "thinkingBudget": tokens, 0: none, -1: any}   Gemini 2.5

(ai.google.dev/gemini-api/docs/generate-content/thinking.) A level that a model does not have is answered
with 400, a budget out of its range too, and the whole object where the model does not think. So nothing is said to
a model whose name does not tell. Thought is shown, as a summary, only on request: it is requested, unless
thought is not wanted.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chatroom.providers.dialects.base import Knobs
from chatroom.providers.dialects.efforts import nearest, thinks
from chatroom.providers.events import Json
from chatroom.providers.model_names import thinking_of
from chatroom.providers.request import Effort, ReasoningSettings


class _Budget(NamedTuple):
    """Tokens, least and most. `off`: it takes 0 as well; `unasked`: it thinks where nothing is said."""

    least: int
    most: int
    off: bool = True
    unasked: bool = True


#: The first pattern that matches speaks for a model of Gemini 2.5.
_BUDGETS = (
    (re.compile(r"flash-lite"), _Budget(512, 24_576, unasked=False)),
    (re.compile(r"flash|robotics"), _Budget(1, 24_576)),
    (re.compile(r""), _Budget(128, 32_768, off=False)),
)
#: What Google makes of an effort for Gemini 2.5 (ai.google.dev/gemini-api/docs/openai).
_TOKENS: dict[Effort, int] = {"none": 0, "low": 1_024, "medium": 8_192, "high": 24_576}
#: All that a Gemini without a number in its name (`gemini-flash-latest`) is sure to have.
_COMMON_LEVELS: tuple[Effort, ...] = ("low", "medium", "high")
#: Gemma 4 is switched: `minimal` is off.
_SWITCHED = re.compile(r"gemma-?4")


def thinking_config(settings: ReasoningSettings, model: str) -> Json:
    """Return the object; an empty one is not sent."""
    known = takes(model)
    if not known.efforts:
        return {}
    on = thinks(settings)
    wanted: Effort | None = "none" if on is False else settings.effort
    config: Json = {}
    shown = on is not False
    if known.budget:
        budget = _budget(model)
        tokens = _tokens(settings, wanted, budget, known)
        if tokens is not None:
            config["thinkingBudget"] = tokens
        shown = tokens != 0 and (budget.unasked or tokens is not None)
    elif wanted is not None:
        level = nearest(wanted, known.efforts)
        config["thinkingLevel"] = "minimal" if level == "none" else level
    if settings.exclude:
        return {**config, "includeThoughts": False}
    return {**config, "includeThoughts": True} if shown and on is not False else config


def takes(model: str) -> Knobs:
    """Return the settings that have a word for `model`."""
    thinking = thinking_of(model)
    if thinking.takes_budget:
        return Knobs(tuple(_TOKENS)[0 if _budget(model).off else 1 :], budget=True, exclude=True)
    if _SWITCHED.search(model.lower()):
        return Knobs(("none", "high"), exclude=True)
    if thinking.reasoning == "none" or "gemini" not in model.lower():
        return Knobs()
    return Knobs(thinking.efforts or _COMMON_LEVELS, exclude=True)


def _budget(model: str) -> _Budget:
    return next(budget for pattern, budget in _BUDGETS if pattern.search(model.lower()))


def _tokens(settings: ReasoningSettings, wanted: Effort | None, budget: _Budget, known: Knobs) -> int | None:
    """Return the budget, None where it is left to the model."""
    if wanted != "none" and settings.max_tokens is not None:
        tokens = settings.max_tokens
    elif wanted is not None:
        tokens = _TOKENS[wanted if wanted == "none" else nearest(wanted, known.efforts)]
    else:
        return -1 if settings.enabled else None
    return 0 if tokens <= 0 and budget.off else min(max(tokens, budget.least), budget.most)
