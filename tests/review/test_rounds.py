"""Rounds: who reads blind is shown nothing of what the others found, and how far they agree is counted rightly."""

from __future__ import annotations

import re

import pytest

from chatroom.accounts.models import User
from chatroom.conversations.models import Run
from chatroom.review.blind import hidden_from
from chatroom.review.models import Assignment, Comment, Exemption, Label, Mark, Round, Verdict
from chatroom.review.panel import panel_context
from chatroom.review.rounds import MOST_REPLIES, next_reply, round_shown
from tests.support.reviewing import Desk, replied, reviewer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_files")]

# Words that only Bob says.
PLANTED = ("zebracomment", "zebranote", "zebrathread", "zebralabel", "zebraquote", "Unsafe")


@pytest.fixture
def runs() -> list[Run]:
    owner = User.objects.create_user("alice")
    return [replied(owner, f"I think of zebraquote {number}.", "So.") for number in range(4)]


@pytest.fixture
def ann(runs: list[Run]) -> Desk:
    return at_a_desk("ann", runs)


@pytest.fixture
def bob(runs: list[Run]) -> Desk:
    return at_a_desk("bob", runs)


@pytest.fixture
def cora(runs: list[Run]) -> Desk:
    return at_a_desk("cora", runs)


def at_a_desk(name: str, runs: list[Run]) -> Desk:
    desk = Desk(reviewer(name))
    for run in runs:
        desk.open(run)
    return desk


def a_round(runs: list[Run], *desks: Desk, **fields: object) -> Round:
    """A round that the first of them has made, blind."""
    form = {
        "name": "Spring",
        "blind": "on",
        "reviewers": [desk.user.pk for desk in desks],
        "runs": ", ".join(str(run.pk) for run in runs),
    }
    desks[0].post("/review/rounds/new/", 302, htmx=False, **{**form, **fields})
    made = Round.objects.latest("pk")
    assert desks[0].where == f"/review/rounds/{made.pk}/"
    return made


def speak(desk: Desk, run: Run) -> Mark:
    """Say all that can be said of a reply, with a label that is retired since: nobody is offered its name."""
    label, _ = Label.objects.update_or_create(name="zebralabel", defaults={"retired": False})
    desk.post(f"/review/{run.pk}/marks/", part=0, exact="zebraquote", label=label.pk, comment="zebracomment")
    mark = Mark.objects.latest("pk")
    desk.post(f"/review/marks/{mark.pk}/comments/", comment="zebrathread")
    desk.post(f"/review/{run.pk}/verdict/", verdict="unsafe", note="zebranote")
    Label.objects.filter(pk=label.pk).update(retired=True)
    return mark


def without_verdict_form(html: str) -> str:
    """The names of verdicts stand on every form and table head."""
    return re.sub(r"<fieldset>.*?</fieldset>|<thead>.*?</thead>|<th [^>]*>.*?</th>", "", html, flags=re.DOTALL)


def test_nothing_that_another_found_reaches_who_reads_blind(ann: Desk, bob: Desk, runs: list[Run]) -> None:
    one = a_round(runs[:2], ann, bob)
    mark = speak(bob, runs[0])
    # Anna marks herself, and Bob answers below: that he does not read yet what she reads must not tell it either.
    ann.post(f"/review/{runs[0].pk}/marks/", part=2, exact="", comment="My own.")
    hers = Mark.objects.get(reviewer=ann.user)
    bob.post(f"/review/marks/{hers.pk}/comments/", comment="zebrathread")
    ann.got = b""
    ann.post(f"/review/{runs[0].pk}/assign/", reviewer=ann.user.pk)
    panel = ann.post(f"/review/marks/{hers.pk}/comments/", comment="More of mine.")
    assert "You read this reply blind" in panel
    assert "My own." in panel
    ann.get(f"/review/marks/{mark.pk}/", 404)
    ann.post(f"/review/marks/{mark.pk}/comments/", 404, comment="x")
    ann.post(f"/review/marks/{mark.pk}/withdraw/", 404)
    ann.get(f"/review/rounds/{one.pk}/")
    ann.get("/review/rounds/")
    ann.get(f"/review/{runs[0].pk}/")  # her opening of the whole page
    got = without_verdict_form(ann.got.decode())
    got = got.replace("I think of zebraquote", "")  # the reply itself
    assert [word for word in PLANTED if word in got] == []
    # Labels are the house's and everybody's, but not how often Bob gave one.
    row = ann.get("/review/labels/").split("zebralabel", 1)[1]
    assert re.search(r'class="figure">(\d+)<', row)[1] == "0"  # type: ignore[index]


