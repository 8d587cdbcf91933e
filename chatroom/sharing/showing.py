"""What a link shows: which turns, cut off where, under which title. As it is now, or frozen.

Nothing in the record is ever overwritten. So to freeze a page it is enough to note which messages stood on it, and how
far the runs had come that were still at work: `{"title": …, "turns": [[prompt, [[column, chosen, passed over,
[reply, …]], …]], …], "cuts": {run: [seq, milliseconds]}}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from chatroom.conversations import deltas
from chatroom.conversations.actions import title_from
from chatroom.conversations.drawing import Liking
from chatroom.conversations.models import Message, Run
from chatroom.conversations.pages import Cut, load_turns
from chatroom.conversations.sight import Sight
from chatroom.conversations.tree import Lane, Shown, Turn, replies_on
from chatroom.sharing.models import Link

NO_CUTS: Mapping[int, Cut] = {}
_PANES = {Link.Reasoning.OPEN: "open", Link.Reasoning.FOLDED: "closed", Link.Reasoning.NONE: "closed"}


@dataclass(frozen=True, slots=True)
class Showing:
    """A link's page. No turns: there is nothing to see any more."""

    title: str
    path: Sequence[Turn]
    cuts: Mapping[int, Cut]
    sight: Sight
    liking: Liking


def showing(link: Link) -> Showing:
    """What the link shows now."""
    path, title, cuts = (*_as_it_is(link), NO_CUTS) if link.live else _thaw(link.frozen)
    return Showing(title, path, cuts, link.sight, Liking(_PANES[Link.Reasoning(link.reasoning)]))


def freeze(link: Link) -> None:
    """Keep how it is now as what the link shows. The caller saves."""
    path, title = _as_it_is(link)
    going_on = list(Run.objects.filter(reply__in=replies_on(path), ended_at=None).values_list("pk", flat=True))
    link.taken_at = timezone.now()
    now = round(link.taken_at.timestamp() * 1000)
    stand = deltas.standings(going_on)
    link.frozen = {
        "title": title,
        "turns": [[turn.prompt.message.pk, [_frozen(lane) for lane in turn.lanes]] for turn in path],
        "cuts": {str(run_id): [stand[run_id][0], now] for run_id in going_on if run_id in stand},
    }


def _as_it_is(link: Link) -> tuple[list[Turn], str]:
    path = load_turns(link.conversation_id, link.message_id)
    if link.scope != Link.Scope.REPLY:
        return path, link.conversation.title
    for turn in path:
        for lane in turn.lanes:
            if any(reply.message.pk == link.message_id for reply in lane.replies):
                prompt = Message.objects.values_list("text", flat=True).get(pk=turn.prompt.message.pk)
                alone = replace(lane, chosen=False, passed_over=False)
                return [Turn(turn.prompt, (alone,))], title_from(prompt)
    return [], ""


def _frozen(lane: Lane) -> list[Any]:
    return [lane.number, lane.chosen, lane.passed_over, [reply.message.pk for reply in lane.replies]]


def _thaw(frozen: Mapping[str, Any]) -> tuple[list[Turn], str, Mapping[int, Cut]]:
    turns = frozen.get("turns", [])
    named = [prompt for prompt, _ in turns] + [
        reply for _, lanes in turns for *_, replies in lanes for reply in replies
    ]
    messages = Message.objects.only("conversation", "parent", "role", "lane").in_bulk(named)

    def shown(pk: int) -> Shown:
        return Shown(messages[pk], (messages[pk],))

    path = [
        Turn(
            shown(prompt),
            tuple(
                Lane(number, tuple(map(shown, replies)), chosen, passed) for number, chosen, passed, replies in lanes
            ),
        )
        for prompt, lanes in turns
    ]
    cuts = {int(run_id): (seq, at) for run_id, (seq, at) in frozen.get("cuts", {}).items()}
    return path, frozen.get("title", ""), cuts
