"""News of a page's shape: turns that came or went, columns that show another reply."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from chatroom.conversations.drawing import NOBODYS, Liking, draw, draw_turn
from chatroom.conversations.fragments import into, remove
from chatroom.conversations.pages import LaneShown, Shape, TurnShape, TurnShown, digest, fill, shape
from chatroom.conversations.presenting import RunShown
from chatroom.conversations.sight import OWNERS, Sight
from chatroom.conversations.tree import Turn


def whole(path: Sequence[Turn], liking: Liking = NOBODYS, sight: Sight = OWNERS) -> tuple[str, list[RunShown]]:
    """All turns anew. Returns the fragment, and the runs that it shows."""
    drawn = draw(path, liking, sight)
    html = into("turns", "innerHTML", b"".join(drawn.html).decode())
    return html + _mark(shape(path, sight)), list(drawn.runs)


def difference(
    before: Shape, path: Sequence[Turn], liking: Liking = NOBODYS, sight: Sight = OWNERS
) -> tuple[str, list[RunShown]]:
    """What leads from a page of shape `before` to one that shows `path`, and the runs that it shows anew."""
    now = shape(path, sight)
    kept = _common(before, now)
    changed = [n for n in range(kept) if before[n] != now[n]] + list(range(kept, len(now)))
    pieces: list[str] = [remove(f"turn-{prompt}") for (prompt, _, _), _ in before[kept:]]
    runs: list[RunShown] = []
    for n, turn in zip(changed, fill([path[n] for n in changed], sight), strict=True):
        if n >= kept:
            pieces.append(into("turns", "beforeend", draw_turn(turn, liking)))
            runs += turn.runs
        elif _same_but_for_lanes(before[n], now[n]):
            for lane in _changed_lanes(before[n], now[n], turn):
                pieces.append(_lane(lane, turn, liking))
                runs += [reply.shown for reply in lane.replies]
        else:
            pieces.append(draw_turn(turn, liking, oob=True))
            runs += turn.runs
    return "".join(pieces) + _mark(now), runs


def _common(before: Shape, now: Shape) -> int:
    """How many turns, from the first, are of the same prompts."""
    count = 0
    while count < min(len(before), len(now)) and before[count][0][0] == now[count][0][0]:
        count += 1
    return count


def _same_but_for_lanes(before: TurnShape, now: TurnShape) -> bool:
    return before[0] == now[0] and len(before[1]) == len(now[1])


def _changed_lanes(before: TurnShape, now: TurnShape, turn: TurnShown) -> Iterable[LaneShown]:
    return (lane for old, new, lane in zip(before[1], now[1], turn.lanes, strict=True) if old != new)


def _lane(lane: LaneShown, turn: TurnShown, liking: Liking) -> str:
    context = {"lane": lane, "turn": turn, "oob": True, "pane": liking.pane, "touched_panes": liking.touched}
    return render_to_string("conversations/_lane.html", context)


def _mark(now: Shape) -> SafeString:
    return format_html('<i id="turns" hx-swap-oob="state" data-shape="{}"></i>', digest(now))
