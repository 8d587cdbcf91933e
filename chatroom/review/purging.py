"""What the house keeps no longer, and its end: conversations, marks and verdicts, wire records, each by its days.

Whatever belongs to a conversation on hold stays, and so does a conversation in which something goes on. The books stay,
which hold no words, and the record of openings.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import router, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.deletion import Collector
from django.utils import timezone

from chatroom.conversations.holding import held
from chatroom.conversations.models import Conversation, Exchange, Run
from chatroom.review.models import Comment, Mark, Verdict

# So many in one transaction, with all that belongs to them; and a pause after each, in which others write.
CONVERSATIONS_AT_ONCE = 10
ROWS_AT_ONCE = 100
PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Due:
    """Rows of a table that have been kept for their `days`."""

    what: str
    days: int
    rows: QuerySet[Any]
    at_once: int = ROWS_AT_ONCE


def due(now: datetime | None = None) -> list[Due]:
    """What is to go by the rules of the house, in this order; what goes with a conversation is not named again."""
    now = now or timezone.now()
    found: list[Due] = []
    going = Conversation.objects.none()
    if settings.KEEP_DAYS:
        goes_on = Run.objects.filter(reply__conversation=OuterRef("pk"), ended_at=None)
        going = Conversation.objects.filter(touched_at__lt=now - timedelta(days=settings.KEEP_DAYS))
        going = going.filter(~held(), ~Exists(goes_on))
        found.append(Due("conversations", settings.KEEP_DAYS, going, CONVERSATIONS_AT_ONCE))
    stays = ~held("run__reply__conversation") & ~Q(run__reply__conversation__in=going.values("pk"))
    if settings.KEEP_MARKS_DAYS:
        before = now - timedelta(days=settings.KEEP_MARKS_DAYS)
        later = Comment.objects.filter(mark=OuterRef("pk"), made_at__gte=before)
        marks = Mark.objects.filter(stays, ~Exists(later), made_at__lt=before)
        found.append(Due("marks", settings.KEEP_MARKS_DAYS, marks))
        found.append(Due("verdicts", settings.KEEP_MARKS_DAYS, Verdict.objects.filter(stays, made_at__lt=before)))
    before = now - timedelta(days=settings.WIRE_DAYS)
    wire = Exchange.objects.filter(stays, sent_at__lt=before, run__ended_at__isnull=False)
    return [*found, Due("wire records", settings.WIRE_DAYS, wire)]


def purge(some: Due) -> Counter[str]:
    """Delete what is due. Returns how many rows of each table went."""
    gone: Counter[str] = Counter()
    for pks in _in_portions(some):
        with transaction.atomic():
            # With the rows in our hands nobody can put them on hold, or say something in them: so look again.
            list(some.rows.model.objects.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk"))
            if some.rows.model is Conversation:  # nor book what is about to go
                runs = Run.objects.select_for_update().filter(reply__conversation__in=pks)
                list(runs.order_by("pk").values_list("pk"))
            still = list(some.rows.filter(pk__in=pks).values_list("pk", flat=True))
            _, rows = some.rows.model.objects.filter(pk__in=still).only("pk").delete()
        gone.update(rows)
        time.sleep(PAUSE_SECONDS)
    return gone


def rehearse(some: Due) -> Counter[str]:
    """What `purge` would do, without doing it: collected in the same way, and counted."""
    would: Counter[str] = Counter()
    for pks in _in_portions(some):
        rows = some.rows.model.objects.filter(pk__in=pks).only("pk")
        collector = Collector(using=router.db_for_write(rows.model), origin=rows)
        collector.collect(rows)
        for model, instances in collector.data.items():
            would[model._meta.label] += len(instances)
        for fast in collector.fast_deletes:
            would[fast.model._meta.label] += fast.count()
    return +would  # without tables of which there is nothing


def _in_portions(some: Due) -> Iterator[list[int]]:
    last = 0
    rows = some.rows.order_by("pk").values_list("pk", flat=True)
    while pks := list(rows.filter(pk__gt=last)[: some.at_once]):
        last = pks[-1]
        yield pks
