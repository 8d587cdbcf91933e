"""Conversations that are kept whatever is asked for or due. The floors above say which: their apps put it here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from chatroom.conversations.models import Conversation

#: Each gives the numbers of conversations that it holds, as a query with one column.
HOLDS: list[Callable[[], QuerySet[Any, Any]]] = []


def held(conversation: str = "pk") -> Q:
    """The rows of which the conversation, the field by that name, is held."""
    condition = Q(pk__in=[])
    for numbers in HOLDS:
        condition |= Q(**{f"{conversation}__in": numbers()})
    return condition


def is_held(conversation: Conversation) -> bool:
    """Whether it must not be deleted now."""
    return Conversation.objects.filter(held(), pk=conversation.pk).exists()
