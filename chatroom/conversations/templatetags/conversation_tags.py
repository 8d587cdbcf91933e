"""How numbers and panes of a conversation are put into words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from django import template
from django.template import Context

from chatroom.conversations.models import Run, Status
from chatroom.conversations.pages import LaneShown
from chatroom.conversations.presenting import PROVENANCE_LABELS, PartShown, RunShown
from chatroom.conversations.ties import Reference
from chatroom.providers.events import Provenance

register = template.Library()


@register.filter
def duration(seconds: float | None) -> str:
    """Seconds → `12 s`, `1 min 5 s`, or `under 1 s`. The timers in the page say it alike."""
    if seconds is None:
        return "an unknown time"
    whole = int(seconds)
    if whole < 1:
        return "under 1 s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@register.filter
def sentence(text: str) -> str:
    """What a provider said, with a full stop where it has none, so that more can follow."""
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."


@register.filter
def money(dollars: float | None) -> str:
    """US dollars with as many digits as tell something."""
    if dollars is None:
        return "cost unknown"
    if dollars == 0:
        return "free"
    if dollars >= 1:
        return f"${dollars:.2f}"
    # At least four digits behind the point, and two that are no nought.
    return f"${dollars:.{max(4, 1 - math.floor(math.log10(dollars)))}f}"


@register.filter
def share_of_thinking(run: Run) -> str:
    """Reasoning tokens as a share of the output, in per cent; empty where either is unknown."""
    if not run.output_tokens or run.reasoning_tokens is None:
        return ""
    return f"{round(100 * run.reasoning_tokens / run.output_tokens)} %"


@register.filter
def milliseconds(moment: datetime) -> int:
    """A time as milliseconds since the epoch, for the timers in the page."""
    return round(moment.timestamp() * 1000)


@register.filter
def provenance_label(provenance: str | None) -> str:
    """What a reasoning part is, in words for a reader."""
    return PROVENANCE_LABELS[Provenance(provenance)] if provenance else ""


@register.simple_tag(takes_context=True)
def pane_open(context: Context, part_id: str, live: bool) -> str:
    """`open` where a pane is to stand open: as the person left it, else as they prefer.

    A fragment is rendered for nobody in particular; the page then applies the same rule by itself.
    """
    touched: dict[str, bool] = context.get("touched_panes") or {}
    preference = context.get("pane", "auto")
    stands = touched.get(part_id, preference == "open" or (preference == "auto" and live))
    return "open" if stands else ""


@register.simple_tag
def answered_below(lane: LaneShown, number: int) -> bool:
    """Whether the reply, counted from 1, was stopped to be answered from, and the answer stands below it."""
    return any(reply.shown.run.answer_now for reply in lane.replies[number : number + 1])


@register.simple_tag
def stopped_to_answer(part: PartShown, shown: RunShown | None) -> bool:
    """Whether the part was broken off so that the model answers from it."""
    if not shown or shown.run.status != Status.STOPPED or not shown.ties.stopped_to_answer:
        return False
    return part.head.index == shown.parts[-1].head.index


@register.simple_tag
def handed(part: PartShown, shown: RunShown | None) -> Sequence[Reference]:
    """The replies that were given the part. A part that only begins was given to none."""
    return shown.ties.handed.get(part.head.index, ()) if shown else ()


@register.simple_tag
def sole_thought(part: PartShown, shown: RunShown | None) -> bool:
    """Whether the run's count of reasoning tokens is this part's: it is over, and thought only once.

    A count of 0 beside a thought is none (some providers report it for thought that they do not count).
    """
    return bool(shown and not shown.run.is_live and shown.run.reasoning_tokens and len(shown.thoughts) == 1)
