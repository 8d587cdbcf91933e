"""Rounds: replies that several reviewers read each for themselves, and how far they agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from chatroom.accounts.models import User
from chatroom.conversations.refusals import BadInput
from chatroom.review.access import access_entries
from chatroom.review.agreement import Agreement, agreement
from chatroom.review.blind import hidden_from
from chatroom.review.models import Assignment, Comment, Mark, Round, Verdict
from chatroom.review.verdicts import reviewer_name, reviewers

PRESSED_TWICE = timedelta(seconds=10)
MOST_REPLIES = 1_000
MOST_REVIEWERS = 20
# Of the list, the newest.
MOST_LISTED = 200
_NAME = 100


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the replies that a reviewer was given have their verdict."""

    name: str
    given: int
    of: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two reviewers, and how they agree."""

    first: str
    second: str
    agreement: Agreement

    @property
    def rows(self) -> list[tuple[str, tuple[int, ...]]]:
        """The table, each row with its name."""
        return list(zip(Verdict.Value.labels, self.agreement.table, strict=True))


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A reply of which not all say the same: names and verdicts."""

    run_id: int
    said: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RoundShown:
    """A round as `user` may know it."""

    round: Round
    maker: str
    replies: int
    progress: list[Progress]
    next_run: int | None
    #: Whether it was given to the one who looks.
    mine: bool
    pairs: list[Pair]
    disagreements: list[Disagreement]
    #: Replies of which others' verdicts are not shown yet, nor counted.
    hidden: int

    verdicts = Verdict.Value.labels


@dataclass(frozen=True, slots=True)
class Listed:
    """A round in the list, with what is given out, to all and to the one who looks, and what has its verdict."""

    round: Round
    replies: int
    of: int
    given: int
    my_of: int
    my_given: int


@transaction.atomic
def make_round(maker: User, name: str, reviewer_ids: Sequence[int], blind: bool, run_ids: Sequence[int]) -> Round:
    """Give these replies to these reviewers. Raises BadInput.

    Into a blind round come only replies of which none of them has said anything yet: what was said before may have been
    said in sight of one another.
    """
    name = " ".join(name.replace("\0", "").split())
    if not name or len(name) > _NAME:
        raise BadInput(f"A round needs a name, of up to {_NAME} characters.")
    chosen = list(reviewers().filter(pk__in=reviewer_ids))
    if not 2 <= len(chosen) <= MOST_REVIEWERS or len(chosen) != len(set(reviewer_ids)):
        raise BadInput(f"Choose from two to {MOST_REVIEWERS} reviewers.")
    wanted = list(dict.fromkeys(run_ids))
    if not wanted:
        raise BadInput("There are no replies for this round.")
    if len(wanted) > MOST_REPLIES:
        raise BadInput(f"A round has up to {MOST_REPLIES:,} replies; these are {len(wanted):,}.")
    readable = set(access_entries(maker).filter(run__in=wanted).values_list("run", flat=True))
    if missing := [run for run in wanted if run not in readable]:
        named = ", ".join(map(str, missing[:10])) + (" …" if len(missing) > 10 else "")
        raise BadInput(f"There is no reply to be read here by the number {named}.")
    if blind:
        known = set(Verdict.objects.filter(run__in=wanted, reviewer__in=chosen).values_list("run", flat=True))
        known |= set(Mark.objects.filter(run__in=wanted, reviewer__in=chosen).values_list("run", flat=True))
        known |= set(
            Comment.objects.filter(mark__run__in=wanted, reviewer__in=chosen).values_list("mark__run", flat=True)
        )
        wanted = [run for run in wanted if run not in known]
        if not wanted:
            raise BadInput("Somebody of these reviewers has said something of each of these replies already.")
    given = {(run, reviewer.pk) for run in wanted for reviewer in chosen}
    # Who presses twice has made one.
    User.objects.select_for_update().filter(pk=maker.pk).first()
    moment = timezone.now() - PRESSED_TWICE
    for twice in Round.objects.filter(name=name, blind=blind, maker=maker, made_at__gt=moment):
        if set(twice.assignments.values_list("run", "reviewer")) == given:
            return twice
    made = Round.objects.create(name=name, blind=blind, maker=maker)
    Assignment.objects.bulk_create(
        [Assignment(run_id=run, reviewer=reviewer, round=made) for run in wanted for reviewer in chosen]
    )
    return made


