"""From the tree of messages to the turns on the page. Pure: no query, no clock.

Of the siblings at each fork the one selected last is shown; the rest wait behind the arrows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from chatroom.conversations.models import Message


@dataclass(frozen=True, slots=True)
class Shown:
    """A message on the page and its alternatives, in the order in which they were made."""

    message: Message
    siblings: tuple[Message, ...]

    @property
    def place(self) -> int:
        """Which of the siblings this is, from 1."""
        return self.siblings.index(self.message) + 1

    @property
    def previous(self) -> Message | None:
        """The sibling made before, if any."""
        return self.siblings[self.place - 2] if self.place > 1 else None

    @property
    def next(self) -> Message | None:
        """The sibling made after, if any."""
        return self.siblings[self.place] if self.place < len(self.siblings) else None


@dataclass(frozen=True, slots=True)
class Lane:
    """One column of a turn: a reply, and whatever goes on with it where it broke off."""

    number: int
    replies: tuple[Shown, ...]
    # The conversation goes on with this one; with another one of the turn.
    chosen: bool = False
    passed_over: bool = False

    @property
    def first(self) -> Message:
        """The reply with which the lane began. What goes on with it may have been asked to think less."""
        return self.replies[0].message

    @property
    def last(self) -> Message:
        """The reply with which the lane ends for now."""
        return self.replies[-1].message


@dataclass(frozen=True, slots=True)
class Turn:
    """A prompt and its replies, side by side when several models were asked."""

    prompt: Shown
    lanes: tuple[Lane, ...]

    @property
    def chosen(self) -> Lane | None:
        """The lane the conversation goes on with; None: with all."""
        return next((lane for lane in self.lanes if lane.chosen), None)

    @property
    def followed(self) -> tuple[Lane, ...]:
        """The lanes that the next prompt goes to."""
        return (self.chosen,) if self.chosen else self.lanes


def replies_on(path: Iterable[Turn]) -> frozenset[int]:
    """The replies that are shown on a path, by their pks."""
    return frozenset(reply.message.pk for turn in path for lane in turn.lanes for reply in lane.replies)


def turns(messages: Iterable[Message], through: int | None = None) -> list[Turn]:
    """All messages of one conversation → the turns that are on the page, from first to last.

    `through`: a message on whose branch they are to be, whichever siblings were selected last.
    """
    children: dict[int | None, list[Message]] = defaultdict(list)
    there = sorted(messages, key=lambda m: m.pk)
    for message in there:
        children[message.parent_id].append(message)
    branch = _ancestry(there, through)
    path: list[Turn] = []
    prompts = [m for m in children[None] if m.role == Message.Role.USER]
    while prompts:
        prompt = _selected(prompts, branch)
        lanes = tuple(_lanes(prompt.message, children, branch))
        path.append(Turn(prompt, lanes))
        ends = {reply.message.pk for lane in lanes for reply in lane.replies}
        prompts = [m for end in sorted(ends) for m in children[end] if m.role == Message.Role.USER]
    return path


def _ancestry(messages: Iterable[Message], pk: int | None) -> frozenset[int]:
    """A message and those that it follows, as far as the root."""
    parents = {message.pk: message.parent_id for message in messages} if pk else {}
    found = set()
    while pk in parents:
        found.add(pk)
        pk = parents[pk]
    return frozenset(found)


def _lanes(prompt: Message, children: dict[int | None, list[Message]], branch: frozenset[int]) -> Iterable[Lane]:
    replies = [m for m in children[prompt.pk] if m.role == Message.Role.ASSISTANT]
    chosen = max((m for m in replies if m.chosen_at), key=lambda m: (m.chosen_at, m.pk), default=None)
    numbers = sorted({reply.lane for reply in replies})
    for number in numbers:
        chain = [_selected([reply for reply in replies if reply.lane == number], branch)]
        while further := [m for m in children[chain[-1].message.pk] if m.role == Message.Role.ASSISTANT]:
            chain.append(_selected(further, branch))
        if chosen is None or len(numbers) == 1:
            yield Lane(number, tuple(chain))
        else:
            yield Lane(number, tuple(chain), chosen=chosen.lane == number, passed_over=chosen.lane != number)


def _selected(siblings: list[Message], branch: frozenset[int]) -> Shown:
    return Shown(max(siblings, key=lambda m: (m.pk in branch, m.selected_at, m.pk)), tuple(siblings))
