"""A reply played again: the same words, in the same order, with their times."""

from __future__ import annotations

import json
import re

from django.utils import timezone

from chatroom.conversations.models import Delta, Part, Run, Status
from chatroom.conversations.replaying import replay
from chatroom.conversations.sealing import Ending, seal
from chatroom.conversations.sight import Sight
from tests.conversations.conftest import MakeRun

# Kind of the part, text, and seconds after the beginning.
SAID = [("reasoning", "I wonder. ", 0.0), ("reasoning", "I see.", 2.0), ("content", "Yes", 5.0), ("content", ".", 5.01)]


def spoken(make_run: MakeRun) -> Run:
    """A run that is over, and said that."""
    run = make_run(started_at=timezone.now())
    began = round(timezone.now().timestamp() * 1000)
    for index, kind in enumerate(("reasoning", "content")):
        provenance = "raw" if kind == "reasoning" else ""
        Part.objects.create(run=run, index=index, kind=kind, provenance=provenance, started_at=timezone.now())
    for seq, (kind, text, after) in enumerate(SAID, 1):
        part = int(kind == "content")
        Delta.objects.create(run=run, seq=seq, part=part, kind="text", text=text, at=began + round(1000 * after))
    seal(run.pk, Ending(Status.COMPLETED, timezone.now()))
    run.refresh_from_db()
    return run


def moments(run: Run, sight: Sight) -> list[tuple[int, str]]:
    """When, and the words that came then."""
    lines = [json.loads(line) for line in replay(run, sight)]
    return [(at, " ".join(re.sub("<[^>]*>", " ", html).split())) for at, html in lines]


def test_each_word_comes_at_its_time(make_run: MakeRun) -> None:
    played = moments(spoken(make_run), Sight())
    assert [at for at, _ in played[:3]] == [0, 2000, 5000]
    assert "I wonder." in played[0][1]
    assert "I see." in played[1][1]
    assert "Yes." in played[2][1]  # what comes within an eye's blink comes together


def test_who_is_not_shown_thought_does_not_wait_for_it(make_run: MakeRun) -> None:
    played = moments(spoken(make_run), Sight(mine=False, reasoning=False))
    assert played[0] == (0, "Yes.")
    assert "wonder" not in repr(played)
