"""What the owner's page says of links to it."""

from __future__ import annotations

from django import template
from django.db.models import Q
from django.utils import timezone

from chatroom.conversations.models import Conversation
from chatroom.sharing.models import Link

register = template.Library()


@register.simple_tag
def is_watched(conversation: Conversation) -> bool:
    """Whether others may be looking on: a live link leads to it."""
    lasting = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return Link.objects.filter(lasting, conversation=conversation, live=True, revoked_at=None).exists()
