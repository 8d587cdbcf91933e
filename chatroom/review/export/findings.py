"""What people and reviewers found of some replies, for the reviewer who exports them: flags, marks, verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from chatroom.accounts.models import User
from chatroom.review.blind import hidden_from
from chatroom.review.export.said import Said
from chatroom.review.models import Comment, Flag, Mark, Verdict


@dataclass(slots=True)
class Findings:
    """Of one reply. `others_hidden`: the reviewer reads it blind, so that only his own are here."""

    flag: Flag | None = None
    marks: list[Mark] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    comments: dict[int, list[Comment]] = field(default_factory=lambda: defaultdict(list))
    others_hidden: bool = False

    def marks_told(self, said: Said) -> list[dict[str, Any]]:
        """Each mark with its quote, its place in the columns of the export, and the thread below it."""
        return [self._mark(mark, said) for mark in self.marks]

    def verdicts_told(self) -> list[dict[str, Any]]:
        """Each verdict."""
        return [
            {"reviewer": called(one.reviewer), "value": one.value, "note": one.note, "made_at": one.made_at}
            for one in self.verdicts
        ]

    def _mark(self, mark: Mark, said: Said) -> dict[str, Any]:
        column, start, end = said.place(mark.part, mark.start, mark.end)
        return {
            "label": mark.label.name if mark.label else None,
            "quote": mark.exact,
            "part": mark.part,
            "column": column,
            "start": start,
            "end": end,
            "reviewer": called(mark.reviewer),
            "made_at": mark.made_at,
            "comments": [
                {"reviewer": called(one.reviewer), "text": one.text, "made_at": one.made_at}
                for one in self.comments[mark.pk]
            ],
        }


def findings(user: User, run_ids: Collection[int]) -> dict[int, Findings]:
    """Of these runs what `user` may know. Marks that were taken back are left out."""
    found: dict[int, Findings] = defaultdict(Findings)
    hidden = hidden_from(user, run_ids)

    def may_know(run_id: int, reviewer_id: int | None) -> bool:
        return run_id not in hidden or reviewer_id == user.pk

    for flag in Flag.objects.filter(run__in=run_ids):
        found[flag.run_id].flag = flag
    marks = Mark.objects.filter(run__in=run_ids, withdrawn_at=None).select_related("label", "reviewer").order_by("pk")
    of_run = {}
    for mark in marks:
        if may_know(mark.run_id, mark.reviewer_id):
            found[mark.run_id].marks.append(mark)
            of_run[mark.pk] = mark.run_id
    for comment in Comment.objects.filter(mark__in=of_run).select_related("reviewer") if of_run else ():
        if may_know(of_run[comment.mark_id], comment.reviewer_id):
            found[of_run[comment.mark_id]].comments[comment.mark_id].append(comment)
    for verdict in Verdict.objects.filter(run__in=run_ids).select_related("reviewer").order_by("pk"):
        if may_know(verdict.run_id, verdict.reviewer_id):
            found[verdict.run_id].verdicts.append(verdict)
    for run_id in hidden:
        found[run_id].others_hidden = True
    return found


def called(reviewer: User | None) -> str | None:
    """Reviewers go by their names: what they do is accountable. None: an account that is gone."""
    return reviewer.username if reviewer else None
