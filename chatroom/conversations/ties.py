"""What ties runs together beside the tree, as the page shows it: thoughts handed from one to another,
and replies that were stopped to be answered from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.urls import reverse

from chatroom.conversations.models import Message, Part, Run, Status
from chatroom.conversations.thoughts import thought_so_far


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in the conversation that may be on another branch than the page: `address` leads there."""

    name: str
    message_id: int
    anchor: str

    @property
    def address(self) -> str:
        """Shows the message's branch and goes to the anchor."""
        return f"{reverse('message', args=[self.message_id])}#{self.anchor}"


@dataclass(frozen=True, slots=True)
class Given:
    """Where the thought that a model was given came from, or, asked for comparison, was not given.

    `change`: what a person did to it, in a word for people; empty where it was given as it stands there.
    """

    source: Reference
    provenance: str
    change: str


@dataclass(frozen=True, slots=True)
class Ties:
    """Of one run: what it was given, to whom its parts were handed (by index), whether it was stopped to answer."""

    given: Given | None = None
    handed: Mapping[int, Sequence[Reference]] = field(default_factory=dict)
    stopped_to_answer: bool = False


NO_TIES = Ties()


def ties_of(runs: Collection[Run], silent: Collection[int] = ()) -> dict[int, Ties]:
    """The ties of each run, by its pk. Those that are `silent` have not said anything yet."""
    given = _given([run for run in runs if run.thought_from_id])
    speaking = [run for run in runs if run.pk not in silent]
    handed = _handed(speaking) if speaking else {}
    stopped = [run.reply_id for run in speaking if run.status == Status.STOPPED]
    followed = Run.objects.filter(reply__parent__in=stopped, answer_now=True)
    answered = set(followed.values_list("reply__parent", flat=True)) if stopped else set()
    return {run.pk: Ties(given.get(run.pk), handed.get(run.pk, {}), run.reply_id in answered) for run in runs}


def _given(runs: Collection[Run]) -> dict[int, Given]:
    if not runs:
        return {}
    sources = Part.objects.filter(pk__in=[run.thought_from_id for run in runs]).select_related("run").defer("opaque")
    parts = {part.pk: part for part in sources}
    return {run.pk: _given_by(parts[run.thought_from_id], run) for run in runs if run.thought_from_id in parts}


def _given_by(part: Part, run: Run) -> Given:
    source = Reference(_name(part.run.label, part.run.model), part.run.reply_id, f"r{part.run_id}-p{part.index}")
    if not run.thought:
        return Given(source, part.provenance, "")
    whole = thought_so_far(part)
    # Of one that goes on more may come: what was given is its beginning, whether or not it is all there is now.
    if run.thought == whole and part.ended_at:
        change = ""
    else:
        change = "its beginning" if whole.startswith(run.thought) else "edited"
    return Given(source, part.provenance, change)


def _handed(runs: Collection[Run]) -> dict[int, dict[int, list[Reference]]]:
    """run → part → the replies that were given it, the latest of those to one prompt."""
    helped = (
        Run.objects.filter(thought_from__run__in=[run.pk for run in runs], reply__parent__role=Message.Role.USER)
        .exclude(thought="")
        .order_by("pk")
    )
    latest: dict[tuple[int, int, int | None], Reference] = {}
    for source, part, prompt, pk, reply, label, model in helped.values_list(
        "thought_from__run", "thought_from__index", "reply__parent", "pk", "reply", "label", "model"
    ):
        latest[source, part, prompt] = Reference(_name(label, model), reply, f"r{pk}")
    handed: dict[int, dict[int, list[Reference]]] = defaultdict(lambda: defaultdict(list))
    for (source, part, _), reference in latest.items():
        handed[source][part].append(reference)
    return handed


def _name(label: str, model: str) -> str:
    return label or model
