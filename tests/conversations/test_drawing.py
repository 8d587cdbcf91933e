"""A turn that is over is drawn once and kept: what is kept must never differ from what would be drawn now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chatroom.accounts.models import User
from chatroom.conversations import actions, drawing
from chatroom.conversations.drawing import Liking, draw
from chatroom.conversations.models import Conversation, Delta, Message, Part, Run, Status
from chatroom.conversations.pages import load_turns
from chatroom.conversations.sealing import Ending, seal
from chatroom.rendering.cache import BytesCache


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(drawing, "_kept", BytesCache(drawing.KEPT))
    # Without a server nobody has gathered the static files.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def page(conversation: Conversation, liking: Liking = drawing.NOBODYS) -> str:
    return b"".join(draw(load_turns(conversation.pk), liking).html).decode()


def afresh(conversation: Conversation, liking: Liking = drawing.NOBODYS) -> str:
    """The page as a process draws it that has kept nothing."""
    kept, drawing._kept = drawing._kept, BytesCache(drawing.KEPT)
    try:
        return page(conversation, liking)
    finally:
        drawing._kept = kept


def say(run: Run, thought: str, answer: str) -> None:
    for number, (kind, text) in enumerate([("reasoning", thought), ("content", answer)]):
        provenance = "raw" if kind == "reasoning" else ""
        Part.objects.create(run=run, index=number, kind=kind, provenance=provenance, started_at=timezone.now())
        Delta.objects.create(run=run, seq=number + 1, part=number, kind="text", text=text, at=0)


def over(run: Run) -> Run:
    assert seal(run.pk, Ending(Status.COMPLETED, timezone.now(), finish_reason="stop"))
    return run


def turn(conversation: Conversation, parent: Message | None = None, number: int = 1) -> Run:
    prompt = Message.objects.create(conversation=conversation, role="user", text=f"Question <{number}>", parent=parent)
    reply = Message.objects.create(conversation=conversation, role="assistant", parent=prompt)
    run = Run.objects.create(reply=reply, provider="played", model="scripted", created_at=timezone.now())
    say(run, f"Thought *{number}*", f"Answer **{number}**")
    return over(run)


@pytest.fixture
def talk(conversation: Conversation) -> tuple[Conversation, list[Run]]:
    """Three turns that are over."""
    runs: list[Run] = []
    for number in range(1, 4):
        runs.append(turn(conversation, runs[-1].reply if runs else None, number))
    return conversation, runs


def test_what_is_kept_is_what_was_drawn(talk: tuple[Conversation, list[Run]]) -> None:
    conversation, _ = talk
    first = page(conversation)
    assert "Question &lt;2&gt;" in first
    assert "<strong>3</strong>" in first
    assert page(conversation) == first == afresh(conversation)


def test_of_a_kept_page_no_text_is_read(talk: tuple[Conversation, list[Run]]) -> None:
    conversation, _ = talk
    page(conversation)
    with CaptureQueriesContext(connection) as queries:
        page(conversation)
    assert not [query for query in queries if 'conversations_part"."text' in query["sql"]]


def test_another_wording_is_told_by_the_arrows(talk: tuple[Conversation, list[Run]]) -> None:
    conversation, runs = talk
    page(conversation)
    assert runs[1].reply.parent
    actions.edit(runs[1].reply.parent, "Said otherwise")
    assert "2/2" in page(conversation)
    assert page(conversation) == afresh(conversation)
    actions.select(runs[1].reply.parent)
    assert "1/2" in page(conversation)
    assert page(conversation) == afresh(conversation)


def test_a_retry_is_told_by_the_arrows(talk: tuple[Conversation, list[Run]]) -> None:
    conversation, runs = talk
    page(conversation)
    actions.retry(runs[2])
    again = Run.objects.order_by("-pk")[0]
    assert f'data-run="{again.pk}"' in page(conversation)
    assert page(conversation) == afresh(conversation)
    say(again, "Anew", "Another")
    over(again)
    assert "2/2" in page(conversation)
    actions.select(runs[2].reply)
    assert "1/2" in page(conversation)
    assert page(conversation) == afresh(conversation)


def test_what_goes_on_is_not_kept(talk: tuple[Conversation, list[Run]]) -> None:
    conversation, runs = talk
    prompt = Message.objects.create(conversation=conversation, role="user", text="Last", parent=runs[2].reply)
    reply = Message.objects.create(conversation=conversation, role="assistant", parent=prompt)
    run = Run.objects.create(reply=reply, provider="played", model="scripted", status=Status.THINKING)
    assert 'data-status="thinking"' in page(conversation)
    say(run, "A thought under way", "And an answer")
    assert "And an answer" in page(conversation)
    over(run)
    assert 'data-status="completed"' in page(conversation).rpartition("data-run")[2]
    assert page(conversation) == afresh(conversation)


def test_a_thought_that_is_handed_over_is_told_where_it_stands(talk: tuple[Conversation, list[Run]]) -> None:
    conversation, runs = talk
    page(conversation)
    thought = Part.objects.select_related("run__reply").get(run=runs[2], index=0)
    asked = actions.Asked("played", "other", "Other")
    actions.hand_over(thought, "Thought *3*", asked, compare=False, form_key=None)
    helped = Run.objects.order_by("-pk")[0]
    say(helped, "", "With help")
    over(helped)
    assert "The reasoning it was given" in page(conversation)
    assert page(conversation) == afresh(conversation)
    actions.select(runs[2].reply.parent)  # type: ignore[arg-type]
    assert "given to" in page(conversation)
    assert page(conversation) == afresh(conversation)


def test_a_choice_of_lanes_is_shown(conversation: Conversation) -> None:
    run = turn(conversation)
    other = Message.objects.create(conversation=conversation, role="assistant", parent=run.reply.parent, lane=1)
    second = Run.objects.create(reply=other, provider="played", model="other")
    say(second, "Hm", "So")
    over(second)
    assert "Goes on with this" not in page(conversation)
    actions.choose(other, only=True)
    assert "Goes on with this" in page(conversation)
    assert page(conversation) == afresh(conversation)
    actions.choose(other, only=False)
    assert "Goes on with this" not in page(conversation)


def test_panes_stand_as_their_reader_likes(talk: tuple[Conversation, list[Run]]) -> None:
    conversation, runs = talk
    opened = Liking("open")
    touched = Liking("auto", {f"r{runs[0].pk}-p0": True})
    likings = (drawing.NOBODYS, opened, touched, Liking("closed", touched.touched), drawing.NOBODYS)
    counts = [page(conversation, liking).count(" open>") for liking in likings]
    assert counts == [0, 3, 1, 1, 0]
    assert all(page(conversation, liking) == afresh(conversation, liking) for liking in likings)


def test_rows_that_come_back_under_the_same_number_are_others(talk: tuple[Conversation, list[Run]]) -> None:
    conversation, runs = talk
    page(conversation)
    Part.objects.filter(run=runs[0], index=1).update(text="From a backup")
    Run.objects.filter(pk=runs[0].pk).update(ended_at=timezone.now() + timedelta(seconds=1))
    assert "From a backup" in page(conversation)


def test_nobody_is_shown_what_was_kept_for_another(talk: tuple[Conversation, list[Run]]) -> None:
    conversation, _ = talk
    page(conversation)
    strangers = Conversation.objects.create(owner=User.objects.create_user("bob"), title="Another")
    turn(strangers, number=9)
    assert "Question &lt;1&gt;" not in page(strangers)
    assert "Question &lt;9&gt;" in page(strangers)