def run_ids_from(text: str) -> list[int]:
    """The numbers of replies that a form lists, between commas or blanks. Raises BadInput."""
    found = text.replace(",", " ").split()
    for one in found:
        if not (one.isascii() and one.isdecimal() and len(one) < 19):
            raise BadInput(f"“{one[:40]}” is no number of a reply.")
    return [int(one) for one in found]


def rounds_for(user: User) -> list[Listed]:
    """The newest rounds."""
    rounds = list(Round.objects.order_by("-pk")[:MOST_LISTED])
    given, mine = Q(Exists(_given())), Q(reviewer=user)
    counted = Assignment.objects.filter(round__in=rounds).values("round")
    rows = counted.annotate(
        replies=Count("run", distinct=True),
        of=Count("pk"),
        given=Count("pk", filter=given),
        my_of=Count("pk", filter=mine),
        my_given=Count("pk", filter=mine & given),
    )
    columns = ("replies", "of", "given", "my_of", "my_given")
    counts = {row[0]: row[1:] for row in rows.values_list("round", *columns)}
    return [Listed(one, *counts.get(one.pk, (0,) * len(columns))) for one in rounds]


def next_reply(user: User, one: Round) -> int | None:
    """The run of the next reply of a round that `user` has to read; None: there is none left."""
    open_ones = _readable(user, one).filter(reviewer=user).filter(~Exists(_given()))
    return open_ones.order_by("pk").values_list("run", flat=True).first()


def round_shown(user: User, one: Round) -> RoundShown:
    """The round's page: nothing of it follows from what `user` must not know, but how far the others have come."""
    given_out = list(_readable(user, one).order_by("pk").values_list("run", "reviewer"))
    runs = list(dict.fromkeys(run for run, _ in given_out))
    people = list(dict.fromkeys(reviewer for _, reviewer in given_out))
    names = {person.pk: reviewer_name(person) for person in User.objects.filter(pk__in=people)}
    said = _said(one)
    hidden = hidden_from(user, runs)
    shown = {place: value for place, value in said.items() if place[0] not in hidden}
    progress = []
    for reviewer in people:
        his = [run for run, asked in given_out if asked == reviewer]
        progress.append(Progress(names[reviewer], sum((run, reviewer) in said for run in his), len(his)))
    return RoundShown(
        round=one,
        maker=reviewer_name(one.maker),
        replies=len(runs),
        progress=progress,
        next_run=next_reply(user, one),
        mine=user.pk in people,
        pairs=_pairs(runs, people, names, shown),
        disagreements=_disagreements(runs, people, names, shown),
        hidden=len(hidden),
    )


def _given() -> QuerySet[Verdict]:
    return Verdict.objects.filter(run=OuterRef("run"), reviewer=OuterRef("reviewer"))


def _readable(user: User, one: Round) -> QuerySet[Assignment]:
    """What a round has given out, of replies that may still be read."""
    return Assignment.objects.filter(Exists(access_entries(user).filter(run=OuterRef("run"))), round=one)


def _said(one: Round) -> dict[tuple[int, int], str]:
    """By reply and reviewer of a round the verdict."""
    given_out = Assignment.objects.filter(round=one, run=OuterRef("run"), reviewer=OuterRef("reviewer"))
    rows = Verdict.objects.filter(Exists(given_out), run__in=Assignment.objects.filter(round=one).values("run"))
    return {
        (run, reviewer): value
        for run, reviewer, value in rows.values_list("run", "reviewer", "value")
        if reviewer is not None
    }


def _pairs(
    runs: Sequence[int], people: Sequence[int], names: dict[int, str], shown: dict[tuple[int, int], str]
) -> list[Pair]:
    pairs = []
    for first, second in combinations(people, 2):
        said = [(shown.get((run, first)), shown.get((run, second))) for run in runs]
        both = [(one, other) for one, other in said if one and other]
        pairs.append(Pair(names[first], names[second], agreement(both, Verdict.Value.values)))
    return pairs


def _disagreements(
    runs: Sequence[int], people: Sequence[int], names: dict[int, str], shown: dict[tuple[int, int], str]
) -> list[Disagreement]:
    of_run: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for run in runs:
        for reviewer in people:
            if value := shown.get((run, reviewer)):
                of_run[run].append((names[reviewer], Verdict.Value(value).label))
    return [Disagreement(run, said) for run, said in of_run.items() if len({value for _, value in said}) > 1]
