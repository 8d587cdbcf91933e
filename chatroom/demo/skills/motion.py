"""Speed, distance and time: any one from the two others."""

from __future__ import annotations

import re

from chatroom.demo.skills.reading import ENDLESS, in_figures, plain
from chatroom.demo.skills.thought import Step, Thought, check, spelt_out
from chatroom.demo.skills.units import (
    HOUR,
    SECOND,
    UNIT,
    Kind,
    Quantity,
    Unit,
    explained,
    parts_of,
    quantities,
    speed_unit,
    unit_named,
)
from chatroom.demo.skills.wording import equals, figures, is_short

_ASKS = {
    Kind.SPEED: re.compile(r"\b(?:how fast|how quickly|speed|velocity|pace|rate)\b"),
    Kind.DISTANCE: re.compile(
        r"\b(?:how far|distance|how many (?:kms?|kilomet(?:er|re)s?|met(?:er|re)s|miles|feet|yards)|how much ground)\b"
    ),
    Kind.TIME: re.compile(
        r"\b(?:how long|how much time|what time|travel time|duration|how many (?:hours|minutes|seconds|days)|time)\b"
    ),
}
# More than one stretch, more than one traveller, or a speed that changes: none of this is worked out here.
_BEYOND = re.compile(
    r"\b(?:accelerat\w*|decelerat\w*|slow(?:er|s)|faster|apart|towards?|meets?|overtak\w*|catch\w*|return\w*|"
    r"round trip|back|each way|both|stops?|stopped|rest(?:s|ed)?|wait\w*|wind|current|upstream|downstream|uphill|"
    r"downhill|left|head start|twice|double|half|remaining|more|another|additional|then|late|early|afterwards|cost\w*|"
    r"lit(?:er|re)s?|gallons?|fuel|increas\w*|decreas\w*|instead|percent|laps?|times)\b|%"
)
_WANTED_UNIT = re.compile(rf"(?:\bin|\binto|\bhow many|\bas) (?P<unit>{UNIT})")
_RULES = {
    Kind.SPEED: "speed is distance divided by time, v = d ÷ t",
    Kind.DISTANCE: "distance is speed multiplied by time, d = v × t",
    Kind.TIME: "time is distance divided by speed, t = d ÷ v",
}
_DIVISOR = {Kind.SPEED: Kind.TIME, Kind.TIME: Kind.SPEED}


def work_out(question: str) -> Thought | None:
    """Work out a speed, a distance or a time, if the other two are given and nothing else is."""
    text = plain(question).lower()
    if ENDLESS.search(text):
        return None
    given, rest = quantities(in_figures(text))
    kinds = {quantity.unit.kind: quantity for quantity in given}
    if len(given) != 2 or len(kinds) != 2 or re.search(r"[0-9]", rest) or _BEYOND.search(rest):
        return None
    missing: Kind = next(kind for kind in Kind if kind not in kinds)
    if not _ASKS[missing].search(rest):
        return None
    wanted = next((unit for match in _WANTED_UNIT.finditer(rest) if (unit := unit_named(match["unit"]))), None)
    if wanted and wanted.kind is not missing:
        return None
    divisor = kinds[_DIVISOR[missing]] if missing in _DIVISOR else None
    if divisor and not divisor.amount:
        return _without_divisor(divisor, missing)
    return _solved(kinds, missing, wanted)


