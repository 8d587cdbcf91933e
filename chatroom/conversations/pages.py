"""From the record to what the templates of a conversation show."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from chatroom.conversations import deltas
from chatroom.conversations.deltas import moment
from chatroom.conversations.models import Delta, Message, Part, Run, Status
from chatroom.conversations.presenting import RunShown, from_parts, outline, snapshot
from chatroom.conversations.sight import OWNERS, Sight
from chatroom.conversations.ties import ties_of
from chatroom.conversations.tree import Lane, Shown, Turn, replies_on, turns
from chatroom.providers.parts import PartKind


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
    mine: bool = True

    @property
    def several(self) -> bool:
        """Whether more than one model was asked."""
        return len(self.lanes) > 1

    @property
    def runs(self) -> Iterable[RunShown]:
        """All runs that are shown in the turn."""
        return (reply.shown for lane in self.lanes for reply in lane.replies)


# Where a run is cut off: after that seq, at that time (milliseconds since the epoch).
Cut = tuple[int, int]

# What makes up the shape of a page: for each turn the prompt with its place among its siblings,
# and so for the replies of each lane. Text is no part of it: that comes with the runs.
LaneShape = tuple[tuple[tuple[int, int, int], ...], bool, bool]
TurnShape = tuple[tuple[int, int, int], tuple[LaneShape, ...]]
Shape = tuple[TurnShape, ...]


def load_turns(conversation_id: int, through: int | None = None) -> list[Turn]:
    """The turns on the page of a conversation; with `through` of the branch on which that message stands."""
    # Neither texts nor what no turn depends on: a page of a thousand messages is looked at anew with every change.
    messages = Message.objects.filter(conversation=conversation_id)
    return turns(messages.only("conversation", "parent", "role", "lane", "selected_at", "chosen_at"), through)


def shape(path: Iterable[Turn], sight: Sight = OWNERS) -> Shape:
    """The shape of a page, to be compared with a later one."""
    return tuple((sight.place(turn.prompt), tuple(lane_shape(lane, sight) for lane in turn.lanes)) for turn in path)


def lane_shape(lane: Lane, sight: Sight = OWNERS) -> LaneShape:
    """The shape of one column."""
    return tuple(sight.place(reply) for reply in lane.replies), lane.chosen, lane.passed_over


def digest(of: Shape) -> str:
    """A short name for a shape: by it a page that comes back tells what it shows."""
    return hashlib.blake2s(repr(of).encode(), digest_size=8).hexdigest()


def fill(path: Sequence[Turn], sight: Sight = OWNERS, cuts: Mapping[int, Cut] | None = None) -> list[TurnShown]:
    """The turns with their runs, as a reader of that sight sees them.

    Those that are over come from their parts, those that go on from the log. `cuts`: runs of which only so much is
    shown, by the run.
    """
    runs = {run.reply_id: run for run in Run.objects.filter(reply__in=replies_on(path))}
    cut = {run.pk: cuts[run.pk] for run in runs.values() if cuts and run.pk in cuts}
    parts: dict[int, list[Part]] = defaultdict(list)
    over = [run.pk for run in runs.values() if not run.is_live and run.pk not in cut]
    said = Part.objects.filter(run__in=over)
    if not sight.reasoning:
        said = said.exclude(kind=PartKind.REASONING)
    for part in said.defer("opaque", "owner"):
        parts[part.run_id].append(part)
    prompts = {turn.prompt.message.pk: turn.prompt.message for turn in path}
    for pk, text in Message.objects.filter(pk__in=prompts).values_list("pk", "text"):
        prompts[pk].text = text
    logs = {run.pk: deltas.read(run.pk) for run in runs.values() if run.is_live and run.pk not in cut}
    # Of one that has said nothing, nothing can have been handed on.
    ties = ties_of(runs.values(), silent=[run_id for run_id, rows in logs.items() if not rows])

    def of_run(run: Run, lane: int) -> RunShown:
        if run.pk in cut:
            upto, at = cut[run.pk]
            shown = snapshot(run, deltas.read(run.pk, 0, upto), sight, lane, moment(at))
        elif run.pk in logs:
            shown = snapshot(run, logs[run.pk], sight, lane)
        else:
            shown = from_parts(run, parts[run.pk], sight, lane)
        return replace(shown, ties=sight.ties(ties[run.pk]))

    def of_lane(lane: Lane) -> LaneShown:
        shown = [ReplyShown(sight.shown(reply), of_run(runs[reply.message.pk], lane.number)) for reply in lane.replies]
        seen = lane if sight.mine else replace(lane, replies=tuple(reply.place for reply in shown))
        return LaneShown(seen, shown)

    filled = []
    for turn in path:
        lanes = [of_lane(lane) for lane in turn.lanes]
        seen = turn
        if not sight.mine:
            seen = Turn(sight.shown(turn.prompt), tuple(lane.lane for lane in lanes))
        filled.append(TurnShown(seen, lanes, sight.mine))
    return filled


# In SQL, since this is asked at every turn of a run; one statement, so that the two are of the same moment.
_RUN_AND_SEQ = (
    f"SELECT r.*, (SELECT max(d.seq) FROM {Delta._meta.db_table} d WHERE d.run_id = r.id) AS last_seq"  # noqa: S608
    f" FROM {Run._meta.db_table} r WHERE r.id = %s"
)


def run_outline(run_id: int, before: RunShown | None = None, sight: Sight = OWNERS) -> RunShown:
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
    ties = before.ties if before and as_before else sight.ties(ties_of([run])[run_id])
    lane = 0 if sight.models else Message.objects.values_list("lane", flat=True).get(pk=run.reply_id)
    return replace(outline(run, parts, sight, lane), seq=seq, ties=ties)
