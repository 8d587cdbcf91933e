"""Runs that go on behind the arrows: a page tells of them, since they cost money and nobody sees them."""

from __future__ import annotations

from collections.abc import Iterable

from django.template.loader import render_to_string

from chatroom.conversations.models import Message, Run
from chatroom.conversations.tree import Turn, replies_on

# In SQL, since every page asks it with each change.
_LIVE = (
    f"SELECT r.* FROM {Run._meta.db_table} r JOIN {Message._meta.db_table} m ON m.id = r.reply_id"  # noqa: S608
    " WHERE r.ended_at IS NULL AND m.conversation_id = %s ORDER BY r.id"
)


def elsewhere(conversation_id: int, path: Iterable[Turn]) -> list[Run]:
    """The runs of a conversation that are not over, and not on a page that shows `path`."""
    shown = replies_on(path)
    return [run for run in Run.objects.raw(_LIVE, [conversation_id]) if run.reply_id not in shown]


def elsewhere_html(conversation_id: int, path: Iterable[Turn]) -> str:
    """The same, as it stands above the composer; empty where there is none."""
    runs = elsewhere(conversation_id, path)
    return render_to_string("conversations/_elsewhere.html", {"runs": runs}) if runs else ""