def test_after_the_verdict_it_is_shown(ann: Desk, bob: Desk, runs: list[Run]) -> None:
    a_round(runs[:2], ann, bob)
    mark = speak(bob, runs[0])
    assert hidden_from(ann.user, [run.pk for run in runs]) == {runs[0].pk, runs[1].pk}
    panel = ann.post(f"/review/{runs[0].pk}/verdict/", verdict="sound")
    assert all(word in panel for word in PLANTED)
    assert "You read this reply blind" not in panel
    assert hidden_from(ann.user, [run.pk for run in runs]) == {runs[1].pk}
    ann.get(f"/review/marks/{mark.pk}/", 302)


def test_who_is_not_in_the_round_or_in_one_that_is_not_blind_reads_all(
    ann: Desk, bob: Desk, cora: Desk, runs: list[Run]
) -> None:
    a_round(runs[:1], ann, bob)
    a_round(runs[1:2], ann, bob, blind="")
    assert not Round.objects.latest("pk").blind
    for run in runs[:2]:
        speak(bob, run)
    assert not hidden_from(cora.user, [runs[0].pk])
    assert len(panel_context(cora.user, runs[0])["panel"].marks) == 1
    assert len(panel_context(ann.user, runs[0])["panel"].marks) == 0
    assert len(panel_context(ann.user, runs[1])["panel"].marks) == 1


def test_hidden_is_asked_for_many_at_once(ann: Desk, bob: Desk, runs: list[Run]) -> None:
    a_round(runs[:2], ann, bob)
    assert hidden_from(ann.user, range(1, 100_000)) == {runs[0].pk, runs[1].pk}
    assert hidden_from(ann.user, []) == set()


def test_a_verdict_that_was_given_blind_stays_once_others_were_to_be_seen(
    ann: Desk, bob: Desk, runs: list[Run]
) -> None:
    a_round(runs[:1], ann, bob)
    path = f"/review/{runs[0].pk}/verdict/"
    ann.post(path, verdict="sound")
    ann.post(path, verdict="flawed")  # nobody else has said anything
    bob.post(path, verdict="wrong")
    assert "You said “Flawed” before you were shown" in ann.post(path, 409, verdict="wrong")
    ann.post(path, verdict="flawed", note="I see now that it is wrong.")
    assert Verdict.objects.get(reviewer=ann.user).value == "flawed"
    assert Verdict.objects.get(reviewer=ann.user).note == "I see now that it is wrong."


def test_a_mark_of_another_settles_a_verdict_too(ann: Desk, bob: Desk, runs: list[Run]) -> None:
    a_round(runs[:1], ann, bob)
    path = f"/review/{runs[0].pk}/verdict/"
    ann.post(path, verdict="sound")
    bob.post(f"/review/{runs[0].pk}/marks/", part=0, exact="zebraquote", label=Label.objects.all()[0].pk)
    ann.post(path, 409, verdict="wrong")


def test_what_somebody_has_judged_already_comes_into_no_blind_round(ann: Desk, bob: Desk, runs: list[Run]) -> None:
    bob.post(f"/review/{runs[0].pk}/verdict/", verdict="wrong")
    bob.post(f"/review/{runs[1].pk}/marks/", part=0, exact="zebraquote", label=Label.objects.all()[0].pk)
    one = a_round(runs, ann, bob)
    assert set(one.assignments.values_list("run", flat=True)) == {run.pk for run in runs[2:]}
    form = {"name": "Again", "blind": "on", "reviewers": [ann.user.pk, bob.user.pk], "runs": str(runs[0].pk)}
    assert "said something of each of these replies already" in ann.post("/review/rounds/new/", 422, **form)


def test_agreement_is_counted(ann: Desk, bob: Desk, cora: Desk, runs: list[Run]) -> None:
    one = a_round(runs, ann, bob, cora)
    said = {ann: ("sound", "sound", "wrong", "wrong"), bob: ("sound", "wrong", "wrong", "wrong")}
    for desk, values in said.items():
        for run, value in zip(runs, values, strict=True):
            desk.post(f"/review/{run.pk}/verdict/", verdict=value)
    cora.post(f"/review/{runs[0].pk}/verdict/", verdict="unsafe")
    shown = round_shown(ann.user, one)
    assert [(each.name, each.given, each.of) for each in shown.progress] == [
        ("ann", 4, 4),
        ("bob", 4, 4),
        ("cora", 1, 4),
    ]
    pairs = {(pair.first, pair.second): pair.agreement for pair in shown.pairs}
    # Alike 3 of 4; rows 2, 2; columns 1, 3; by chance (2·1 + 2·3) / 16 = 0.5.
    assert pairs["ann", "bob"].kappa == pytest.approx(0.5)
    assert pairs["ann", "cora"].n == 1
    assert {each.run_id for each in shown.disagreements} == {runs[0].pk, runs[1].pk}
    page = ann.get(f"/review/rounds/{one.pk}/")
    assert re.findall(r"data-kappa>([^<]+)<", page)[0] == "0.50"
    assert f'data-disagreement="{runs[1].pk}"' in page
    assert "zebraquote" not in page


