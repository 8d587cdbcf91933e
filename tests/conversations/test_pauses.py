"""A run that waits to be tried again: what its row says, and till when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from chatroom.conversations.deltas import Row
from chatroom.conversations.models import Run, Status
from chatroom.conversations.presenting import snapshot
from chatroom.conversations.sealing import Ending, seal
from chatroom.providers.parts import PartHead, PartKind, PieceKind
from tests.conversations.conftest import MakeRun, sweep_after_a_lease

LEASE = timedelta(seconds=15)


def pause() -> dict[str, Any]:
    return {"retry_at": timezone.now() + timedelta(seconds=9), "retry_reason": "429: Slow down."}


def test_the_end_ends_the_pause(make_run: MakeRun) -> None:
    run = make_run(**pause())
    assert seal(run.pk, Ending(Status.STOPPED, timezone.now()))
    run.refresh_from_db()
    assert (run.retry_at, run.retry_reason) == (None, "")


def test_a_run_taken_up_again_does_not_wait_for_the_dead(make_run: MakeRun) -> None:
    run = make_run(**pause(), worker="elsewhere:1:x", lease_until=timezone.now() - LEASE)
    assert sweep_after_a_lease("me", LEASE)
    run.refresh_from_db()
    assert (run.status, run.retry_at, run.retry_reason) == ("queued", None, "")


def test_who_has_spoken_is_not_shown_as_waiting(make_run: MakeRun) -> None:
    """The run's row may have been read before its first word, and the log after it."""
    run = make_run(**pause())
    said = Row(1, PartHead(0, PartKind.CONTENT), PieceKind.TEXT, "Hello", 0)
    assert snapshot(run, []).run.retry_at is not None
    assert snapshot(Run.objects.get(pk=run.pk), [said]).run.retry_at is None
