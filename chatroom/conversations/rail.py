"""The list of a person's conversations at the side of every page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone

from chatroom.accounts.models import User
from chatroom.conversations.access import access_conversations
from chatroom.conversations.models import Conversation, Message, Run
from chatroom.conversations.searching.finding import Hit, search

# So many are listed; older ones are found by searching.
RAIL_LENGTH = 200
# So many are found at once; older ones with more words. Who looks for a word that is everywhere waits for each of them.
FOUND_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Entry:
    """A conversation in the list: whether a model is at work in it, and where the words that are looked for stand."""

    conversation: Conversation
    live: bool
    hit: Hit | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """Entries under one heading."""

    heading: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Rail:
    """The list. `whole`: there are no more of what was searched for."""

    days: list[Day]
    query: str = ""
    whole: bool = True


def rail(user: User, query: str = "") -> Rail:
    """Pinned first, then by day; only those in which `query` was said, where there is one."""
    conversations = access_conversations(user)
    if not query:
        return Rail(_days(conversations[:RAIL_LENGTH], {}))
    found = search(user, query, FOUND_LENGTH)
    listed = conversations.filter(pk__in=found.hits)[:FOUND_LENGTH]
    return Rail(_days(listed, found.hits), query, found.whole and len(found.hits) <= FOUND_LENGTH)


def rail_of(user_id: int) -> str:
    """A person's rail as HTML, for any of their pages."""
    return render_rail(rail(User(pk=user_id)), None)


def render_rail(shown: Rail, current: int | None) -> str:
    """The rail's HTML; `current` is the conversation on the page."""
    return render_to_string("conversations/_rail_list.html", {"rail": shown, "current": current})


def _days(conversations: Iterable[Conversation], hits: Mapping[int, Hit | None]) -> list[Day]:
    live = _live()
    entries = (Entry(one, one.pk in live, hits.get(one.pk)) for one in conversations)
    today = timezone.localdate()
    return [Day(heading, list(group)) for heading, group in groupby(entries, lambda one: _heading(one, today))]


# In SQL, since every rail asks it whenever a reply begins or ends.
_LIVE = (
    f"SELECT m.conversation_id FROM {Run._meta.db_table} r JOIN {Message._meta.db_table} m ON m.id = r.reply_id"  # noqa: S608
    " WHERE r.ended_at IS NULL"
)


def _live() -> set[int]:
    """All conversations in which something goes on: they are few, and found at once; one person's are not."""
    with connection.cursor() as cursor:
        cursor.execute(_LIVE)
        return {conversation for (conversation,) in cursor}


def _heading(entry: Entry, today: date) -> str:
    if entry.conversation.pinned:
        return "Pinned"
    day = timezone.localtime(entry.conversation.touched_at).date()
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    if day > today - timedelta(days=7):
        return "Last seven days"
    return f"{day:%B %Y}"
