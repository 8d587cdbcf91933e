"""How the numbers of an entry are put into words, and what a person's own pages say of the review."""

from __future__ import annotations

import time

from django import template
from django.conf import settings
from django.db.models import F

from chatroom.accounts.models import User
from chatroom.conversations.models import Conversation
from chatroom.conversations.templatetags.conversation_tags import money
from chatroom.ledger.facts import BILLION
from chatroom.ledger.models import Entry
from chatroom.review.models import Exemption, Opening
from chatroom.review.rules import may_review
from chatroom.review.verdicts import reviewers

register = template.Library()

UNKNOWN = "unknown"
# Who the reviewers are is asked for this often, in seconds.
_AGE = 30.0
_reviewers: tuple[float, frozenset[int]] = (float("-inf"), frozenset())


@register.filter
def seconds(milliseconds: int | None) -> str:
    """`1.2 s`, `2 min 5 s`; of what is not known that it is not."""
    if milliseconds is None:
        return UNKNOWN
    if milliseconds < 100_000:
        return f"{milliseconds / 1000:.1f} s"
    minutes, rest = divmod(round(milliseconds / 1000), 60)
    return f"{minutes} min {rest} s"


@register.filter
def share(entry: Entry) -> str:
    """The share of thinking in the output, as the reply itself tells it."""
    if entry.share is None or not entry.output_tokens or entry.reasoning_tokens is None:
        return UNKNOWN
    return f"{100 * entry.reasoning_tokens / entry.output_tokens:.0f} %"


@register.filter
def number(value: float | None) -> str:
    """A number with its thousands apart."""
    return UNKNOWN if value is None else f"{value:,.0f}"


@register.filter
def cost(entry: Entry) -> str:
    """What a reply cost; ≈ where that was computed from prices."""
    if entry.cost is None:
        return UNKNOWN
    return f"{'≈ ' if entry.cost_computed else ''}{money(entry.cost / BILLION)}"


@register.simple_tag
def reviews(user: User) -> bool:
    """Whether they may read others' replies here."""
    return may_review(user)


@register.simple_tag
def was_reviewed(conversation: Conversation) -> bool:
    """Whether the owner is to be told that somebody else has opened it."""
    if settings.REVIEW_TELLS == "nothing":
        return False
    opened = Opening.objects.filter(conversation=conversation, owner=conversation.owner_id)
    return opened.exclude(reviewer=F("owner")).exists()


@register.simple_tag
def reviewers_read(user: User, conversation: Conversation | None = None) -> bool:
    """Whether to say beside the composer that there are people who may read what is written."""
    if not (settings.REVIEW and settings.REVIEW_NOTICE and _who_reviews() - {user.pk}):
        return False
    kept_out = Exemption.objects.filter(person=user)
    if conversation is not None:
        kept_out |= Exemption.objects.filter(conversation=conversation)
    return not kept_out.exists()


def _who_reviews() -> frozenset[int]:
    global _reviewers
    asked_at, found = _reviewers
    if time.monotonic() - asked_at > _AGE:
        found = frozenset(reviewers().order_by().values_list("pk", flat=True))
        _reviewers = (time.monotonic(), found)
    return found
