"""From the record to what the templates of a conversation show."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chatroom.conversations import deltas
from chatroom.conversations.models import BLOCK_BREAK, Delta, Message, Part, Run, Status
from chatroom.conversations.presenting import RunShown, from_parts, outline, snapshot
from chatroom.conversations.ties import ties_of
from chatroom.conversations.tree import Lane, Shown, Turn, turns
from chatroom.providers.parts import PartKind, PieceKind


@dataclass(frozen=True, slots=True)
class ReplyShown:
    """A reply with its alternatives, and its run."""

    place: Shown
    shown: RunShown


@dataclass(frozen=True, slots=True)
class LaneShown:
    """One column of a turn."""

    lane: Lane
    replies: Sequence[ReplyShown]


@dataclass(frozen=True, slots=True)
class TurnShown:
    """A prompt and its columns."""

    turn: Turn
    lanes: Sequence[LaneShown]

    @property
    def several(self) -> bool:
        """Whether more than one model was asked."""
        return len(self.lanes) > 1

    @property
    def runs(self) -> Iterable[RunShown]:
        """All runs that are shown in the turn."""
        return (reply.shown for lane in self.lanes for reply in lane.replies)


# What makes up the shape of a page: for each turn the prompt with its place among its siblings,
# and so for the replies of each lane. Text is no part of it: that comes with the runs.
LaneShape = tuple[tuple[tuple[int, int, int], ...], bool, bool]
TurnShape = tuple[tuple[int, int, int], tuple[LaneShape, ...]]
Shape = tuple[TurnShape, ...]


def load_turns(conversation_id: int) -> list[Turn]:
    """The turns on the page of a conversation."""
    # Neither texts nor what no turn depends on: a page of a thousand messages is looked at anew with every change.
    messages = Message.objects.filter(conversation=conversation_id)
    return turns(messages.only("conversation", "parent", "role", "lane", "selected_at", "chosen_at"))


def shape(path: Iterable[Turn]) -> Shape:
    """The shape of a page, to be compared with a later one."""
    return tuple((place(turn.prompt), tuple(lane_shape(lane) for lane in turn.lanes)) for turn in path)


def lane_shape(lane: Lane) -> LaneShape:
    """The shape of one column."""
    return tuple(place(reply) for reply in lane.replies), lane.chosen, lane.passed_over


def digest(of: Shape) -> str:
    """A short name for a shape: by it a page that comes back tells what it shows."""
    return hashlib.blake2s(repr(of).encode(), digest_size=8).hexdigest()


def place(shown: Shown) -> tuple[int, int, int]:
    """A message with its place among its siblings."""
    return shown.message.pk, shown.place, len(shown.siblings)


def fill(path: Sequence[Turn]) -> list[TurnShown]:
    """The turns with their runs: those that are over from their parts, those that go on from the log."""
    replies = [reply.message.pk for turn in path for lane in turn.lanes for reply in lane.replies]
    runs = {run.reply_id: run for run in Run.objects.filter(reply__in=replies)}
    parts: dict[int, list[Part]] = defaultdict(list)
    over = [run.pk for run in runs.values() if not run.is_live]
    for part in Part.objects.filter(run__in=over).defer("opaque", "owner"):
        parts[part.run_id].append(part)
    prompts = {turn.prompt.message.pk: turn.prompt.message for turn in path}
    for pk, text in Message.objects.filter(pk__in=prompts).values_list("pk", "text"):
        prompts[pk].text = text
    logs = {run.pk: deltas.read(run.pk) for run in runs.values() if run.is_live}
    # Of one that has said nothing, nothing can have been handed on.
    ties = ties_of(runs.values(), silent=[run_id for run_id, rows in logs.items() if not rows])
    shown = {
        reply: replace(
            snapshot(run, logs[run.pk]) if run.pk in logs else from_parts(run, parts[run.pk]), ties=ties[run.pk]
        )
        for reply, run in runs.items()
    }
    return [
        TurnShown(
            turn,
            [
                LaneShown(lane, [ReplyShown(reply, shown[reply.message.pk]) for reply in lane.replies])
                for lane in turn.lanes
            ],
        )
        for turn in path
    ]


# In SQL, since this is asked at every turn of a run; one statement, so that the two are of the same moment.
_RUN_AND_SEQ = (
    f"SELECT r.*, (SELECT max(d.seq) FROM {Delta._meta.db_table} d WHERE d.run_id = r.id) AS last_seq"  # noqa: S608
    f" FROM {Run._meta.db_table} r WHERE r.id = %s"
)


def run_outline(run_id: int, before: RunShown | None = None) -> RunShown:
    """A run as its row is now, and how far its log went then. Of one that is over the heads of its parts, too.

    `before`: the same, a little earlier. While the run goes on its ties are what they were: who ties another to it
    changes the page's shape, or stops it. Raises Run.DoesNotExist.
    """
    run = next(iter(Run.objects.raw(_RUN_AND_SEQ, [run_id])), None)
    if run is None:
        raise Run.DoesNotExist
    seq: int = vars(run)["last_seq"] or 0
    parts = [] if run.is_live else Part.objects.filter(run=run_id).defer("text", "opaque", "owner")
    as_before = run.is_live or (run.status != Status.STOPPED and not run.thought_from_id)
    ties = before.ties if before and as_before else ties_of([run])[run_id]
    return replace(outline(run, parts), seq=seq, ties=ties)


def reply_text(message: Message, part: int | None = None) -> str:
    """A message as it was written or said: a prompt, the content of a reply, or one part of it."""
    if message.role == Message.Role.USER:
        return message.text
    run = Run.objects.get(reply=message)
    texts: dict[int, list[str]] = defaultdict(list)
    for row in deltas.read(run.pk):
        if row.head.kind is PartKind.CONTENT if part is None else row.head.index == part:
            if row.kind is PieceKind.TEXT:
                texts[row.head.index].append(row.text)
            elif row.kind is PieceKind.BREAK:
                texts[row.head.index].append(BLOCK_BREAK)
    return "\n\n".join("".join(texts[index]) for index in sorted(texts))
