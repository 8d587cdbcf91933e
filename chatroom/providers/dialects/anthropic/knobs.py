"""Reasoning settings → `thinking` and `output_config`, and which settings those can say.

    {"type": "enabled", "budget_tokens"}        at most so many tokens; until Claude 4.5, and other makers' models
    {"type": "adaptive", "display"?}            as the model sees fit, from Claude 4.6 on
    {"type": "disabled" | "between_tools"}      off, where that can be

An effort becomes a share of `max_tokens` where a model takes budgets (the shares are OpenRouter's), and a
budget is left out where it takes none. A thought that would not be shown is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

from chatroom.providers.dialects.anthropic.claude import Facts
from chatroom.providers.dialects.base import Knobs
from chatroom.providers.dialects.efforts import nearest, thinks
from chatroom.providers.events import Json
from chatroom.providers.loose_json import as_object
from chatroom.providers.request import Effort, ReasoningSettings

_SHARES: Mapping[Effort, float] = {
    "minimal": 0.1,
    "low": 0.2,
    "medium": 0.5,
    "high": 0.8,
    "xhigh": 0.95,
    "max": 0.95,
}
_LEAST_BUDGET = 1024
_GREATEST_BUDGET = 128_000

#: Of `max_tokens`, so many are left to the answer if at all possible.
_ANSWER = 1024

#: The shares that differ, and off.
_EFFORTS_BY_BUDGET: tuple[Effort, ...] = ("none", "minimal", "low", "medium", "high", "max")


def thinking(settings: ReasoningSettings, facts: Facts, max_tokens: int) -> Json | None:
    """Return the value of `thinking`, or None where it is to be left out."""
    on = thinks(settings)
    if facts.thinks == "never":
        return None
    if on is False and facts.off:
        return {"type": facts.off}
    if facts.thinks == "adaptive":
        keys: Json = {"type": "adaptive"}
    elif on or facts.unasked:
        budget = _budget(settings, max_tokens)
        if budget is None:
            return None
        keys = {"type": "enabled", "budget_tokens": budget}
    else:
        return None
    if settings.exclude and facts.display:
        keys["display"] = "omitted"
    elif facts.display == "omitted" and on is not False:
        keys["display"] = "summarized"
    return keys


def effort(settings: ReasoningSettings, facts: Facts) -> Effort | None:
    """Return the value of `output_config.effort`, or None where it is to be left out."""
    wanted: Effort | None = "none" if settings.enabled is False else settings.effort
    if not facts.efforts or wanted is None:
        return None
    if wanted == "none":
        return None if facts.off else facts.efforts[0]
    if facts.thinks == "budget" and settings.max_tokens is not None:
        return None
    return nearest(wanted, facts.efforts)


def is_on(keys: Json | None, facts: Facts) -> bool:
    """Return whether a request with `keys` for `thinking` lets the model think, or leaves it to the model."""
    if keys is None:
        return not facts.unasked
    return keys["type"] in ("enabled", "adaptive")


def bind_loosely(keys: Json) -> None:
    """Let thoughts be dropped that do not follow the conversation that they followed first.

    Unless it is told so, a model that binds its thoughts answers 400 if anything before one has changed,
    if only that another one is missing ("Preserved thinking").
    """
    keys["block_binding"] = {"prefix_mismatch_behavior": "drop_block"}


def betas(body: Json) -> dict[str, str]:
    """Return the header without which `body` would be refused for what `bind_loosely` put there."""
    bound = "block_binding" in as_object(body.get("thinking"))
    return {"anthropic-beta": "thinking-binding-controls-2026-08-01"} if bound else {}


def takes(facts: Facts) -> Knobs:
    """Return the settings that have a word for a model of which `facts` are true."""
    match facts.thinks:
        case "never":
            return Knobs()
        case "budget":
            return Knobs(_EFFORTS_BY_BUDGET, budget=True, exclude=facts.display is not None)
        case "adaptive":
            off: tuple[Effort, ...] = ("none",) if facts.off else ()
            return Knobs(off + facts.efforts, exclude=True)


def _budget(settings: ReasoningSettings, max_tokens: int) -> int | None:
    """Return a budget below `max_tokens`, or None where that leaves no room for any."""
    wanted = settings.max_tokens
    if wanted is None:
        wanted = int(max_tokens * _SHARES[settings.effort or "medium"])
    budget = max(_LEAST_BUDGET, min(wanted, _GREATEST_BUDGET, max_tokens - _ANSWER))
    return budget if budget < max_tokens else None
