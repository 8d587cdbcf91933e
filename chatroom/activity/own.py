"""One's own activity: sums from the books, and what needs each value from one's latest replies."""

from __future__ import annotations

from django.urls import reverse

from chatroom.accounts.models import User
from chatroom.activity.latest import MOST, by_conversation, entries_in, latest, spreads
from chatroom.activity.outliers import KINDS, by_time
from chatroom.activity.outliers import told as outliers_told
from chatroom.activity.periods import extent_of, pieces
from chatroom.activity.ranges import Range
from chatroom.activity.telling import Telling, told
from chatroom.ledger.models import Entry, PersonSum

CONVERSATIONS = 15


def own(person: User, asked_for: Range) -> Telling:
    """What a person's replies came to."""
    sums = PersonSum.objects.filter(person=person)
    telling = told(sums, pieces(asked_for, extent_of(sums)), asked_for)
    if not telling.total.runs:
        return telling
    replies = latest(person, asked_for)
    telling.latest = MOST if telling.total.runs > len(replies) == MOST else 0
    telling.spreads = spreads(replies)
    telling.conversations = by_conversation(replies, CONVERSATIONS)
    rows = entries_in(asked_for, person)
    if telling.latest:
        rows = rows.filter(at__gte=replies[-1].at)
    telling.outliers = [(kind, outliers_told(by_time(kind, rows), _title, _address)) for kind in KINDS]
    return telling


def _title(entry: Entry) -> str:
    return entry.run.reply.conversation.title if entry.run else ""


def _address(entry: Entry) -> str:
    return reverse("message", args=[entry.run.reply_id]) if entry.run else ""
