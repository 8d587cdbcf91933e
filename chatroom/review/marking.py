"""Marks: words of a reply with a label and a thread of comments. All that is written here is checked here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from chatroom.accounts.models import User
from chatroom.conversations.models import Part, Run
from chatroom.conversations.refusals import BadInput, CannotDo
from chatroom.conversations.storing import storable
from chatroom.providers.parts import PartKind
from chatroom.review.access import access_reply
from chatroom.review.anchoring import CONTEXT, locate
from chatroom.review.blind import hidden_from
from chatroom.review.models import Comment, Label, Mark, Verdict

# In characters.
LONGEST_QUOTE = 20_000
LONGEST_COMMENT = 5_000
MOST_MARKS = 500  # of one reviewer in one reply: a page shows them all
MOST_COMMENTS = 1_000  # of one mark

# What can be marked: not the calls of tools.
MARKABLE = (PartKind.REASONING, PartKind.CONTENT)


@dataclass(frozen=True, slots=True)
class Quote:
    """What was selected, as the page describes it; all empty: the whole part.

    `typed`: the words were not selected but written down, so that nothing but they tells where they stand.
    """

    exact: str = ""
    prefix: str = ""
    suffix: str = ""
    before: int | None = None
    typed: bool = False


def markable_parts(run: Run) -> QuerySet[Part]:
    """The thoughts and answers of a run, in order."""
    return Part.objects.filter(run=run, kind__in=MARKABLE).order_by("index")


@transaction.atomic
def make_mark(reviewer: User, run: Run, part_index: int, quote: Quote, label: Label | None, said: str) -> Mark:
    """Mark words of a reply, or all of a part. Raises BadInput, and then nothing is written."""
    said = comment_text(said)
    if label is None and not said:
        raise BadInput("A mark needs a label or a comment.")
    if label is not None and label.retired:
        raise BadInput(f"The label “{label}” is not in use any more. Choose another.")
    part = markable_parts(run).filter(index=part_index).first()
    if part is None:
        raise BadInput("This reply has no such thought or answer.")
    if Mark.objects.filter(run=run, reviewer=reviewer).count() >= MOST_MARKS:
        raise CannotDo(f"You have marked {MOST_MARKS} places in this reply: there is no room for more.")
    mark = _placed(part, quote)
    mark.label, mark.reviewer = label, reviewer
    mark.save()
    if said:
        Comment.objects.create(mark=mark, reviewer=reviewer, text=said)
    return mark


def _placed(part: Part, quote: Quote) -> Mark:
    """A mark of the words in the part, with its place in the stored text where that is certain."""
    mark = Mark(run_id=part.run_id, part=part.index)
    exact = storable(quote.exact).strip()
    if not exact:
        return mark
    if len(exact) > LONGEST_QUOTE:
        raise BadInput(f"That is more than {LONGEST_QUOTE:,} characters. Mark fewer, or the whole of it.")
    prefix, suffix = storable(quote.prefix)[-CONTEXT:], storable(quote.suffix)[:CONTEXT]
    place = locate(part.text, exact, prefix, suffix, before=quote.before)
    if quote.typed:
        if place is None:
            raise BadInput("Those words do not stand there, or at more than one place. Copy a few more of them.")
        # As a page would have described it, near enough: letters decide.
        prefix, suffix = part.text[max(0, place[0] - CONTEXT) : place[0]], part.text[place[1] : place[1] + CONTEXT]
    mark.exact, mark.prefix, mark.suffix = exact, prefix, suffix
    if place:
        mark.start, mark.end = place
    return mark


def comment_text(said: str) -> str:
    """A comment as it is kept. Raises BadInput where it is too long."""
    said = storable(said.replace("\r\n", "\n")).strip()
    if len(said) > LONGEST_COMMENT:
        raise BadInput(f"That comment has {len(said):,} characters; up to {LONGEST_COMMENT:,} are kept. Shorten it.")
    return said


def access_mark(user: User, mark_id: int) -> Mark:
    """A mark that `user` may see, with its run; else there is nothing here."""
    mark = get_object_or_404(Mark.objects.select_related("label", "reviewer"), pk=mark_id)
    mark.run = access_reply(user, mark.run_id)
    if mark.reviewer_id != user.pk and hidden_from(user, [mark.run_id]):
        raise Http404
    return mark


def add_comment(reviewer: User, mark: Mark, said: str) -> Comment:
    """One more of the thread."""
    said = comment_text(said)
    if not said:
        raise BadInput("The comment is empty.")
    if mark.comments.count() >= MOST_COMMENTS:
        raise CannotDo("This thread is full. Make a new mark to go on.")
    return Comment.objects.create(mark=mark, reviewer=reviewer, text=said)


def withdraw(reviewer: User, mark: Mark) -> None:
    """Take back one's own mark. It is kept, and shown as taken back."""
    if mark.reviewer_id != reviewer.pk:
        raise CannotDo("Only who made a mark can withdraw it.")
    Mark.objects.filter(pk=mark.pk, withdrawn_at=None).update(withdrawn_at=timezone.now())


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark that stands, as it is told outside the review: without who made it and what was said below it."""

    part: int
    kind: str
    #: Empty: the whole part.
    quote: str
    label: str


@dataclass(frozen=True, slots=True)
class Found:
    """What reviewers found of a reply: marks in the order of the text, verdicts as people read them."""

    marks: tuple[Marked, ...]
    verdicts: tuple[str, ...]


def marks_of(run: Run) -> Found:
    """What of it may be told to who asked: quotes, labels, verdicts. Nobody's name, comment or note."""
    kinds = dict(Part.objects.filter(run=run).values_list("index", "kind"))
    marks = in_order(Mark.objects.filter(run=run, withdrawn_at=None).select_related("label"))
    verdicts = Verdict.objects.filter(run=run).order_by("made_at", "pk")
    return Found(
        tuple(
            Marked(mark.part, kinds.get(mark.part, ""), mark.exact, mark.label.name if mark.label else "")
            for mark in marks
        ),
        tuple(Verdict.Value(value).label for value in verdicts.values_list("value", flat=True)),
    )


def in_order(marks: Iterable[Mark]) -> list[Mark]:
    """As they stand in the text; those of a whole part first, those without a certain place last."""

    def place(mark: Mark) -> tuple[int, bool, int, int]:
        start = 0 if mark.start is None else mark.start
        return mark.part, bool(mark.exact) and mark.start is None, start, mark.pk

    return sorted(marks, key=place)