def _solved(kinds: dict[Kind, Quantity], missing: Kind, wanted: Unit | None) -> Thought:
    given = list(kinds.values())
    steps = [
        Step(
            f"The user gives a {given[0].unit.kind}, {given[0]}, and a {given[1].unit.kind}, {given[1]}, and asks for "
            f"the {missing}."
        ),
        spelt_out(f"The rule is: {_RULES[missing]}."),
    ]
    speed = kinds[Kind.SPEED].unit if missing is not Kind.SPEED else wanted or _natural_speed(kinds)
    distance_unit, time_unit = parts_of(speed)
    wanted_as = {Kind.SPEED: speed, Kind.DISTANCE: distance_unit, Kind.TIME: time_unit}
    fitted = {kind: quantity.to(wanted_as[kind]) for kind, quantity in kinds.items()}
    for quantity in given:
        if quantity.unit != wanted_as[quantity.unit.kind]:
            steps.append(Step(f"The units have to fit. {explained(quantity, wanted_as[quantity.unit.kind])}"))
    if missing is Kind.DISTANCE:
        one, sign, two = fitted[Kind.SPEED], "×", fitted[Kind.TIME]
        amount = one.amount * two.amount
    else:
        one, sign, two = fitted[Kind.DISTANCE], "÷", fitted[_DIVISOR[missing]]
        amount = one.amount / two.amount
    result = Quantity(amount, wanted_as[missing])
    calculation = f"{figures(one.amount)} {sign} {figures(two.amount)} {equals(amount)}"
    steps.append(Step(f"{calculation}, so the {missing} is {result}."))
    steps.append(check(_backwards(fitted, result)))
    shown = result
    if wanted and wanted != result.unit:
        shown = result.to(wanted)
        steps.append(Step(f"The user wants it in {wanted.name}. {explained(result, wanted)}"))
    clock = _on_the_clock(shown) if missing is Kind.TIME and not wanted else ""
    if clock:
        steps.append(Step(f"In hours, minutes and seconds that is {clock}."))
    steps.append(Step(f"So the answer is {clock or shown}."))
    summary = (
        f"**Choosing the rule**\n\nA {given[0].unit.kind} and a {given[1].unit.kind} are given: {_RULES[missing]}.",
        f"**Working it out**\n\nWith units that fit, {calculation}, so the {missing} is {result}.",
    )
    answer = f"The {missing} is **{clock or shown}**."
    return Thought(tuple(steps), summary, f"{answer}\n\n{_formula(missing, one, two, result)}")


def _natural_speed(kinds: dict[Kind, Quantity]) -> Unit:
    """Kilometres and miles go with hours, metres and feet with seconds."""
    distance = kinds[Kind.DISTANCE].unit
    return speed_unit(distance, HOUR if distance.size >= 1000 else SECOND)


def _backwards(fitted: dict[Kind, Quantity], result: Quantity) -> str:
    """Check by going from the result back to one of the quantities that were given."""
    known = {**fitted, result.unit.kind: result}
    speed, time = known[Kind.SPEED], known[Kind.TIME]
    distance = Quantity(speed.amount * time.amount, known[Kind.DISTANCE].unit)
    if result.unit.kind is Kind.DISTANCE:
        back = Quantity(result.amount / speed.amount, time.unit) if speed.amount else time
        return f"Backwards: {result} at {speed} take {back}. {'Right.' if back == time else 'That does not fit!'}"
    fits = "Right." if distance == known[Kind.DISTANCE] else "That does not fit!"
    return f"Backwards: {time} at {speed} make {distance}. {fits}"


def _on_the_clock(time: Quantity) -> str:
    """Write a time as "1 h 30 min"; "" where a single unit says it."""
    seconds = time.to(SECOND).amount
    if not 60 <= seconds < 100 * 3600 or (time.amount.denominator == 1 and time.amount < 60):
        return ""
    hours, rest = divmod(round(seconds), 3600)
    parts = [(hours, "h"), (rest // 60, "min"), (rest % 60, "s")]
    whole = "" if seconds.denominator == 1 else "about "
    return whole + " ".join(f"{count} {name}" for count, name in parts if count)


def _formula(missing: Kind, one: Quantity, two: Quantity, result: Quantity) -> str:
    numbers = [_latex(quantity) for quantity in (one, two, result)]
    sign = "=" if is_short(result.amount) else "\\approx"
    if missing is Kind.DISTANCE:
        return f"$$d = v \\cdot t = {numbers[0]} \\cdot {numbers[1]} {sign} {numbers[2]}$$"
    rule = r"v = \frac{d}{t}" if missing is Kind.SPEED else r"t = \frac{d}{v}"
    return f"$${rule} = \\frac{{{numbers[0]}}}{{{numbers[1]}}} {sign} {numbers[2]}$$"


def _latex(quantity: Quantity) -> str:
    return f"{figures(quantity.amount)}\\ \\text{{{quantity.unit.name}}}"


def _without_divisor(zero: Quantity, missing: Kind) -> Thought:
    reason = f"A {zero.unit.kind} of {zero} would stand below the fraction bar, and nothing can be divided by 0."
    steps = (
        Step(f"The user asks for the {missing}: {_RULES[missing]}."),
        Step(reason),
    )
    return Thought(steps, (f"**Looking at the rule**\n\n{reason}",), f"There is no such {missing}. {reason}")
