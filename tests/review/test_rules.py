"""What a house lets its reviewers do, and what it tells its people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from chatroom.accounts.models import User
from chatroom.conversations.models import Conversation, Message, Part, Run
from chatroom.ledger.booking import book
from chatroom.review.models import Assignment, Exemption, Flag, Mark, Opening, Query, Round, SavedFilter, Verdict
from chatroom.review.templatetags import review_tags

pytestmark = pytest.mark.usefixtures("plain_files")


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice")


@pytest.fixture
def bob(db: None, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setattr(review_tags, "_reviewers", (float("-inf"), frozenset()))
    user = User.objects.create_user("bob")
    user.groups.add(Group.objects.get_or_create(name="reviewer")[0])
    return user


@pytest.fixture
def run(alice: User) -> Run:
    """A reply that is over, and in the books."""
    conversation = Conversation.objects.create(owner=alice, title="Of tides")
    prompt = Message.objects.create(conversation=conversation, role=Message.Role.USER, text="Why tides?")
    reply = Message.objects.create(conversation=conversation, role=Message.Role.ASSISTANT, parent=prompt)
    now = timezone.now()
    made = Run.objects.create(
        reply=reply, provider="p", model="m", status="completed", started_at=now - timedelta(seconds=3), ended_at=now
    )
    for index, (kind, text) in enumerate((("reasoning", "It is the moon."), ("content", "The moon."))):
        provenance = "raw" if kind == "reasoning" else ""
        Part.objects.create(
            run=made, index=index, kind=kind, provenance=provenance, text=text, started_at=now, ended_at=now
        )
    book()
    return made


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_house_can_turn_reading_off(alice: User, bob: User, run: Run, settings: Any) -> None:
    assert signed_in(bob).get("/review/").status_code == 200
    settings.REVIEW = False
    for path in ("/review/", f"/review/{run.pk}/", f"/review/{run.pk}/wire/", "/review/count/", "/review/rounds/"):
        assert signed_in(bob).get(path).status_code == 404, path
    assert signed_in(alice).post(f"/runs/{run.pk}/flag/").status_code == 404
    assert not review_tags.reviewers_read(alice)
    assert not Opening.objects.exists()


def test_a_house_can_ask_why(bob: User, run: Run, settings: Any) -> None:
    settings.REVIEW_WHY = True
    client = signed_in(bob)
    for path in ("", "wire/", "replies/"):
        asked = client.get(f"/review/{run.pk}/{path}?status=completed")
        assert "Why do you open this?" in asked.content.decode()
        assert "moon" not in asked.content.decode()
    for path in (f"{run.reply_id}/text/", f"{run.pk}/replay/", "wire/1/json/"):
        assert client.get(f"/review/{run.pk}/{path}").status_code == 409, path
    assert not Opening.objects.exists()
    empty = client.post(f"/review/{run.pk}/why/", {"why": "  "})
    assert (empty.status_code, Opening.objects.count()) == (422, 0)
    opened = client.post(f"/review/{run.pk}/why/", {"why": "A complaint", "filters": "status=completed"})
    assert opened["Location"] == f"/review/{run.pk}/?status=completed#r{run.pk}"
    page = client.get(opened["Location"]).content.decode()
    assert "The moon." in page
    assert set(Opening.objects.values_list("why", flat=True)) == {"A complaint"}
    # For an hour, for this conversation, for this reviewer.
    Opening.objects.update(at=timezone.now() - timedelta(hours=1, seconds=5))
    assert "Why do you open this?" in client.get(f"/review/{run.pk}/").content.decode()


def test_a_house_can_hide_names(alice: User, bob: User, run: Run, settings: Any) -> None:
    settings.REVIEW_NAMES = False
    client = signed_in(bob)
    pages = [client.get(path).content.decode() for path in ("/review/", f"/review/{run.pk}/")]
    assert all(f"Person {alice.pk}" in page and "alice" not in page for page in pages)
    found = client.get("/review/", {"person": f"person {alice.pk}"}).content.decode()
    assert f'data-entry="{run.pk}"' in found
    # A name that cannot be seen cannot be tried out, either.
    assert client.get("/review/", {"person": "alice"}).status_code == 422


def test_what_is_kept_out_is_not_there(bob: User, run: Run) -> None:
    Exemption.objects.create(conversation=run.reply.conversation, why="A patient")
    client = signed_in(bob)
    for path in ("", "replies/", "wire/", "wire/1/curl/", f"{run.reply_id}/text/", f"{run.pk}/replay/"):
        assert client.get(f"/review/{run.pk}/{path}").status_code == 404, path
    assert "data-entry" not in client.get("/review/").content.decode()
    assert not Opening.objects.exists()


def test_a_person_flags_a_reply_of_theirs(alice: User, bob: User, run: Run) -> None:
    client = signed_in(alice)
    assert signed_in(bob).post(f"/runs/{run.pk}/flag/", {"word": "x"}).status_code == 404
    assert client.post(f"/runs/{run.pk}/flag/", {"word": "It lied to me."})["Location"] == f"/runs/{run.pk}/flag/"
    assert "Flagged for the reviewers" in client.get(f"/runs/{run.pk}/flag/").content.decode()
    page = signed_in(bob).get("/review/", {"is": "flagged"}).content.decode()
    assert f'data-entry="{run.pk}"' in page
    # What the owner said is shown with the words it is about.
    assert "It lied to me." not in page
    assert "It lied to me." in signed_in(bob).get(f"/review/{run.pk}/").content.decode()
    long = client.post(f"/runs/{run.pk}/flag/", {"word": "x" * 501})
    assert long.status_code == 422
    assert "x" * 501 in long.content.decode()
    assert Flag.objects.get().word == "It lied to me."
    client.post(f"/runs/{run.pk}/flag/", {"withdraw": "1"})
    assert not Flag.objects.exists()


@pytest.mark.parametrize(("tells", "status"), [("marks", 200), ("openings", 200), ("nothing", 404)])
def test_how_much_the_owner_is_told(alice: User, bob: User, run: Run, settings: Any, tells: str, status: int) -> None:
    settings.REVIEW_TELLS = tells
    reviewer = signed_in(bob)
    page = reviewer.get(f"/review/{run.pk}/").content.decode()
    assert ("can see it" in page) == (tells != "nothing")
    reviewer.post(f"/review/{run.pk}/marks/", {"part": 0, "exact": "the moon", "comment": "Between us"})
    conversation = run.reply.conversation
    told = signed_in(alice).get(f"/c/{conversation.pk}/reviewed/")
    assert told.status_code == status
    assert ("<q" in told.content.decode()) == (tells == "marks")
    assert "Between us" not in told.content.decode()
    assert review_tags.was_reviewed(conversation) == (tells != "nothing")


def test_people_are_told_that_there_are_reviewers(alice: User, bob: User, run: Run, settings: Any) -> None:
    assert review_tags.reviewers_read(alice, run.reply.conversation)
    # Who is the only one does not need to be told.
    assert not review_tags.reviewers_read(bob)
    Exemption.objects.create(conversation=run.reply.conversation, why="A patient")
    assert not review_tags.reviewers_read(alice, run.reply.conversation)
    assert review_tags.reviewers_read(alice)
    settings.REVIEW_NOTICE = False
    assert not review_tags.reviewers_read(alice)


def test_a_superuser_is_a_reviewer_too(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_tags, "_reviewers", (float("-inf"), frozenset()))
    boss = User.objects.create_superuser("boss")
    assert review_tags.reviewers_read(alice)
    # On a machine of one's own that is oneself.
    assert not review_tags.reviewers_read(boss)


def test_where_nobody_reviews_nobody_is_told(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_tags, "_reviewers", (float("-inf"), frozenset()))
    assert not review_tags.reviewers_read(alice)


def test_what_is_looked_for_is_on_record(bob: User, run: Run) -> None:
    client = signed_in(bob)
    client.get("/review/", {"status": "completed"})
    assert not Query.objects.exists()
    client.get("/review/", {"q": "moon", "status": "completed"})
    assert [(one.name, one.words) for one in Query.objects.all()] == [("bob", "moon")]


@pytest.mark.parametrize("way", ["count", "neighbours", "round", "sample", "export"])
def test_whichever_way_it_is_looked_for(bob: User, run: Run, way: str) -> None:
    client = signed_in(bob)
    {
        "count": lambda: client.get("/review/count/", {"q": "moon"}),
        "neighbours": lambda: client.get(f"/review/{run.pk}/", {"q": "moon"}),
        "round": lambda: client.post("/review/rounds/new/", {"name": "x", "query": "q=moon", "reviewers": [bob.pk]}),
        "sample": lambda: client.get("/review/", {"q": "moon", "sample": "5"}),
        "export": lambda: client.get("/review/export/", {"q": "moon"}),
    }[way]()
    assert set(Query.objects.values_list("name", "words")) == {("bob", "moon")}


def test_filters_are_saved_for_oneself_or_for_all(bob: User, run: Run) -> None:
    eve = User.objects.create_user("eve")
    eve.groups.add(Group.objects.get(name="reviewer"))
    mine, hers = signed_in(bob), signed_in(eve)
    for name, more in (("Failures", {"shared": "on"}), ("For me", {})):
        mine.post("/review/filters/", {"name": name, "query": "status=failed&junk=&before=3-4", **more})
    assert set(SavedFilter.objects.values_list("query", flat=True)) == {"status=failed"}
    page = hers.get("/review/").content.decode()
    assert "Failures" in page
    assert "For me" not in page
    saved = SavedFilter.objects.get(name="Failures")
    assert hers.post(f"/review/filters/{saved.pk}/forget/").status_code == 404
    mine.post(f"/review/filters/{saved.pk}/forget/")
    assert "Failures" not in mine.get("/review/").content.decode()
    assert mine.post("/review/filters/", {"name": "", "query": ""}).status_code == 422
    assert mine.post("/review/filters/", {"name": "x", "query": "status=odd"}).status_code == 422


def test_a_filter_that_is_wrong_is_told_and_kept(bob: User, run: Run) -> None:
    answer = signed_in(bob).get("/review/", {"cost_from": "dear", "person": "somebody"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Cost in $: a number, not “dear”." in page
    assert 'value="dear"' in page
    assert 'value="somebody"' in page


def test_a_sample_is_drawn_once_and_has_an_address(bob: User, run: Run) -> None:
    client = signed_in(bob)
    drawn = client.get("/review/sample/", {"sample": "5", "status": "completed", "q": ""})
    assert drawn.status_code == 302
    for part in ("status=completed", "sample=5", "seed=", "upto="):
        assert part in drawn["Location"]
    assert f'data-entry="{run.pk}"' in client.get(drawn["Location"]).content.decode()
    assert client.get("/review/sample/", {"sample": "0"}).status_code == 422


def test_the_other_replies_to_a_prompt_stand_beside_and_are_on_record(bob: User, run: Run) -> None:
    again = Message.objects.create(
        conversation=run.reply.conversation, role=Message.Role.ASSISTANT, parent=run.reply.parent
    )
    other = Run.objects.create(
        reply=again, provider="p", model="m2", status="completed", started_at=run.started_at, ended_at=timezone.now()
    )
    Part.objects.create(run=other, index=0, kind="content", text="The sun, too.", started_at=timezone.now())
    client = signed_in(bob)
    assert "Beside the other reply" in client.get(f"/review/{run.pk}/").content.decode()
    page = client.get(f"/review/{run.pk}/replies/").content.decode()
    assert "The moon." in page
    assert "The sun, too." in page
    assert Opening.objects.filter(run=other, what="replies").count() == 1


def test_on_record_is_the_reply_that_was_shown(bob: User, run: Run) -> None:
    """Whichever page it was reached from: on a branch of its own stands a prompt with a reply."""
    conversation = run.reply.conversation
    said = Message.objects.create(conversation=conversation, role=Message.Role.USER, text="Otherwise?")
    reply = Message.objects.create(conversation=conversation, role=Message.Role.ASSISTANT, parent=said)
    times = {"started_at": run.started_at, "ended_at": timezone.now()}
    other = Run.objects.create(reply=reply, provider="p", model="m", status="completed", **times)
    client = signed_in(bob)
    for path in (f"{said.pk}/text/", f"{reply.pk}/text/", f"{other.pk}/replay/"):
        assert client.get(f"/review/{run.pk}/{path}").status_code == 200
        assert Opening.objects.latest("pk").run_id == other.pk, path
    lone = Message.objects.create(conversation=conversation, role=Message.Role.USER, text="Unanswered")
    live = Message.objects.create(conversation=conversation, role=Message.Role.ASSISTANT, parent=lone)
    going_on = Run.objects.create(reply=live, provider="p", model="m", status="thinking")
    for path in (f"{lone.pk}/text/", f"{live.pk}/text/", f"{going_on.pk}/replay/"):
        assert client.get(f"/review/{run.pk}/{path}").status_code == 404, path


def test_a_reason_that_does_not_hold_any_more_lets_nobody_mark(bob: User, run: Run, settings: Any) -> None:
    client = signed_in(bob)
    assert client.get(f"/review/{run.pk}/").status_code == 200
    settings.REVIEW_WHY = True
    quote = {"part": 0, "exact": "the moon", "comment": "Odd"}
    assert client.post(f"/review/{run.pk}/marks/", quote).status_code == 409
    assert client.get(f"/review/{run.pk}/{run.reply_id}/text/").status_code == 409
    client.post(f"/review/{run.pk}/why/", {"why": "A complaint"})
    assert client.post(f"/review/{run.pk}/marks/", quote).status_code == 302
    Opening.objects.update(at=timezone.now() - timedelta(hours=2))
    mark = Mark.objects.get()
    assert client.post(f"/review/marks/{mark.pk}/comments/", {"comment": "More"}).status_code == 409


def test_an_owner_who_reads_blind_is_not_told_on_the_way(bob: User, run: Run) -> None:
    eve = User.objects.create_superuser("eve")
    conversation = run.reply.conversation
    Conversation.objects.filter(pk=conversation.pk).update(owner=bob)
    blind = Round.objects.create(name="x", blind=True)
    for reviewer in (bob, eve):
        Assignment.objects.create(run=run, reviewer=reviewer, round=blind)
    Verdict.objects.create(run=run, reviewer=eve, value="unsafe")
    page = signed_in(bob).get(f"/c/{conversation.pk}/reviewed/").content.decode()
    assert "Unsafe" not in page
    Verdict.objects.create(run=run, reviewer=bob, value="sound")
    assert "Unsafe" in signed_in(bob).get(f"/c/{conversation.pk}/reviewed/").content.decode()
    # Nor where all tables are.
    assert "nsafe" not in signed_in(eve).get("/admin/review/verdict/").content.decode()


def test_who_reads_can_go_to_the_next(bob: User, run: Run) -> None:
    page = signed_in(bob).get(f"/review/{run.pk}/", {"status": "completed"}).content.decode()
    assert 'href="/review/?status=completed"' in page
    assert 'rel="next"' not in page
    # A filter that is wrong by now does not keep anybody from reading.
    assert signed_in(bob).get(f"/review/{run.pk}/", {"status": "odd"}).status_code == 200
