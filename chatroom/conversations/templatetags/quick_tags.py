"""What stands hundreds of times in a page, without the work that Django does for it each time."""

from __future__ import annotations

from functools import cache

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from chatroom.conversations.rail import Entry
from chatroom.conversations.searching.finding import Hit

register = template.Library()

CURRENT = SafeString(' aria-current="page"')
LIVE_DOT = SafeString('<span class="live-dot" role="img" aria-label="A model is at work"></span>')


@register.simple_tag
def address(name: str, pk: int) -> SafeString:
    """Like `url`, for an address with one number in it."""
    before, after = _around(name)
    return mark_safe(f"{before}{pk:d}{after}")  # noqa: S308 - a path of ours and a number


@register.simple_tag
def rail_entry(entry: Entry, current: int | None) -> SafeString:
    """A conversation in the list: two hundred of them stand in every page."""
    conversation, hit = entry.conversation, entry.hit
    return format_html(
        '<li><a href="{}{}"{}>{}<span class="rail-title">{}</span>{}</a></li>',
        address("message", hit.message_id) if hit else address("conversation", conversation.pk),
        f"#{hit.anchor}" if hit else "",
        CURRENT if conversation.pk == current else "",
        LIVE_DOT if entry.live else "",
        conversation.title,
        _hit(hit) if hit else "",
    )


def _hit(hit: Hit) -> SafeString:
    """The line in which the words stand."""
    line = hit.line
    return format_html(
        '<span class="rail-hit" dir="auto"><b>{}</b> {}<mark>{}</mark>{}</span>',
        hit.what,
        line.before,
        line.matched,
        line.after,
    )


@cache
def _around(name: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[0]).partition("0")
    return before, after


@register.simple_tag
def reviewing() -> bool:
    """Whether this house has its replies reviewed."""
    return bool(settings.REVIEW)


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A picture from `icons.svg`, for people only: what it means stands beside it."""
    return format_html('<svg aria-hidden="true"><use href="{}#{}"></use></svg>', static("icons.svg"), name)
