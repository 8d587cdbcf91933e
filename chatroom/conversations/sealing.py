"""The end of a run: one conditional UPDATE decides it, then the parts get their text for good."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from chatroom.conversations.models import Conversation, Delta, Message, Part, Run, Status
from chatroom.conversations.storing import for_column, storable
from chatroom.providers.events import Json, UsageReported
from chatroom.providers.parts import PieceKind
from chatroom.watching import metrics

# In SQL, since every run ends with it. The owner is what the search goes by.
_FOLD = (
    f"UPDATE {Part._meta.db_table} SET text = %s, breaks = %s, opaque = %s, ended_at = coalesce(ended_at, %s),"  # noqa: S608
    f" owner_id = (SELECT c.owner_id FROM {Run._meta.db_table} r JOIN {Message._meta.db_table} m ON m.id = r.reply_id"
    f" JOIN {Conversation._meta.db_table} c ON c.id = m.conversation_id WHERE r.id = run_id)"
    ' WHERE run_id = %s AND "index" = %s'
)

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
    with transaction.atomic(savepoint=False):
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
        fold(run_id, ending.at)
        transaction.on_commit(metrics.RUNS_ENDED.labels(ending.status.value).inc)
    return True


def _count(tokens: int | None) -> int | None:
    """A count that fits its column. Nonsense that a provider reports must not cost the reply its last words."""
    return tokens if tokens is not None and tokens <= MOST_TOKENS else None


def fold(run_id: int, ended_at: datetime) -> None:
    """Write each part's text from the log, and the end of those that were still open."""
    texts: dict[int, list[str]] = {}
    opaque: dict[int, list[Json]] = {}
    indices: set[int] = set()
    breaks: dict[int, list[int]] = {}
    lengths: Counter[int] = Counter()
    for part, kind, text in Delta.objects.filter(run=run_id).order_by("seq").values_list("part", "kind", "text"):
        indices.add(part)
        if kind == PieceKind.TEXT:
            texts.setdefault(part, []).append(text)
            lengths[part] += len(text)
        elif kind == PieceKind.BREAK:
            breaks.setdefault(part, []).append(lengths[part])
        elif kind == PieceKind.OPAQUE:
            opaque.setdefault(part, []).append(json.loads(text))
    folded = [
        (
            "".join(texts.get(index, ())),
            for_column(Part, "breaks", breaks.get(index, [])),
            for_column(Part, "opaque", opaque.get(index, [])),
            for_column(Part, "ended_at", ended_at),
            run_id,
            index,
        )
        for index in sorted(indices)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_FOLD, folded)
