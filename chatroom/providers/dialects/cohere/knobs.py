"""Reasoning settings → `thinking`: on or off, and a budget in tokens (docs.cohere.com/docs/reasoning).

Models that can reason do so unasked and show it. There are no efforts in between, and no word for
hiding the thought. The budget bounds the thought alone; at least 1,000 tokens should be left for the
answer, which is the asker's business.
"""

from __future__ import annotations

from chatroom.providers.dialects.base import Knobs
from chatroom.providers.dialects.efforts import thinks
from chatroom.providers.events import Json
from chatroom.providers.model_names import thinking_of
from chatroom.providers.request import ReasoningSettings


def thinking(settings: ReasoningSettings, model: str) -> Json | None:
    """Return the value of `thinking`, or None where the key is to be left out."""
    on = thinks(settings)
    if on is None or thinking_of(model).reasoning == "none":
        return None
    if on and settings.max_tokens is not None:
        return {"type": "enabled", "token_budget": settings.max_tokens}
    return {"type": "enabled" if on else "disabled"}


def takes(model: str) -> Knobs:
    """Return the settings that have a word for `model`."""
    return Knobs() if thinking_of(model).reasoning == "none" else Knobs(("none",), budget=True)
