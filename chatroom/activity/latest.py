"""One's latest replies in a range, read one by one: how they are spread, and their conversations."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import QuerySet

from chatroom.accounts.models import User
from chatroom.activity.figures import Figures
from chatroom.activity.quantiles import Quantiles, from_values
from chatroom.activity.ranges import Range
from chatroom.activity.telling import Cell
from chatroom.conversations.models import Conversation
from chatroom.ledger.models import Entry, Measure

# Read one by one; whoever has more in a range is told that it goes over the latest.
MOST = 5_000


class Reply(NamedTuple):
    """The columns of an entry that are needed."""

    conversation_id: int | None
    asked_id: int
    effort: str
    at: int
    status: str
    share: int | None
    first_thought_ms: int | None
    first_word_ms: int | None
    total_ms: int | None
    speed: float | None
    input_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    cost: int | None
    cost_computed: bool


def entries_in(asked_for: Range, person: User | None = None) -> QuerySet[Entry]:
    """Entries in a range, one person's or the house's; copies left out."""
    start, end = asked_for.milliseconds
    rows = Entry.objects.filter(at__gte=start, at__lt=end, taken=False)
    return rows.filter(person=person) if person else rows


def latest(person: User, asked_for: Range) -> list[Reply]:
    """Their latest replies in a range, the newest first."""
    rows = entries_in(asked_for, person).order_by("-at", "-id")
    return list(map(Reply._make, rows.values_list(*Reply._fields)[:MOST]))


def spreads(replies: Sequence[Reply]) -> dict[tuple[int, Cell], Quantiles]:
    """How they are spread: the share for every model and effort, the rest for models and in all."""
    values: dict[tuple[int, Cell], list[float]] = defaultdict(list)
    for one in replies:
        if one.share is not None and one.reasoning_tokens is not None and one.output_tokens:
            share = 1000 * one.reasoning_tokens / one.output_tokens  # rounded once, where it is shown
            for cell in ((None, None), (one.asked_id, None), (None, one.effort), (one.asked_id, one.effort)):
                values[Measure.SHARE, cell].append(share)
        for measure, value in (
            (Measure.FIRST_THOUGHT, one.first_thought_ms),
            (Measure.FIRST_WORD, one.first_word_ms),
            (Measure.TOTAL, one.total_ms),
            (Measure.SPEED, one.speed),
        ):
            if value is not None:
                values[measure, (None, None)].append(value)
                values[measure, (one.asked_id, None)].append(value)
    return {key: found for key, some in values.items() if (found := from_values(some))}


def by_conversation(replies: Sequence[Reply], most: int) -> list[tuple[Conversation | None, Figures]]:
    """Those with most output; None: conversations that are deleted, together."""
    sums: dict[int | None, Figures] = defaultdict(Figures)
    for one in replies:
        _enter(sums[one.conversation_id], one)
    first = heapq.nlargest(most, sums.items(), key=lambda item: (item[1].output_tokens, item[1].runs))
    known = Conversation.objects.in_bulk([key for key, _ in first if key is not None])
    return [(known.get(key) if key is not None else None, some) for key, some in first]


def _enter(sums: Figures, one: Reply) -> None:
    sums.runs += 1
    setattr(sums, one.status, getattr(sums, one.status) + 1)
    if one.input_tokens is not None:
        sums.input_tokens += one.input_tokens
        sums.inputs += 1
    if one.output_tokens is not None:
        sums.output_tokens += one.output_tokens
        sums.outputs += 1
    if one.reasoning_tokens is not None:
        sums.reasoning_tokens += one.reasoning_tokens
        sums.reasonings += 1
    if one.share is not None and one.reasoning_tokens is not None and one.output_tokens is not None:
        sums.share_reasoning += one.reasoning_tokens
        sums.share_output += one.output_tokens
        sums.shares += 1
    if one.cost is not None and one.cost_computed:
        sums.cost_computed += one.cost
        sums.costs_computed += 1
    elif one.cost is not None:
        sums.cost_reported += one.cost
        sums.costs_reported += 1
