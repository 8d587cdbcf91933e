"""Putting numbers or words in order, by insertion as with cards in the hand."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from chatroom.demo.skills.list_reading import Item, SortRequest, read
from chatroom.demo.skills.reading import plain
from chatroom.demo.skills.thought import Step, Thought, check, spelt_out
from chatroom.demo.skills.wording import listed, several, table

_MAX_ROWS = 12


def work_out(question: str) -> Thought | None:
    """Sort a list of numbers or of words, if that is what is asked."""
    request = read(plain(question))
    return _sorted(request) if request else None


def _sorted(request: SortRequest) -> Thought:
    items, order = request.items, _order(request)
    kind = "word" if request.words else "number"
    steps = [
        Step(f"The user wants {several(len(items), kind)} sorted, {order}: {', '.join(item.text for item in items)}."),
        spelt_out("I do it as with cards in the hand: take one after the other and put it where it belongs."),
    ]
    hand: list[Item] = []
    rows = []
    for item in items:
        # Falling, the hand is kept rising all the same and read from its end.
        at = bisect_right([card.key for card in hand], item.key)
        hand.insert(at, item)
        shown = _shown(hand, falling=request.falling)
        if len(hand) > 1:
            steps.append(spelt_out(f"{item.text} {_place(hand, at, falling=request.falling)}. Now I have {shown}."))
        rows.append([item.text, shown])
    result = _shown(hand, falling=request.falling)
    in_order = hand[::-1] if request.falling else hand
    steps += [
        check(_neighbours(in_order, request)),
        Step(f"So the order is {result}."),
    ]
    summary = (
        f"**Choosing a way**\n\nI sort {several(len(items), kind)} {order} by putting each into its place in turn.",
        f"**Reading the result off**\n\nAfter the last one I have {result}.",
    )
    answer = f"**{result}**\n\nThat is {order}."
    if len(items) <= _MAX_ROWS:
        answer += f"\n\n{table(['take', 'in order so far'], rows)}"
    return Thought(tuple(steps), summary, answer)


def _order(request: SortRequest) -> str:
    if request.words:
        return "in reverse alphabetical order" if request.falling else "in alphabetical order"
    return "from largest to smallest" if request.falling else "from smallest to largest"


def _shown(hand: list[Item], *, falling: bool) -> str:
    return ", ".join(item.text for item in (reversed(hand) if falling else hand))


def _place(hand: list[Item], at: int, *, falling: bool) -> str:
    before, after = hand[at - 1] if at else None, hand[at + 1] if at + 1 < len(hand) else None
    if falling:
        before, after = after, before
    if before and after:
        return f"goes between {before.text} and {after.text}"
    return (
        f"goes after {before.text}, at the end"
        if before
        else f"goes before {after.text if after else ''}, to the front"
    )


def _neighbours(in_order: list[Item], request: SortRequest) -> str:
    """Check the result without sorting: each pair of neighbours, and that nothing was lost."""
    sign = "≥" if request.falling else "≤"
    fits = all((one.key >= two.key if request.falling else one.key <= two.key) for one, two in pairwise(in_order))
    same = sorted(item.text for item in in_order) == sorted(item.text for item in request.items)
    if request.words:
        pairs = f"{listed([item.text[0].upper() for item in in_order])} are the first letters"
    else:
        pairs = f" {sign} ".join(item.text for item in in_order)
    verdict = "every neighbour is in order" if fits and same else "something is wrong"
    return f"Let me check: {pairs}; {several(len(in_order), 'item')}, as many as were given; {verdict}."
