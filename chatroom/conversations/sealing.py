"""The end of a run: one conditional UPDATE decides it, then the parts get their text for good."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from chatroom.conversations.models import Conversation, Delta, Part, Run, Status
from chatroom.providers.events import Json, UsageReported
from chatroom.providers.parts import PieceKind
from chatroom.watching import metrics

# The largest number in an integer column of PostgreSQL.
MOST_TOKENS = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Ending:
    """How and when a run ended. `error` is a sentence for a person."""

    status: Status
    at: datetime
    finish_reason: str = ""
    error_kind: str = ""
    error: str = ""
    usage: UsageReported | None = None
    # The cost in `usage` is not the provider's word but tokens times prices.
    cost_computed: bool = False


def seal(run_id: int, ending: Ending, only_if: Q | None = None) -> bool:
    """End the run unless it has ended already (or `only_if` does not hold). Returns whether this call ended it."""
    usage = ending.usage or UsageReported()
    with transaction.atomic():
        ended = Run.objects.filter(only_if or Q(), pk=run_id, ended_at=None).update(
            status=ending.status,
            ended_at=ending.at,
            worker="",
            lease_until=None,
            finish_reason=ending.finish_reason,
            error_kind=ending.error_kind,
            error=storable(ending.error),
            input_tokens=_count(usage.input),
            output_tokens=_count(usage.output),
            reasoning_tokens=_count(usage.reasoning),
            cost=usage.cost,
            cost_computed=ending.cost_computed,
            retry_at=None,
            retry_reason="",
        )
        if ended != 1:
            return False
        _fold(run_id, ending.at)
        transaction.on_commit(metrics.RUNS_ENDED.labels(ending.status.value).inc)
    return True


def storable(text: str) -> str:
    """`text` as every database takes it: PostgreSQL stores no U+0000, and no page could show it."""
    return text.replace("\0", "\ufffd")


def _count(tokens: int | None) -> int | None:
    """A count that fits its column. Nonsense that a provider reports must not cost the reply its last words."""
    return tokens if tokens is not None and tokens <= MOST_TOKENS else None


def _fold(run_id: int, ended_at: datetime) -> None:
    """Write each part's text from the log, and the end of those that were still open."""
    texts: dict[int, list[str]] = {}
    opaque: dict[int, list[Json]] = {}
    breaks: dict[int, list[int]] = {}
    lengths: Counter[int] = Counter()
    for part, kind, text in Delta.objects.filter(run=run_id).order_by("seq").values_list("part", "kind", "text"):
        if kind == PieceKind.TEXT:
            texts.setdefault(part, []).append(text)
            lengths[part] += len(text)
        elif kind == PieceKind.BREAK:
            breaks.setdefault(part, []).append(lengths[part])
        elif kind == PieceKind.OPAQUE:
            opaque.setdefault(part, []).append(json.loads(text))
    parts = list(Part.objects.filter(run=run_id))
    owner = Conversation.objects.filter(messages__run=run_id).values_list("owner", flat=True).first()
    for row in parts:
        row.owner_id = owner
        row.text = "".join(texts.get(row.index, ()))
        row.opaque = opaque.get(row.index, [])
        row.breaks = breaks.get(row.index, [])
        row.ended_at = row.ended_at or ended_at
    Part.objects.bulk_update(parts, ["text", "opaque", "breaks", "ended_at", "owner"])
