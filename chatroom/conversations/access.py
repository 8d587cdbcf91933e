"""The only doors to the rows: each returns what the person may touch, or answers 404 like an empty house."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from chatroom.accounts.models import User
from chatroom.conversations.models import Conversation, Message, Part, Run
from chatroom.conversations.thoughts import READABLE
from chatroom.providers.parts import PartKind


def access_conversations(user: User | AnonymousUser) -> QuerySet[Conversation]:
    """The conversations that `user` owns, in the order of the rail."""
    if not isinstance(user, User):
        return Conversation.objects.none()
    return user.conversations.order_by("-pinned", "-touched_at", "-id")


def access_conversation(user: User | AnonymousUser, conversation_id: int) -> Conversation:
    """One conversation of `user`'s own."""
    return get_object_or_404(access_conversations(user), pk=conversation_id)


def access_message(user: User | AnonymousUser, message_id: int) -> Message:
    """One message in a conversation of `user`'s own, with that conversation."""
    mine = Message.objects.filter(conversation__in=access_conversations(user))
    return get_object_or_404(mine.select_related("conversation"), pk=message_id)


def access_run(user: User | AnonymousUser, run_id: int) -> Run:
    """One run in a conversation of `user`'s own, with its reply and conversation."""
    mine = Run.objects.filter(reply__conversation__in=access_conversations(user))
    return get_object_or_404(mine.select_related("reply__conversation"), pk=run_id)


def access_thought(user: User | AnonymousUser, run_id: int, index: int) -> Part:
    """One readable reasoning part of a run of `user`'s own, with that run, its reply and conversation."""
    parts = access_run(user, run_id).parts
    return get_object_or_404(parts, index=index, kind=PartKind.REASONING, provenance__in=READABLE)
