"""Marks, threads and verdicts: what reviewers write beside a reply, over HTTP."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from chatroom.accounts.models import User
from chatroom.conversations.models import Run
from chatroom.review.marking import LONGEST_COMMENT, LONGEST_QUOTE, marks_of
from chatroom.review.models import Assignment, Comment, Exemption, Label, Mark, Opening, Verdict
from tests.support.reviewing import Desk, replied, reviewer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_files")]

THOUGHT = "First I think of **seven** sheep, then of eight.\n\nNo: I think of seven sheep again."
ANSWER = "It is *seven*."


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("alice")


@pytest.fixture
def run(owner: User) -> Run:
    return replied(owner, THOUGHT, ANSWER)


@pytest.fixture
def bob(run: Run) -> Desk:
    desk = Desk(reviewer("bob"))
    desk.open(run)
    return desk


@pytest.fixture
def cora(run: Run) -> Desk:
    desk = Desk(reviewer("cora"))
    desk.open(run)
    return desk


def label(name: str = "wrong step") -> Label:
    return Label.objects.get(name=name)


def mark(desk: Desk, run: Run, status: int = 200, **fields: object) -> Mark:
    sent = {"part": 0, "exact": "seven sheep", "prefix": "First I think of ", "suffix": ", then", "label": label().pk}
    desk.post(f"/review/{run.pk}/marks/", status, **(sent | fields))
    return Mark.objects.latest("pk")


def test_words_are_marked_where_they_stand(bob: Desk, run: Run) -> None:
    panel = bob.post(
        f"/review/{run.pk}/marks/",
        part=0,
        exact="seven sheep",
        prefix="First I think of ",
        suffix=", then of eight.",
        before=14,
        label=label().pk,
        comment="Why\r\nsheep?",
    )
    made = Mark.objects.get()
    assert made.start is not None and made.end is not None
    assert THOUGHT[made.start : made.end] == "seven** sheep"
    assert (made.exact, made.prefix, made.suffix) == ("seven sheep", "First I think of ", ", then of eight.")
    assert (made.run, made.part, made.reviewer, made.label) == (run, 0, bob.user, label())
    assert [comment.text for comment in made.comments.all()] == ["Why\nsheep?"]
    assert f'id="mark-{made.pk}"' in panel
    assert "Why\nsheep?" in panel
    # Where the words stand twice, the page is told which of them.
    assert 'data-before="13"' in panel
    assert "<html" not in panel


def test_all_of_a_part_is_marked_without_script(bob: Desk, run: Run) -> None:
    bob.post(f"/review/{run.pk}/marks/", 302, htmx=False, part=2, typed=1, exact="", label="", comment="Good.")
    made = Mark.objects.get()
    assert (made.part, made.exact, made.start, made.label) == (2, "", None, None)
    assert bob.where == f"/review/{run.pk}/#mark-{made.pk}"


def test_words_that_are_typed_must_stand_there_once(bob: Desk, run: Run) -> None:
    made = mark(bob, run, exact="Then of eight".lower(), typed=1, prefix="", suffix="")
    assert made.start is not None
    assert THOUGHT[made.start : made.end] == "then of eight"
    assert made.prefix.endswith("seven** sheep, ")
    for words in ("seven sheep", "nine"):  # twice, never
        refused = bob.post(f"/review/{run.pk}/marks/", 422, part=0, exact=words, typed=1, label=label().pk)
        assert "do not stand there, or at more than one place" in refused
    assert Mark.objects.count() == 1


def test_a_quote_that_is_found_nowhere_for_certain_is_kept_and_says_so(bob: Desk, run: Run) -> None:
    panel = bob.post(f"/review/{run.pk}/marks/", part=0, exact="seven sheep", label=label().pk)
    assert Mark.objects.get().start is None
    assert "Where in the stored text this stands is not certain" in panel


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"label": "", "comment": " "}, "needs a label or a comment"),
        ({"label": "999999"}, "no such label"),
        ({"label": "x"}, "no such label"),
        ({"label": "9" * 18}, "no such label"),
        ({"part": 1}, "no such thought or answer"),  # the tool
        ({"part": 7}, "no such thought or answer"),
        ({"part": "x"}, "no such thought or answer"),
        ({"part": "9" * 18}, "no such thought or answer"),
        ({"comment": "x" * (LONGEST_COMMENT + 1)}, "Shorten it"),
        ({"exact": "x" * (LONGEST_QUOTE + 1)}, "Mark fewer"),
    ],
)
def test_what_cannot_be_marked_is_told(bob: Desk, run: Run, fields: dict[str, object], sentence: str) -> None:
    sent = {"part": 0, "exact": "eight", "label": label().pk} | fields
    assert sentence in bob.post(f"/review/{run.pk}/marks/", 422, **sent)
    assert sentence in bob.post(f"/review/{run.pk}/marks/", 422, htmx=False, **sent)
    assert not Mark.objects.exists()
    assert not Comment.objects.exists()


def test_a_retired_label_is_not_given_any_more(bob: Desk, run: Run) -> None:
    one = label()
    Label.objects.filter(pk=one.pk).update(retired=True)
    assert "not in use any more" in bob.post(f"/review/{run.pk}/marks/", 422, part=0, exact="eight", label=one.pk)


def test_signs_that_no_database_takes_are_replaced(bob: Desk, run: Run) -> None:
    made = mark(bob, run, exact="eight\0", comment="a\0b")
    assert "\0" not in made.exact
    assert made.comments.get().text == "a\ufffdb"


def test_a_thread_has_the_newest_last(bob: Desk, cora: Desk, run: Run) -> None:
    made = mark(bob, run, comment="firstword")
    cora.post(f"/review/marks/{made.pk}/comments/", comment="secondword")
    panel = bob.post(f"/review/marks/{made.pk}/comments/", comment="thirdword")
    places = [panel.index(word) for word in ("firstword", "secondword", "thirdword")]
    assert places == sorted(places)
    assert "cora" in panel
    bob.post(f"/review/marks/{made.pk}/comments/", 422, comment=" ")
    bob.post(f"/review/marks/{made.pk}/comments/", 422, comment="x" * (LONGEST_COMMENT + 1))
    assert made.comments.count() == 3


def test_who_made_a_mark_takes_it_back_and_nobody_else(bob: Desk, cora: Desk, run: Run) -> None:
    made = mark(bob, run, comment="keptword")
    assert "Only who made a mark" in cora.post(f"/review/marks/{made.pk}/withdraw/", 409)
    panel = bob.post(f"/review/marks/{made.pk}/withdraw/")
    made.refresh_from_db()
    first = made.withdrawn_at
    assert first is not None
    assert "Withdrawn" in panel and "keptword" in panel
    bob.post(f"/review/marks/{made.pk}/withdraw/")
    made.refresh_from_db()
    assert made.withdrawn_at == first
    assert not marks_of(run).marks


def test_the_address_of_a_mark_leads_to_it_and_shows_nothing(bob: Desk, cora: Desk, run: Run) -> None:
    made = mark(bob, run, comment="secretword")
    before = Opening.objects.count()
    body = cora.get(f"/review/marks/{made.pk}/", 302)
    assert cora.where == f"/review/{run.pk}/?mark={made.pk}#mark-{made.pk}"
    assert "secretword" not in body
    assert Opening.objects.count() == before
    cora.get("/review/marks/999999/", 404)


def test_a_verdict_is_changed_and_there_is_one_each(bob: Desk, cora: Desk, run: Run) -> None:
    bob.post(f"/review/{run.pk}/verdict/", verdict="sound", note="bobsnote")
    panel = bob.post(f"/review/{run.pk}/verdict/", verdict="wrong", note="bobsnote")
    assert re.search(r'value="wrong"[^>]* checked', panel)
    assert "bobsnote" in cora.post(f"/review/{run.pk}/verdict/", verdict="unclear")
    assert list(Verdict.objects.order_by("pk").values_list("reviewer__username", "value")) == [
        ("bob", "wrong"),
        ("cora", "unclear"),
    ]
    for value in ("", "excellent"):
        assert "Choose a verdict" in bob.post(f"/review/{run.pk}/verdict/", 422, verdict=value)
    bob.post(f"/review/{run.pk}/verdict/", 422, verdict="sound", note="x" * (LONGEST_COMMENT + 1))
    assert Verdict.objects.get(reviewer=bob.user).value == "wrong"


def test_only_the_time_of_the_verdict_itself_counts(bob: Desk, run: Run) -> None:
    bob.post(f"/review/{run.pk}/verdict/", verdict="sound")
    given = Verdict.objects.get().made_at
    bob.post(f"/review/{run.pk}/verdict/", verdict="sound", note="A word more.")
    assert Verdict.objects.get().made_at == given
    bob.post(f"/review/{run.pk}/verdict/", verdict="flawed")
    assert Verdict.objects.get().made_at > given


def test_a_reply_is_given_to_a_reviewer_who_is_done_with_a_verdict(bob: Desk, cora: Desk, run: Run) -> None:
    for _ in range(2):
        panel = bob.post(f"/review/{run.pk}/assign/", reviewer=cora.user.pk)
    assert Assignment.objects.get().reviewer == cora.user
    assert "to read" in panel and "done" not in panel
    assert "· done" in cora.post(f"/review/{run.pk}/verdict/", verdict="sound")
    for nobody in ("", "x", "999999", str(run.reply.conversation.owner_id)):
        assert "Choose a reviewer" in bob.post(f"/review/{run.pk}/assign/", 422, reviewer=nobody)


def test_what_was_given_to_a_reviewer_is_taken_back(bob: Desk, run: Run) -> None:
    bob.post(f"/review/{run.pk}/assign/", reviewer=bob.user.pk)
    bob.post(f"/review/assignments/{Assignment.objects.get().pk}/drop/")
    assert not Assignment.objects.exists()


def paths(run: Run, made: Mark, given: Assignment) -> dict[str, tuple[str, dict[str, object]]]:
    """All addresses below a reply, with a form that each takes."""
    return {
        "marks": (f"/review/{run.pk}/marks/", {"part": 0, "exact": "eight", "comment": "x"}),
        "comment": (f"/review/marks/{made.pk}/comments/", {"comment": "x"}),
        "withdraw": (f"/review/marks/{made.pk}/withdraw/", {}),
        "verdict": (f"/review/{run.pk}/verdict/", {"verdict": "sound"}),
        "assign": (f"/review/{run.pk}/assign/", {"reviewer": made.reviewer_id}),
        "drop": (f"/review/assignments/{given.pk}/drop/", {}),
    }


def written() -> list[int]:
    return [*(rows.objects.count() for rows in (Mark, Comment, Verdict, Assignment, Label)),
            Mark.objects.filter(withdrawn_at=None).count()]  # fmt: skip


def test_for_others_there_is_nothing(bob: Desk, cora: Desk, run: Run, owner: User) -> None:
    made = mark(bob, run, comment="secretword")
    given = Assignment.objects.create(run=run, reviewer=bob.user)
    all_paths = paths(run, made, given)
    pages = [f"/review/marks/{made.pk}/", "/review/labels/", "/review/rounds/"]
    stood = written()
    his = Desk(owner)
    for path, fields in [*all_paths.values(), ("/review/labels/", {"name": "x"}), ("/review/rounds/new/", {})]:
        his.post(path, 404, **fields)
        assert Client().post(path, fields).status_code == 302
        if path != "/review/labels/":
            cora.get(path, 405)
    for page in pages:
        his.get(page, 404)
    # Of a conversation that is kept out of the review there is nothing for reviewers either.
    Exemption.objects.create(conversation=run.reply.conversation, why="a contract")
    for path, fields in all_paths.values():
        cora.post(path, 404, **fields)
    cora.get(pages[0], 404)
    assert written() == stood
    assert b"secretword" not in his.got


def test_a_form_needs_the_token_of_its_page(bob: Desk, cora: Desk, run: Run) -> None:
    made = mark(bob, run)
    given = Assignment.objects.create(run=run, reviewer=bob.user)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bob.user)
    stood = written()
    for path, fields in paths(run, made, given).values():
        assert strict.post(path, fields).status_code == 403
    assert written() == stood


def test_who_has_not_opened_a_reply_learns_nothing_of_it(bob: Desk, run: Run) -> None:
    made = mark(bob, run, comment="secretword")
    dora = Desk(reviewer("dora"))
    given = Assignment.objects.create(run=run, reviewer=bob.user)
    ways = paths(run, made, given)
    for name in ("marks", "verdict", "comment"):
        assert "Open the reply first" in dora.post(ways[name][0], 409, **ways[name][1])
    for name in ("assign", "drop"):
        dora.post(ways[name][0], **ways[name][1])
    assert b"secretword" not in dora.got
    assert b"seven" not in dora.got
    assert not Opening.objects.filter(reviewer=dora.user).exists()


def test_what_may_be_told_of_it(bob: Desk, cora: Desk, run: Run) -> None:
    mark(bob, run, comment="secretword")
    mark(cora, run, part=2, exact="", label=label("good idea").pk)
    bob.post(f"/review/marks/{mark(bob, run, exact='eight').pk}/withdraw/")
    bob.post(f"/review/{run.pk}/verdict/", verdict="wrong", note="secretword")
    found = marks_of(run)
    assert [(one.part, one.kind, one.quote, one.label) for one in found.marks] == [
        (0, "reasoning", "seven sheep", "wrong step"),
        (2, "content", "", "good idea"),
    ]
    assert found.verdicts == ("Wrong",)
    assert "secretword" not in repr(found)


def test_labels_are_added_renamed_and_retired(bob: Desk, run: Run) -> None:
    mark(bob, run)
    bob.post(f"/review/marks/{mark(bob, run).pk}/withdraw/")
    page = bob.get("/review/labels/")
    row = page[page.index(f'data-label="{label().pk}"') :]
    assert re.search(r'class="figure">(\d+)<', row)[1] == "1"  # type: ignore[index]
    bob.post("/review/labels/", 302, htmx=False, name="  too   long ")
    assert Label.objects.filter(name="too long", retired=False).exists()
    for name in ("", "x" * 41, "TOO LONG"):
        bob.post("/review/labels/", 422, htmx=False, name=name)
    one = label("too long")
    bob.post(f"/review/labels/{one.pk}/", 422, htmx=False, name="Wrong Step")
    bob.post(f"/review/labels/{one.pk}/", 302, htmx=False, name="Too Long")
    bob.post(f"/review/labels/{one.pk}/", 302, htmx=False, retire=1, name="")
    one.refresh_from_db()
    assert (one.name, one.retired) == ("Too Long", True)
    assert "bring it back" in bob.post("/review/labels/", 422, htmx=False, name="too long")
    bob.post(f"/review/labels/{one.pk}/", 302, htmx=False, back=1)
    one.refresh_from_db()
    assert not one.retired
