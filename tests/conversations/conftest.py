"""A record to write tests on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any, Protocol

import pytest

from chatroom.accounts.models import User
from chatroom.conversations.claims import Watch, sweep
from chatroom.conversations.models import Conversation, Message, Run, Status


class MakeRun(Protocol):
    def __call__(self, **fields: Any) -> Run: ...


@pytest.fixture
def conversation(transactional_db: None) -> Conversation:
    return Conversation.objects.create(owner=User.objects.create_user("alice"), title="A talk")


@pytest.fixture
def make_run(conversation: Conversation) -> MakeRun:
    """A prompt, a reply and a run of it, by default claimed by the worker `me`."""

    def make(**fields: Any) -> Run:
        prompt = Message.objects.create(conversation=conversation, role=Message.Role.USER, text="Why?")
        reply = Message.objects.create(conversation=conversation, role=Message.Role.ASSISTANT, parent=prompt)
        defaults = {"provider": "played", "model": "scripted", "status": Status.THINKING, "worker": "me"}
        return Run.objects.create(reply=reply, **(defaults | fields))

    return make


def sweep_after_a_lease(
    worker: str, lease: timedelta, at_work: Collection[int] = (), meanwhile: Callable[[], object] = lambda: None
) -> list[Run]:
    """What a sweep changes that looks a second time, a little more than a lease after the first."""
    now = 1000.0
    watch = Watch(lease, lambda: now)
    changed = sweep(worker, watch, at_work)
    meanwhile()
    now += lease.total_seconds() + 0.1
    return changed + sweep(worker, watch, at_work)
