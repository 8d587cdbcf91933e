"""The queue: what each filter lets through, compared with going through all replies one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.utils import timezone

from chatroom.accounts.models import User
from chatroom.conversations.models import Message, Part, Run
from chatroom.conversations.refusals import BadInput
from chatroom.ledger.booking import book
from chatroom.ledger.models import REPEATS, Entry
from chatroom.review import narrowing, queue
from chatroom.review.filters import Filters
from chatroom.review.models import Assignment, Exemption, Flag, Label, Mark, Round, Verdict


@pytest.fixture
def reviewer(transactional_db: None) -> User:
    """Somebody who reviews, in a house of some hundred replies."""
    call_command("generate", messages=700, people=5, seed=11, until="2026-03-31", verbosity=0)
    while book():
        pass
    return User.objects.create_user("rita", is_superuser=True)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a large house: hardly anything is seldom, and texts are looked at in many steps."""
    monkeypatch.setattr(narrowing, "GONE_THROUGH", 20)
    monkeypatch.setattr(narrowing, "MOST_LISTED", 60)
    monkeypatch.setattr(queue, "AT_A_TIME", 7)


def all_of(user: User, query: str, size: int = 50) -> list[int]:
    """A queue from its first page to its last."""
    filters = Filters.of(QueryDict(query))
    found: list[int] = []
    before = None
    while True:
        page = queue.page(user, filters, before, size=size)
        found += [entry.pk for entry in page.entries]
        if not page.older:
            return found
        before = narrowing.Key.of(page.entries[-1])


def brute(right: Callable[[Entry], bool]) -> list[int]:
    entries = Entry.objects.select_related("asked", "person")
    return [one.pk for one in sorted(entries, key=lambda one: (one.at, one.pk), reverse=True) if right(one)]


