"""What reasoning settings ask for, before any host's words for it."""

from __future__ import annotations

from chatroom.providers.request import EFFORTS, Effort, ReasoningSettings


def thinks(settings: ReasoningSettings) -> bool | None:
    """Return whether to reason, or None where that is left open."""
    if settings.enabled is False or settings.effort == "none":
        return False
    return True if settings.enabled or settings.effort or settings.max_tokens else None


def effort_asked(settings: ReasoningSettings) -> Effort | None:
    """Return the effort to ask for: `none` where reasoning is switched off, no effort beside a budget."""
    if settings.enabled is False:
        return "none"
    return settings.effort if settings.max_tokens is None else None


def nearest(wanted: Effort, known: tuple[Effort, ...]) -> Effort:
    """Return the known effort next to `wanted`, the higher of two that are equally near."""
    rank = EFFORTS.index
    return min(known, key=lambda one: (abs(rank(one) - rank(wanted)), -rank(one)))
