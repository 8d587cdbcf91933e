"""Reasoning settings → `think`, by model.

    true | false              models that can be switched
    "low" | "medium" | "high" gpt-oss, which ignores false and thinks all the same

(docs.ollama.com/capabilities/thinking.) A model that cannot think answers 400 to anything but false,
and so do those that can to a level, so `think` is sent unasked only where the name vouches for it.
Servers since 0.12 let every model think that can; before, one that was not asked wrote its tags into the
answer. Shown it is either way. There is no word for hiding the thought, nor for a budget.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from chatroom.providers.dialects.base import Knobs
from chatroom.providers.dialects.efforts import effort_asked, nearest, thinks
from chatroom.providers.model_names import Reasoning, thinking_of
from chatroom.providers.request import Effort, ReasoningSettings

Think: TypeAlias = bool | Literal["low", "medium", "high"]

_LEVELS: tuple[Effort, ...] = ("low", "medium", "high")

# In Ollama's library, and nowhere else, these have templates without a switch: they think in tags.
_UNSWITCHED = re.compile(r"qwq|phi-?4.*reasoning")


def think(settings: ReasoningSettings, model: str) -> Think | None:
    """Return the value of `think`, or None where the key is to be left out."""
    on = thinks(settings)
    if _has_levels(model):
        wanted = effort_asked(settings)
        level = None if wanted is None else nearest(wanted, _LEVELS)
        return True if level is None else level  # type: ignore[return-value]
    reasoning = _reasoning(model)
    if reasoning == "none":
        return None
    if on is not None:
        return on
    return True if reasoning is not None and _is_of_the_library(model) else None


def takes(model: str) -> Knobs:
    """Return the settings that have a word for `model`."""
    if _has_levels(model):
        return Knobs(_LEVELS)
    return Knobs() if _reasoning(model) == "none" else Knobs(("none",))


def _has_levels(model: str) -> bool:
    return "gpt-oss" in model.lower()


def _reasoning(model: str) -> Reasoning | None:
    """Return whether `model` thinks, None where its name does not tell. The tag (`:30b-instruct`) tells too."""
    name = model.lower().replace(":", "-")
    return "none" if _UNSWITCHED.search(name) else thinking_of(name).reasoning


def _is_of_the_library(model: str) -> bool:
    """Return whether `model` is Ollama's own make. Others' may have templates that know no switch."""
    return "/" not in model and model == model.lower()