def day(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


FILTERS: dict[str, Callable[[Entry], bool]] = {
    "": lambda one: True,
    "status=failed&status=stopped": lambda one: one.status in {"failed", "stopped"},
    "person=alice": lambda one: one.person is not None and one.person.username == "alice",
    "model=sage-large": lambda one: one.asked.model == "sage-large",
    "provider=northern&effort=low": lambda one: one.asked.provider == "northern" and one.effort == "low",
    "provider=nobody": lambda one: False,
    "effort=none": lambda one: one.effort == "",
    "provenance=raw&provenance=none": lambda one: one.provenance in {"raw", ""},
    "thought_from=10&thought_to=20,5": lambda one: one.thought_ms is not None and 10_000 <= one.thought_ms <= 20_500,
    "tokens_from=1": lambda one: one.reasoning_tokens is not None and one.reasoning_tokens >= 1,
    "share_from=50": lambda one: one.share is not None and one.share >= 500,
    "cost_from=0.001": lambda one: one.cost is not None and one.cost >= 1_000_000,
    "cost_to=0.001&status=completed": lambda one: (
        one.cost is not None and one.cost <= 1_000_000 and one.status == "completed"
    ),
    "seconds_from=20": lambda one: one.total_ms is not None and one.total_ms >= 20_000,
    "is=empty": lambda one: one.status == "completed" and one.answer_chars == 0,
    "is=repeated": lambda one: one.repeated >= REPEATS,
    "finish=stop": lambda one: one.finish_reason == "stop",
    "from=2026-01-01&to=2026-01-31": lambda one: day("2026-01-01") <= one.at < day("2026-02-01"),
}


@pytest.mark.usefixtures("small")
def test_each_filter_lets_through_what_it_says(reviewer: User) -> None:
    Entry.objects.filter(pk__in=Entry.objects.order_by("?").values("pk")[:9]).update(
        repeated=50, answer_chars=0, status="completed"
    )
    for query, right in FILTERS.items():
        assert all_of(reviewer, query, size=17) == brute(right), query


def test_it_is_the_same_whichever_way_the_database_goes(reviewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = [*FILTERS, "q=the&status=completed", "q=the&in=prompt", "q=the&in=reasoning&provider=northern", "q=th"]
    few = {query: all_of(reviewer, query) for query in queries}
    ways = [(narrowing, "GONE_THROUGH", 3), (queue, "AT_A_TIME", 3)]
    for way in [*ways, (queue, "TEXTS_FIRST", 3), (narrowing, "MOST_LISTED", 0)]:
        monkeypatch.setattr(*way)
        assert {query: all_of(reviewer, query) for query in queries} == few, way


@pytest.mark.parametrize("texts_first", [7, 10_000])
@pytest.mark.usefixtures("small")
def test_words(reviewer: User, monkeypatch: pytest.MonkeyPatch, texts_first: int) -> None:
    monkeypatch.setattr(queue, "TEXTS_FIRST", texts_first)
    some = list(Entry.objects.order_by("dice")[:6])
    for one, kind in zip(some, ["reasoning", "content", "prompt"] * 2, strict=True):
        if kind == "prompt":
            Message.objects.filter(pk=Run.objects.get(pk=one.run_id).reply.parent_id).update(text="of Quixotic matters")
        else:
            part = Part.objects.filter(run=one.run_id, kind=kind).first()
            if part is None:
                at = timezone.now()
                part = Part(run_id=one.run_id, index=9, kind=kind, started_at=at, owner=one.person)
            part.text += " of quixotic matters"
            part.save()
    said: dict[int, set[str]] = {}
    for part in Part.objects.filter(text__icontains="quixotic"):
        said.setdefault(part.run_id, set()).add(part.kind)
    for message in Message.objects.filter(text__icontains="quixotic"):
        for child in message.children.all():
            said.setdefault(child.run.pk, set()).add("prompt")
    assert len(said) >= 6
    for where in ("reasoning", "content", "prompt"):
        assert all_of(reviewer, f"q=QUIXOTIC&in={where}", size=2) == brute(
            lambda one, where=where: where in said.get(one.run_id or 0, ())
        )
    assert all_of(reviewer, "q=quixotic", size=4) == brute(lambda one: one.run_id in said)
    assert all_of(reviewer, "q=quixotic&status=failed") == brute(
        lambda one: one.run_id in said and one.status == "failed"
    )
    assert all_of(reviewer, "q=nowhere-to-be-found") == []


def test_what_people_and_reviewers_said_of_replies(reviewer: User) -> None:
    other = User.objects.create_user("victor", is_superuser=True)
    flagged, marked, withdrawn, found = Entry.objects.order_by("dice")[:4]
    label, _ = Label.objects.get_or_create(name="unsafe")
    Flag.objects.create(run=flagged.run, word="odd")
    Mark.objects.create(run=marked.run, part=0, label=label, reviewer=other)
    Mark.objects.create(run=withdrawn.run, part=0, label=label, reviewer=other, withdrawn_at=timezone.now())
    Verdict.objects.create(run=found.run, reviewer=other, value="wrong")
    Assignment.objects.create(run=flagged.run, reviewer=reviewer)
    assert all_of(reviewer, "is=flagged") == [flagged.pk]
    assert all_of(reviewer, "is=marked") == all_of(reviewer, f"label={label.pk}") == [marked.pk]
    assert all_of(reviewer, "verdict=wrong") == all_of(reviewer, "verdict=any") == [found.pk]
    assert all_of(reviewer, "verdict=sound") == []
    assert all_of(reviewer, "verdict=none") == brute(lambda one: one.pk != found.pk)
    assert all_of(reviewer, "assignee=me") == all_of(reviewer, "assignee=rita") == [flagged.pk]
    assert all_of(reviewer, "assignee=victor") == []
    # Whoever reads blind learns nothing by asking the queue.
    blind = Round.objects.create(name="A round", blind=True)
    for one in (marked, found):
        Assignment.objects.create(run=one.run, reviewer=reviewer, round=blind)
    for query in ("is=marked", f"label={label.pk}", "verdict=wrong", "verdict=any"):
        assert all_of(reviewer, query) == [], query
    assert not {marked.pk, found.pk} & set(all_of(reviewer, "verdict=none"))


def test_samples(reviewer: User) -> None:
    everything = all_of(reviewer, "")
    some = all_of(reviewer, "sample=30&seed=77")
    assert len(set(some)) == 30
    assert set(some) <= set(everything)
    assert all_of(reviewer, "sample=30&seed=77") == some
    assert all_of(reviewer, "sample=30&seed=2000000000") != some
    of_each = Entry.objects.in_bulk(all_of(reviewer, "sample=35&seed=5&per=model"))
    counts = [
        sum(one.asked_id == asked for one in of_each.values()) for asked in {o.asked_id for o in of_each.values()}
    ]
    assert len(counts) == 7
    assert set(counts) == {5}
    worded = Entry.objects.in_bulk(all_of(reviewer, "sample=14&seed=5&per=model&q=the"))
    assert {one.asked_id for one in worded.values()} == {one.asked_id for one in of_each.values()}
    assert set(worded) <= set(all_of(reviewer, "q=the"))
    failed = all_of(reviewer, "sample=500&seed=9&status=failed")
    assert sorted(failed) == sorted(all_of(reviewer, "status=failed"))
    # What comes later is not in a sample that was drawn before.
    newest = max(entry.at for entry in Entry.objects.all())
    assert all_of(reviewer, f"sample=500&upto={newest - 1}") == all_of(reviewer, f"sample=500&seed=0&upto={newest - 1}")
    assert brute(lambda one: one.at == newest)[0] not in all_of(reviewer, f"sample=500&upto={newest - 1}")


def test_back_and_forth(reviewer: User) -> None:
    everything = all_of(reviewer, "status=completed")
    filters = Filters.of(QueryDict("status=completed"))
    entries = Entry.objects.in_bulk(everything)
    third = queue.page(reviewer, filters, before=narrowing.Key.of(entries[everything[19]]), size=10)
    assert [one.pk for one in third.entries] == everything[20:30]
    back = queue.page(reviewer, filters, after=narrowing.Key.of(third.entries[0]), size=10)
    assert [one.pk for one in back.entries] == everything[10:20]
    assert (back.newer, back.older) == (True, True)
    first = queue.page(reviewer, filters, after=narrowing.Key.of(back.entries[0]), size=10)
    assert [one.pk for one in first.entries] == everything[:10]
    assert not first.newer
    there = queue.neighbours(reviewer, QueryDict("status=completed"), entries[everything[5]])
    assert (there["previous"], there["next"]) == (entries[everything[4]].run_id, entries[everything[6]].run_id)
    assert queue.neighbours(reviewer, QueryDict("status=completed"), entries[everything[0]])["previous"] is None
    assert [pk for some in queue.every(reviewer, filters) for pk in some] == everything
    assert queue.count(reviewer, filters) == (len(everything), True)
    assert queue.pks_for(reviewer, QueryDict("status=completed"), 3) == [entries[pk].run_id for pk in everything[:3]]


def test_what_the_house_keeps_out_is_not_there(reviewer: User) -> None:
    alice = User.objects.get(username="alice")
    of_bob = Entry.objects.exclude(person=alice).order_by("dice")[0]
    Exemption.objects.create(person=alice, why="a doctor")
    Exemption.objects.create(conversation=of_bob.conversation, why="a patient")
    assert all_of(reviewer, "") == brute(
        lambda one: one.person_id != alice.pk and one.conversation_id != of_bob.conversation_id
    )
    assert all_of(reviewer, "person=alice") == []
    stranger = User.objects.create_user("walter")
    assert all_of(stranger, "") == []


@pytest.mark.parametrize(
    "query",
    [
        "status=odd",
        "in=dreams",
        "cost_from=dear",
        "cost_from=-1",
        "share_to=1e300",
        "from=yesterday",
        "sample=501",
        "label=x",
        "verdict=fine",
        "is=odd",
        "upto=-3",
        "to=9999-12-31",
    ],
)
def test_what_cannot_be_read_is_said(query: str) -> None:
    with pytest.raises(BadInput) as refused:
        Filters.of(QueryDict(query))
    assert str(refused.value).endswith(".")


def test_people_that_are_not_there_are_said(reviewer: User) -> None:
    for query in ("person=nobody", "assignee=nobody", "assignee=alice", "person=Person 999999"):
        with pytest.raises(BadInput, match=r"There is no(body| reviewer) called"):
            queue.page(reviewer, Filters.of(QueryDict(query)))
