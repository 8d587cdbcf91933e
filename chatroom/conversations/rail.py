"""The list of a person's conversations at the side of every page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from chatroom.conversations.fragments import into
from chatroom.conversations.models import Conversation, Message, Run

# So many are listed; older ones are found by searching.
RAIL_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Day:
    """Conversations under one heading."""

    heading: str
    conversations: list[Conversation]


def rail(conversations: QuerySet[Conversation], query: str = "") -> list[Day]:
    """Pinned first, then by day; `query` is looked for in titles and prompts."""
    if query:
        asked = Message.objects.filter(conversation=OuterRef("pk"), text__icontains=query)
        conversations = conversations.filter(Q(title__icontains=query) | Exists(asked))
    under_way = Run.objects.filter(reply__conversation=OuterRef("pk"), ended_at=None)
    listed = conversations.annotate(live=Exists(under_way))[:RAIL_LENGTH]
    today = timezone.localdate()
    return [Day(heading, list(group)) for heading, group in groupby(listed, lambda c: _heading(c, today))]


def rail_news(user_id: int, current: int | None) -> str:
    """The rail as a fragment."""
    days = rail(Conversation.objects.filter(owner=user_id).order_by("-pinned", "-touched_at", "-id"))
    return into("rail-list", "innerHTML", render_rail(days, current))


def render_rail(days: Iterable[Day], current: int | None) -> str:
    """The rail's HTML; `current` is the conversation on the page."""
    return render_to_string("conversations/_rail_list.html", {"days": days, "current": current})


def _heading(conversation: Conversation, today: date) -> str:
    if conversation.pinned:
        return "Pinned"
    day = timezone.localtime(conversation.touched_at).date()
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    if day > today - timedelta(days=7):
        return "Last seven days"
    return f"{day:%B %Y}"