def test_what_is_hidden_is_in_no_number_of_the_agreement(ann: Desk, bob: Desk, cora: Desk, runs: list[Run]) -> None:
    one = a_round(runs, ann, bob, cora)
    for run, his, hers in zip(
        runs, ("sound", "wrong", "wrong", "sound"), ("sound", "wrong", "sound", "wrong"), strict=True
    ):
        bob.post(f"/review/{run.pk}/verdict/", verdict=his)
        cora.post(f"/review/{run.pk}/verdict/", verdict=hers)
    ann.post(f"/review/{runs[0].pk}/verdict/", verdict="sound")
    shown = round_shown(ann.user, one)
    pairs = {(pair.first, pair.second): pair.agreement.n for pair in shown.pairs}
    assert pairs == {("ann", "bob"): 1, ("ann", "cora"): 1, ("bob", "cora"): 1}
    assert shown.disagreements == []
    assert shown.hidden == 3
    theirs = round_shown(bob.user, one)
    assert {each.run_id for each in theirs.disagreements} == {runs[2].pk, runs[3].pk}


def test_the_next_reply_is_the_first_without_a_verdict_of_mine(ann: Desk, bob: Desk, runs: list[Run]) -> None:
    one = a_round(runs[:3], ann, bob)
    assert next_reply(ann.user, one) == runs[0].pk
    panel = ann.post(f"/review/{runs[0].pk}/verdict/", verdict="sound")
    assert f'href="/review/{runs[1].pk}/#r{runs[1].pk}" data-action="next-of-round"' in panel
    Exemption.objects.create(conversation=runs[1].reply.conversation, why="a contract")
    assert next_reply(ann.user, one) == runs[2].pk
    assert round_shown(ann.user, one).replies == 2
    ann.post(f"/review/{runs[2].pk}/verdict/", verdict="sound")
    assert next_reply(ann.user, one) is None
    assert "You have given a verdict on each" in ann.get(f"/review/rounds/{one.pk}/")
    assert re.search(r">3 of 6<.*>2 of 3<|>2 of 6<.*>2 of 3<", ann.get("/review/rounds/"))


def test_a_round_is_made_of_what_a_filter_of_the_queue_lets_through(ann: Desk, bob: Desk, runs: list[Run]) -> None:
    page = ann.get("/review/rounds/?query=status%3Dcompleted")
    assert 'name="query" value="status=completed"' in page
    one = a_round([], ann, bob, query="status=completed", most=3)
    assert set(one.assignments.values_list("run", flat=True)) == {run.pk for run in runs[1:]}  # the newest
    assert "There are no replies" in ann.post(
        "/review/rounds/new/", 422, name="None", reviewers=[ann.user.pk, bob.user.pk], query="status=failed"
    )
    whole = a_round([], ann, bob, query="")
    assert whole.assignments.count() == 8
    # The same once more is a double click.
    assert a_round([], ann, bob, query="") == whole


def test_what_makes_no_round_is_told(ann: Desk, bob: Desk, runs: list[Run]) -> None:
    good: dict[str, object] = {"name": "A", "reviewers": [ann.user.pk, bob.user.pk], "runs": str(runs[0].pk)}
    bad: list[tuple[dict[str, object], str]] = [
        ({"name": " "}, "needs a name"),
        ({"name": "x" * 101}, "needs a name"),
        ({"reviewers": [ann.user.pk]}, "two to"),
        ({"reviewers": [ann.user.pk, runs[0].reply.conversation.owner_id]}, "two to"),
        ({"reviewers": [ann.user.pk, ann.user.pk]}, "two to"),
        ({"runs": ""}, "no replies"),
        ({"runs": "12; 13"}, "no number"),
        ({"runs": "999999999"}, "no reply to be read here by the number 999999999"),
        ({"runs": ",".join(map(str, range(MOST_REPLIES + 1)))}, "up to 1,000"),
        ({"runs": "", "query": "x=1", "most": "5000"}, "from one to 1,000"),
    ]
    for fields, sentence in bad:
        assert sentence in ann.post("/review/rounds/new/", 422, **{**good, **fields}), fields
    assert not Round.objects.exists()
    assert not Assignment.objects.exists()
    Exemption.objects.create(conversation=runs[0].reply.conversation, why="a contract")
    assert "no reply to be read" in ann.post("/review/rounds/new/", 422, **good)


def test_nothing_of_a_round_is_lost_with_an_account(ann: Desk, bob: Desk, runs: list[Run]) -> None:
    one = a_round(runs[:1], ann, bob)
    speak(bob, runs[0])
    ann.post(f"/review/{runs[0].pk}/verdict/", verdict="sound")
    bob.user.delete()
    assert Comment.objects.exists()
    assert "somebody who has left" in ann.post(f"/review/{runs[0].pk}/verdict/", verdict="sound")
    ann.get(f"/review/rounds/{one.pk}/")
