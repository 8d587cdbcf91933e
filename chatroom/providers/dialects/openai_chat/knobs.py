"""Reasoning settings → the keys that a host knows for them.

Each function takes settings (not all of them default) and a model's name. What a host has no word
for is left out: a request that asks for less is answered, one with an unknown key may not be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from chatroom.providers.dialects.efforts import effort_asked, nearest, thinks
from chatroom.providers.events import Json
from chatroom.providers.request import EFFORTS, Effort, ReasoningSettings

WriteKnobs: TypeAlias = Callable[[ReasoningSettings, str], Json]

UP_TO_XHIGH: tuple[Effort, ...] = EFFORTS[:-1]


def effort(*known: Effort) -> WriteKnobs:
    """`reasoning_effort`, for a host that takes only the efforts `known`: the nearest one is sent."""

    def knobs(settings: ReasoningSettings, model: str) -> Json:
        wanted = effort_asked(settings)
        return {} if wanted is None else {"reasoning_effort": nearest(wanted, known)}

    return knobs


def unknown(settings: ReasoningSettings, model: str) -> Json:
    """For anybody: `reasoning_effort`, and the `reasoning` object for what that cannot say."""
    if settings.max_tokens is not None or settings.effort is None:
        return reasoning_object(settings, model)
    rest = replace(settings, effort=None)
    return {
        "reasoning_effort": settings.effort,
        **(reasoning_object(rest, model) if rest != ReasoningSettings() else {}),
    }


def reasoning_object(settings: ReasoningSettings, model: str) -> Json:
    """OpenRouter: one object. Effort and budget exclude each other there; the budget is more exact."""
    wanted: Json = {}
    if settings.max_tokens is not None:
        wanted["max_tokens"] = settings.max_tokens
    elif settings.effort is not None:
        wanted["effort"] = settings.effort
    if settings.exclude:
        wanted["exclude"] = True
    if settings.enabled is not None:
        wanted["enabled"] = settings.enabled
    return {"reasoning": wanted}


def switch(settings: ReasoningSettings, model: str) -> Json:
    """`thinking: {type}`: on or off (Moonshot)."""
    on = thinks(settings)
    return {} if on is None else {"thinking": {"type": "enabled" if on else "disabled"}}


def switch_and_effort(settings: ReasoningSettings, model: str) -> Json:
    """z.ai: the switch, and `reasoning_effort` when it is on."""
    wanted = effort_asked(settings)
    return switch(settings, model) | ({} if wanted in (None, "none") else {"reasoning_effort": wanted})


def deepseek(settings: ReasoningSettings, model: str) -> Json:
    """The switch, and an effort of low, high or max (api-docs.deepseek.com/guides/thinking_mode)."""
    keys = switch_and_effort(settings, model)
    if "reasoning_effort" in keys:
        keys["reasoning_effort"] = nearest(keys["reasoning_effort"], ("low", "high", "max"))
    return keys


def qwen(settings: ReasoningSettings, model: str) -> Json:
    """DashScope: `enable_thinking` and `thinking_budget`, in tokens."""
    on = thinks(settings)
    keys: Json = {} if on is None else {"enable_thinking": on}
    if on and settings.max_tokens is not None:
        keys["thinking_budget"] = settings.max_tokens
    return keys


def groq(settings: ReasoningSettings, model: str) -> Json:
    """gpt-oss: an effort and the legacy `include_reasoning`. Others: `reasoning_format`, and on or off.

    See console.groq.com/docs/reasoning.
    """
    wanted = effort_asked(settings)
    if "gpt-oss" in model:
        keys: Json = {} if wanted is None else {"reasoning_effort": nearest(wanted, ("low", "medium", "high"))}
        return keys | ({"include_reasoning": False} if settings.exclude else {})
    keys = {"reasoning_format": "hidden" if settings.exclude else "parsed"}
    return keys | ({} if wanted is None else {"reasoning_effort": "none" if wanted == "none" else "default"})


def chat_template(settings: ReasoningSettings, model: str) -> Json:
    """vLLM, llama.cpp, LM Studio: the effort, and the switch that the model's own template reads.

    Templates call it `enable_thinking` (Qwen) or `thinking` (DeepSeek, Granite) and ignore the other.
    """
    on, wanted = thinks(settings), effort_asked(settings)
    keys: Json = {} if on is None else {"chat_template_kwargs": {"enable_thinking": on, "thinking": on}}
    if wanted is not None and wanted != "none":
        keys["reasoning_effort"] = nearest(wanted, ("low", "medium", "high"))
    return keys
