"""Replies that answer in place of one that was stopped in mid-thought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.utils import timezone

from chatroom.conversations.claims import claim
from chatroom.conversations.models import Delta, Message, Part, Run, Status
from chatroom.conversations.sealing import Ending, seal
from chatroom.conversations.thoughts import as_it_was, is_moot, thought_so_far
from chatroom.providers.parts import PieceKind
from tests.conversations.conftest import MakeRun

LEASE = timedelta(seconds=15)


def continuation(run: Run, *, answer_now: bool = True) -> Run:
    """A queued run that goes on with the reply of `run`."""
    reply = Message.objects.create(
        conversation=run.reply.conversation, parent=run.reply, role=Message.Role.ASSISTANT, lane=run.reply.lane
    )
    return Run.objects.create(reply=reply, provider=run.provider, model=run.model, answer_now=answer_now)


def said(run: Run, pieces: Sequence[tuple[PieceKind, str]], **part: str) -> Part:
    """One part of what `run` has said, as the log has it."""
    for seq, (kind, text) in enumerate(pieces, 1):
        Delta.objects.create(run=run, seq=seq, part=0, kind=kind, text=text, at=seq)
    return Part.objects.create(run=run, index=0, started_at=timezone.now(), **part)


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
    ("ended", "kind", "answer_now", "moot"),
    [
        (Status.COMPLETED, "content", True, True),
        (Status.COMPLETED, "reasoning", True, False),  # cut off at its largest length, in mid-thought
        (Status.STOPPED, "content", True, False),
        (Status.FAILED, "content", True, False),
        (Status.COMPLETED, "content", False, False),  # cut off at its largest length, and told to go on
    ],
)
def test_an_answer_is_moot_where_the_reply_was_complete_already(
    make_run: MakeRun, ended: Status, kind: str, answer_now: bool, moot: bool
) -> None:
    run = make_run()
    said(run, [(PieceKind.TEXT, "9.9 is.")], kind=kind)
    seal(run.pk, Ending(ended, timezone.now()))
    assert is_moot(continuation(run, answer_now=answer_now)) is moot


def test_a_thought_reads_alike_while_it_goes_on_and_when_it_is_over(make_run: MakeRun) -> None:
    """Breaks with nothing between them, before them or behind them are none."""
    run = make_run()
    texts = ["", "**One**", " more", "", "", "**Two**", ""]
    pieces = [piece for text in texts for piece in ((PieceKind.TEXT, text), (PieceKind.BREAK, ""))]
    del pieces[3]  # "One" and " more" are one block
    part = said(run, pieces, kind="reasoning", provenance="raw")
    assert thought_so_far(part) == "**One** more\n\n**Two**"
    seal(run.pk, Ending(Status.STOPPED, timezone.now()))
    assert thought_so_far(Part.objects.select_related("run").get(pk=part.pk)) == "**One** more\n\n**Two**"


@pytest.mark.parametrize("thought", ["a\r\nb\rc\n", "a\nb", "\n a ", ""])
def test_a_form_that_changes_nothing_sends_the_thought_itself(thought: str) -> None:
    sent = thought.replace("\r\n", "\n").replace("\r", "\n")
    assert as_it_was(sent, thought) == thought
    assert as_it_was(sent + ".", thought) == sent + "."
