"""Turns as HTML. One whose runs are all over is drawn once, and kept as long as there is room for it.

What a turn looks like follows from the record, the templates, and how the reader likes the panes to stand. What of it
can change is the key that it is kept by, so nothing that is kept is ever out of date.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.template.loader import get_template
from django.utils.safestring import SafeString

from chatroom.conversations.models import Run
from chatroom.conversations.pages import Cut, TurnShown, fill, lane_shape
from chatroom.conversations.presenting import RunShown
from chatroom.conversations.sight import OWNERS, Sight
from chatroom.conversations.ties import NO_TIES, Ties, ties_of
from chatroom.conversations.tree import Turn, replies_on
from chatroom.rendering.cache import BytesCache

# In bytes: about twenty conversations of a thousand messages.
KEPT = 48_000_000
_kept = BytesCache(KEPT)


@dataclass(frozen=True, slots=True)
class Liking:
    """How a person likes panes to stand: in general, and those that they have touched. The default is nobody's."""

    pane: str = "auto"
    touched: Mapping[str, bool] = field(default_factory=dict)

    def of_runs(self, run_ids: Iterable[int]) -> tuple[tuple[str, bool], ...]:
        """The touched panes of some runs."""
        if not self.touched:
            return ()
        runs = {f"r{run_id}" for run_id in run_ids}
        return tuple(sorted(item for item in self.touched.items() if item[0].partition("-")[0] in runs))


NOBODYS = Liking()


@dataclass(frozen=True, slots=True)
class Drawn:
    """Turns as HTML in UTF-8, and the runs in them. Those of kept turns are over, and here without their parts."""

    html: Sequence[bytes]
    runs: Sequence[RunShown]


def draw(
    path: Sequence[Turn], liking: Liking = NOBODYS, sight: Sight = OWNERS, cuts: Mapping[int, Cut] | None = None
) -> Drawn:
    """The turns of a path as a reader of that sight sees them, from the record or from what is kept."""
    cuts = cuts or {}
    known = Run.objects.filter(reply__in=replies_on(path))
    known = known.only("reply", "status", "ended_at", "thought", "thought_from")
    runs = {run.reply_id: run for run in known}
    ties = ties_of(runs.values())
    keys = [_key(turn, runs, ties, liking, sight, cuts) for turn in path]
    kept = [key and _kept.get(key) for key in keys]
    fresh = iter(fill([turn for turn, found in zip(path, kept, strict=True) if found is None], sight, cuts))
    html: list[bytes] = []
    shown: list[RunShown] = []
    for turn, key, found in zip(path, keys, kept, strict=True):
        if found is None:
            filled = next(fresh)
            found = draw_turn(filled, liking).encode()
            if key:
                _kept.put(key, found)
            html.append(found)
            shown += filled.runs
        else:
            html.append(found)
            shown += [RunShown(run, (), 0, ties[run.pk], sight, run.pk, run.reply_id) for run in _runs(turn, runs)]
    return Drawn(html, shown)


def draw_turn(turn: TurnShown, liking: Liking = NOBODYS, *, oob: bool = False) -> SafeString:
    """One turn as it stands on the page, or as a fragment that takes its place (`oob`)."""
    context = {"turn": turn, "oob": oob, "pane": liking.pane, "touched_panes": liking.touched}
    return SafeString(get_template("conversations/_turn.html").render(context))


def _runs(turn: Turn, runs: Mapping[int, Run]) -> list[Run]:
    return [runs[reply.message.pk] for lane in turn.lanes for reply in lane.replies]


def _key(
    turn: Turn,
    runs: Mapping[int, Run],
    ties: Mapping[int, Ties],
    liking: Liking,
    sight: Sight,
    cuts: Mapping[int, Cut],
) -> bytes | None:
    """All that a turn's looks depend on and that can change, in short. None while it goes on: then it is not kept."""
    its = _runs(turn, runs)
    if any(run.is_live or run.ended_at is None or run.pk in cuts for run in its):
        return None
    looks = (
        OWNERS.place(turn.prompt),
        [lane_shape(lane) for lane in turn.lanes],
        # The times besides, since a database that is put back from a backup gives ids away a second time.
        [(run.pk, run.ended_at) for run in its],
        [tied for run in its if (tied := ties[run.pk]) != NO_TIES],
        liking.pane,
        liking.of_runs(sight.run_number(run.pk) for run in its),
        sight,
    )
    return hashlib.blake2b(repr(looks).encode(), digest_size=16).digest()
