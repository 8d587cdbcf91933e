"""The books: one row for each reply that is over, and sums that are always those of the rows."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from chatroom.accounts.models import User
from chatroom.conversations.models import Conversation, Message, Part, Run, Status
from chatroom.ledger.booking import book
from chatroom.ledger.checking import differences, sum_up_anew
from chatroom.ledger.facts import repetition
from chatroom.ledger.models import Asked, Entry, HouseSum, PersonSum, Spread
from tests.support.provider import ScriptedProvider
from tests.support.room import Room, until
from tests.support.sharing import begin

BEGAN = datetime(2026, 3, 31, 23, 59, 50, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


@pytest.fixture
def alice_row(transactional_db: None) -> User:
    return User.objects.create_user("alice")


def run_of(person: User, *parts: tuple[str, str, str, float, float], **fields: object) -> Run:
    """A run that is over, with parts: (kind, provenance, text, from, to) in seconds from its beginning."""
    conversation = Conversation.objects.create(owner=person, title="A talk")
    prompt = Message.objects.create(conversation=conversation, role=Message.Role.USER, text="Why?")
    reply = Message.objects.create(conversation=conversation, role=Message.Role.ASSISTANT, parent=prompt)
    usual: dict[str, object] = {
        "provider": "played",
        "model": "scripted",
        "label": "Scripted",
        "status": Status.COMPLETED,
    }
    usual |= {"started_at": BEGAN, "ended_at": after(20)}
    run = Run.objects.create(reply=reply, **{**usual, **fields})
    for index, (kind, provenance, text, start, end) in enumerate(parts):
        Part.objects.create(
            run=run,
            index=index,
            kind=kind,
            provenance=provenance,
            text=text,
            started_at=after(start),
            ended_at=after(end),
            owner=person,
        )
    return run


THOUGHT = ("reasoning", "raw", "So it may be blue.", 2.0, 8.5)
ANSWER = ("content", "", "It is blue.", 9.0, 20.0)


def test_what_a_reply_came_to(alice_row: User) -> None:
    run = run_of(
        alice_row,
        ("reasoning", "encrypted", "", 1.5, 2.0),
        THOUGHT,
        ANSWER,
        effort="high",
        input_tokens=10,
        output_tokens=185,
        reasoning_tokens=111,
        cost=0.0000012,
        finish_reason="stop",
    )
    assert book() == 1
    entry = Entry.objects.get()
    assert (entry.run, entry.conversation, entry.person) == (run, run.reply.conversation, alice_row)
    assert (str(entry.asked), entry.effort, entry.status, entry.finish_reason) == (
        "Scripted",
        "high",
        "completed",
        "stop",
    )
    assert entry.provenance == "raw"
    assert (entry.first_thought_ms, entry.thought_ms, entry.first_word_ms, entry.total_ms) == (1500, 7000, 9000, 20000)
    assert (entry.share, entry.cost, entry.cost_computed) == (600, 1200, False)
    assert entry.speed == pytest.approx(10)
    assert (entry.thought_chars, entry.answer_chars) == (18, 11)
    # It ended ten seconds after midnight, in another month than it began.
    assert entry.at == round(datetime(2026, 4, 1, 0, 0, 10, tzinfo=UTC).timestamp() * 1000)
    sums = {(one.grain, str(one.start)): one for one in HouseSum.objects.all()}
    assert set(sums) == {("day", "2026-04-01"), ("month", "2026-04-01")}
    assert all(
        (one.runs, one.completed, one.reasoning_tokens, one.cost_reported) == (1, 1, 111, 1200) for one in sums.values()
    )


def test_what_is_not_known_is_nothing_and_not_zero(alice_row: User) -> None:
    run_of(alice_row, ANSWER, output_tokens=5)
    run_of(alice_row, ANSWER, output_tokens=5, reasoning_tokens=9, status=Status.FAILED)
    book()
    silent, odd = Entry.objects.order_by("run")
    assert (silent.share, silent.cost, silent.reasoning_tokens, silent.input_tokens) == (None, None, None, None)
    assert (silent.thought_ms, silent.first_thought_ms, silent.provenance) == (None, None, "")
    # More thought than output: what that is a share of nobody knows.
    assert (odd.share, odd.provenance) == (None, "hidden")
    day = HouseSum.objects.get(grain="day")
    assert (day.runs, day.outputs, day.reasonings, day.inputs, day.shares) == (2, 2, 1, 0, 0)
    assert (day.costs_reported, day.costs_computed) == (0, 0)


def test_nonsense_of_a_provider_does_not_stop_the_books(alice_row: User) -> None:
    for cost in (9.9e11, -1.0, 1e300):
        run_of(alice_row, ANSWER, cost=cost)
    run_of(alice_row, ANSWER, cost=0.5)
    assert book() == 4
    assert list(Entry.objects.order_by("run").values_list("cost", flat=True)) == [None, None, None, 500_000_000]
    assert not differences()


def test_a_copy_is_in_the_books_and_in_no_sum(alice_row: User) -> None:
    run_of(alice_row, THOUGHT, ANSWER, taken=True, output_tokens=5)
    book()
    assert Entry.objects.get().taken
    assert not HouseSum.objects.exists()
    assert not PersonSum.objects.exists()
    assert not Spread.objects.exists()


def test_only_what_is_over_is_booked_and_that_once(alice_row: User) -> None:
    run_of(alice_row, THOUGHT, ended_at=None, status=Status.THINKING)
    run_of(alice_row, ANSWER)
    assert [book(), book()] == [1, 0]
    Run.objects.filter(ended_at=None).update(ended_at=timezone.now(), status=Status.STOPPED)
    assert [book(), book()] == [1, 0]
    assert not differences()


def test_sums_are_those_of_the_rows_whatever_becomes_of_them(transactional_db: None) -> None:
    call_command("generate", messages=600, people=4, seed=3, until="2026-03-31", verbosity=0)
    while book(limit=70):
        pass
    assert Entry.objects.count() == Run.objects.count() > 250
    assert not differences()
    spent = sum(cost or 0 for cost in Entry.objects.values_list("cost", flat=True))
    some = Conversation.objects.order_by("pk")[:5]
    Conversation.objects.filter(pk__in=[one.pk for one in some]).delete()
    first = User.objects.order_by("pk")[0]
    pk = first.pk
    first.delete()
    # What was said is gone; what it cost is not.
    assert Entry.objects.filter(run=None).count() > 10
    assert Entry.objects.filter(person=pk).count() == 0
    assert sum(cost or 0 for cost in Entry.objects.values_list("cost", flat=True)) == spent
    assert not differences()
    sum_up_anew()
    assert not differences()


def test_a_wrong_sum_is_found_and_made_right(alice_row: User) -> None:
    run_of(alice_row, THOUGHT, ANSWER, output_tokens=5)
    call_command("ledger", verbosity=0)
    HouseSum.objects.filter(grain="day").update(output_tokens=6)
    Spread.objects.filter(grain="month").delete()
    with pytest.raises(CommandError, match="sums are not those of the rows"):
        call_command("ledger", verbosity=0)
    call_command("ledger", rebuild=True, verbosity=0)
    call_command("ledger", verbosity=0)


def test_several_who_book_at_once_book_each_run_once(transactional_db: None) -> None:
    call_command("generate", messages=400, people=3, seed=5, until="2026-03-31", verbosity=0)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            while book(limit=9):
                pass
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert Entry.objects.count() == Run.objects.count()
    assert not differences()


def test_a_model_has_one_row_and_its_latest_name(alice_row: User) -> None:
    run_of(alice_row, ANSWER)
    book()
    run_of(alice_row, ANSWER, label="Scripted 2")
    run_of(alice_row, ANSWER, provider="other")
    book()
    run_of(alice_row, ANSWER, label="")
    book()
    assert sorted(Asked.objects.values_list("provider", "label")) == [("other", "Scripted"), ("played", "Scripted 2")]


def test_thoughts_that_go_in_circles() -> None:
    line = "First I look at what is asked, then at what is known, and then I begin again. "
    assert repetition([line * 20]) > 80
    assert repetition([line, line]) > 0
    assert repetition([line]) == repetition([""]) == repetition(["wait " * 7]) == 0
    assert repetition([" ".join(map(str, range(5000)))]) == 0


def test_the_room_keeps_its_books_beside(room: Room, alice: httpx.Client, calls: ScriptedProvider) -> None:
    begin(alice, "Why?")
    calls.next_call().answer("Let me see.", "Because.", prompt_tokens=7, completion_tokens=9)
    run = int(room.rows("SELECT max(id) AS id FROM conversations_run")[0]["id"])
    (entry,) = until(lambda: room.rows("SELECT * FROM ledger_entry WHERE run_id = ?", run), "the run is in the books")
    assert (entry["input_tokens"], entry["output_tokens"], entry["thought_chars"]) == (7, 9, 11)
