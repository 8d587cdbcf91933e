"""Reasoning settings → `think`, by model (docs.ollama.com/capabilities/thinking).

    true | false                models that can be switched
    "low" | "medium" | "high"   gpt-oss, which ignores false and thinks all the same

A model whose template knows no switch answers 400 to true, though it may think; so true is sent unasked
only to models of Ollama's own library that are known to have one. Servers since 0.12 let every model
think that can; before, one that was not asked wrote its thought into the answer, in tags. Shown it is
either way. There is no word for hiding the thought, nor for a budget.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from chatroom.providers.dialects.base import Knobs
from chatroom.providers.dialects.efforts import effort_asked, nearest, thinks
from chatroom.providers.model_names import Reasoning, thinking_of
from chatroom.providers.request import Effort, ReasoningSettings

Think: TypeAlias = bool | Effort

_LEVELS: tuple[Effort, ...] = ("low", "medium", "high")

#: In Ollama's library, and with a switch. Copies of them by others may have none.
_SWITCHED = re.compile(r"deepseek-(r1|v3\.\d)|qwen3(\.\d)?(-vl|-next)?|gemma4|glm-4\.7-flash")


def think(settings: ReasoningSettings, model: str) -> Think | None:
    """Return the value of `think`, or None where the key is to be left out."""
    on = thinks(settings)
    if _has_levels(model):
        wanted = effort_asked(settings)
        return True if wanted is None else nearest(wanted, _LEVELS)
    reasoning = _reasoning(model)
    if reasoning == "none":
        return None
    if _SWITCHED.fullmatch(model.partition(":")[0]):
        return True if on is None else on
    return None if on and reasoning == "always" else on


def takes(model: str) -> Knobs:
    """Return the settings that have a word for `model`."""
    if _has_levels(model):
        return Knobs(_LEVELS)
    return Knobs() if _reasoning(model) == "none" else Knobs(("none",))


def _has_levels(model: str) -> bool:
    return "gpt-oss" in model.lower()


def _reasoning(model: str) -> Reasoning | None:
    """Return whether `model` thinks, None where its name does not tell. The tag (`:30b-instruct`) tells too."""
    return thinking_of(model.replace(":", "-")).reasoning
