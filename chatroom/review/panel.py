"""What stands beside a reply under review: marks with their threads, verdicts, who is to read it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chatroom.accounts.models import User
from chatroom.conversations.models import Part, Run
from chatroom.conversations.presenting import part_id
from chatroom.providers.parts import PartKind
from chatroom.review.blind import hidden_from
from chatroom.review.marking import LONGEST_COMMENT, in_order, markable_parts
from chatroom.review.models import Assignment, Comment, Label, Mark, Verdict
from chatroom.review.readings import as_shown, letters_of
from chatroom.review.rounds import next_reply
from chatroom.review.verdicts import reviewer_name, reviewers

# Labels have these many colours (static/css/marks.css).
COLOURS = 7

_TITLES = {PartKind.REASONING.value: "Thought", PartKind.CONTENT.value: "Answer"}


@dataclass(frozen=True, slots=True)
class PartShown:
    """A thought or an answer of the reply; `anchor` is its id on the page."""

    index: int
    title: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Said:
    """One of a thread."""

    name: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MarkShown:
    """A mark. `before`: letters of the part before its quote, where only that may tell where it stands."""

    mark: Mark
    part: PartShown | None
    name: str
    mine: bool
    said: list[Said]
    before: int | None

    @property
    def colour(self) -> int:
        """Of its label, from 1; 0: it has none."""
        return colour_of(self.mark.label_id)

    @property
    def is_uncertain(self) -> bool:
        """Whether it is not known where in the stored text the quote stands."""
        return bool(self.mark.exact) and self.mark.start is None


@dataclass(frozen=True, slots=True)
class GivenVerdict:
    """A reviewer's verdict."""

    name: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is to read the reply. `done` None: it is not told to who reads blind."""

    assignment: Assignment
    name: str
    done: bool | None
    #: In a round: the next reply of it for the one who looks.
    next_run: int | None


@dataclass(frozen=True, slots=True)
class Panel:
    """All of it, as `user` may know it."""

    run: Run
    parts: list[PartShown]
    marks: list[MarkShown]
    labels: list[tuple[Label, int]]
    #: What others find is not shown yet.
    blind: bool
    mine: Verdict | None
    others: list[GivenVerdict]
    asked: list[Asked]
    to_ask: list[tuple[int, str]]

    values = Verdict.Value.choices
    longest = LONGEST_COMMENT


def colour_of(label_id: int | None) -> int:
    """Which of the colours a label has, from 1; 0: no label."""
    return 0 if label_id is None else (label_id - 1) % COLOURS + 1


def panel_context(user: User, run: Run) -> dict[str, Any]:
    """For `review/_panel.html`. Nothing is in it that `user` must not know."""
    blind = bool(hidden_from(user, [run.pk]))
    parts = list(markable_parts(run))
    verdicts = list(Verdict.objects.filter(run=run).select_related("reviewer").order_by("made_at", "pk"))
    asked = _asked(user, run, blind, {verdict.reviewer_id for verdict in verdicts})
    alone = {one.assignment.reviewer_id for one in asked if one.assignment.round_id is None}
    panel = Panel(
        run=run,
        parts=_parts(run, parts),
        marks=_marks(user, run, parts, blind),
        labels=[(label, colour_of(label.pk)) for label in Label.objects.filter(retired=False)],
        blind=blind,
        mine=next((verdict for verdict in verdicts if verdict.reviewer_id == user.pk), None),
        others=[]
        if blind
        else [GivenVerdict(reviewer_name(one.reviewer), one) for one in verdicts if one.reviewer_id != user.pk],
        asked=asked,
        to_ask=[(one.pk, reviewer_name(one)) for one in reviewers() if one.pk not in alone],
    )
    return {"panel": panel}


def _parts(run: Run, parts: list[Part]) -> list[PartShown]:
    """With numbers where there are several of a kind."""
    of_kind = Counter(part.kind for part in parts)
    seen: Counter[str] = Counter()
    shown = []
    for part in parts:
        seen[part.kind] += 1
        number = f" {seen[part.kind]}" if of_kind[part.kind] > 1 else ""
        shown.append(PartShown(part.index, _TITLES[part.kind] + number, part_id(run.pk, part.index)))
    return shown


def _marks(user: User, run: Run, parts: list[Part], blind: bool) -> list[MarkShown]:
    rows = Mark.objects.filter(run=run).select_related("label", "reviewer")
    said = Comment.objects.filter(mark__run=run).select_related("reviewer")
    if blind:
        rows, said = rows.filter(reviewer=user), said.filter(reviewer=user)
    threads: defaultdict[int, list[Said]] = defaultdict(list)
    for comment in said.order_by("pk"):
        threads[comment.mark_id].append(Said(reviewer_name(comment.reviewer), comment.text, comment.made_at))
    marks = in_order(rows)
    before = _before(parts, marks)
    shown = {part.index: part for part in _parts(run, parts)}
    return [
        MarkShown(
            mark=mark,
            part=shown.get(mark.part),
            name=reviewer_name(mark.reviewer),
            mine=mark.reviewer_id == user.pk,
            said=threads[mark.pk],
            before=before.get(mark.pk),
        )
        for mark in marks
    ]


def _before(parts: list[Part], marks: list[Mark]) -> dict[int, int]:
    """How many letters a page shows before each quote whose letters stand in the text not exactly once."""
    texts = {part.index: part.text for part in parts}
    letters: dict[int, str] = {}
    starts: dict[int, Any] = {}
    found = {}
    for mark in marks:
        text = texts.get(mark.part, "")
        if mark.start is None:
            continue
        if mark.part not in letters:
            letters[mark.part] = letters_of(text)
        if letters[mark.part].count(letters_of(mark.exact)) == 1:
            continue
        if mark.part not in starts:  # it takes a tenth of a second for 100,000 characters
            starts[mark.part] = as_shown(text).starts
        found[mark.pk] = bisect_left(starts[mark.part], mark.start)
    return found


def _asked(user: User, run: Run, blind: bool, given: set[int | None]) -> list[Asked]:
    rows = Assignment.objects.filter(run=run).select_related("reviewer", "round").order_by("pk")
    return [
        Asked(
            assignment=one,
            name=reviewer_name(one.reviewer),
            done=None if blind and one.reviewer_id != user.pk else one.reviewer_id in given,
            next_run=next_reply(user, one.round) if one.round and one.reviewer_id == user.pk else None,
        )
        for one in rows
    ]
