"""From one unit to another: "convert 5 miles to km", "how many minutes are in 2.5 hours?"."""

from __future__ import annotations

import re

from chatroom.demo.skills.reading import ENDLESS, in_figures, plain, without_courtesies
from chatroom.demo.skills.thought import Step, Thought, check
from chatroom.demo.skills.units import UNIT, explained, quantities, unit_named
from chatroom.demo.skills.wording import figures, is_short

_TO_UNIT = re.compile(
    rf"(?:(?:what(?:'s| is| are)?|whats|convert|express|turn|change|how (?:much|many|far|long|fast) is) )?"
    rf"#(?: is)? (?:in|to|into|as) (?P<unit>{UNIT})"
)
_HOW_MANY = re.compile(
    rf"how many (?P<unit>{UNIT})(?: (?:are|is|there|do|does|make|makes|go|equals?))*(?: (?:in|into))? #"
    rf"(?: (?:have|has|make))?"
)


def work_out(question: str) -> Thought | None:
    """Put one quantity into another unit of its kind, if that is what is asked."""
    text = plain(question).lower()
    if ENDLESS.search(text):
        return None
    given, rest = quantities(without_courtesies(in_figures(text)))
    match = _TO_UNIT.fullmatch(rest) or _HOW_MANY.fullmatch(rest)
    unit = unit_named(match["unit"]) if match else None
    if unit is None or len(given) != 1 or given[0].unit.kind is not unit.kind:
        return None
    quantity = given[0]
    result = quantity.to(unit)
    back = result.to(quantity.unit)
    fits = "Right." if back == quantity else "That does not fit!"
    steps = (
        Step(f"The user wants {quantity} in {unit.name}."),
        Step(explained(quantity, unit)),
        check(f"Back again: {result} are {back}. {fits}"),
        Step(f"So {quantity} = {result}."),
    )
    summary = (f"**Converting**\n\n{explained(quantity, unit)}",)
    sign = "=" if is_short(result.amount) else "≈"
    return Thought(
        steps, summary, f"{quantity} {sign} **{figures(result.amount)} {unit.name}**\n\n{explained(quantity, unit)}"
    )
