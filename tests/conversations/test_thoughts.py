"""Replies that answer in place of one that was stopped in mid-thought."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from chatroom.conversations.claims import claim
from chatroom.conversations.models import Message, Run, Status
from chatroom.conversations.sealing import Ending, seal
from chatroom.conversations.thoughts import as_it_was, is_moot
from tests.conversations.conftest import MakeRun

LEASE = timedelta(seconds=15)


def continuation(run: Run, *, answer_now: bool = True) -> Run:
    """A queued run that goes on with the reply of `run`."""
    reply = Message.objects.create(
        conversation=run.reply.conversation, parent=run.reply, role=Message.Role.ASSISTANT, lane=run.reply.lane
    )
    return Run.objects.create(reply=reply, provider=run.provider, model=run.model, answer_now=answer_now)


def test_what_goes_on_with_a_reply_waits_for_its_end(make_run: MakeRun) -> None:
    thinking = make_run(started_at=timezone.now(), lease_until=timezone.now() + LEASE)
    waiting = continuation(thinking)
    other = make_run(status=Status.QUEUED, worker="")
    assert [run.pk for run in claim("me", LEASE, 10)] == [other.pk]
    seal(thinking.pk, Ending(Status.STOPPED, timezone.now()))
    assert [run.pk for run in claim("me", LEASE, 10)] == [waiting.pk]


def test_those_that_wait_do_not_stand_in_the_way_of_others(make_run: MakeRun) -> None:
    for _ in range(3):
        continuation(make_run(started_at=timezone.now(), lease_until=timezone.now() + LEASE))
    ready = make_run(status=Status.QUEUED, worker="")
    assert [run.pk for run in claim("me", LEASE, 1)] == [ready.pk]


@pytest.mark.parametrize(
    ("ended", "answer_now", "moot"),
    [
        (Status.COMPLETED, True, True),
        (Status.STOPPED, True, False),
        (Status.FAILED, True, False),
        (Status.COMPLETED, False, False),  # cut off at its largest length, and told to go on
    ],
)
def test_an_answer_is_moot_where_the_reply_was_complete_already(
    make_run: MakeRun, ended: Status, answer_now: bool, moot: bool
) -> None:
    run = make_run()
    seal(run.pk, Ending(ended, timezone.now()))
    assert is_moot(continuation(run, answer_now=answer_now)) is moot


@pytest.mark.parametrize("thought", ["a\r\nb\rc\n", "a\nb", "\n a ", ""])
def test_a_form_that_changes_nothing_sends_the_thought_itself(thought: str) -> None:
    sent = thought.replace("\r\n", "\n").replace("\r", "\n")
    assert as_it_was(sent, thought) == thought
    assert as_it_was(sent + ".", thought) == sent + "."
