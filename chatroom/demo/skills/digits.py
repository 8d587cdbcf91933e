"""Two decimals under one another: what one sees, place by place."""

from __future__ import annotations

from fractions import Fraction

from chatroom.demo.skills.thought import Step, spelt_out
from chatroom.demo.skills.wording import decimals_of, exact, fixed, table

_PLACES = ("tenths", "hundredths", "thousandths")


def lined_up(one: Fraction, two: Fraction) -> list[Step]:
    """Return the thought that finds the first place in which two numbers differ."""
    decimals = [decimals_of(one), decimals_of(two)]
    if None in decimals:
        common = one.denominator * two.denominator
        tops = [exact(value * common) for value in (one, two)]
        return [Step(f"Over the common denominator {common} they are {tops[0]}/{common} and {tops[1]}/{common}.")]
    places = max(each or 0 for each in decimals)
    texts = [fixed(value, places) for value in (one, two)]
    steps = []
    if places and decimals[0] != decimals[1]:
        if _misleads(one, two):
            steps.append(
                spelt_out(
                    "Careful: what stands after the point looks like a whole number, and there the longer one would be "
                    "larger. But these digits are tenths, hundredths and so on."
                )
            )
        steps.append(Step(f"Let me line up the decimals: {texts[0]} and {texts[1]}."))
    if (one < 0) != (two < 0):
        steps.append(Step("One is below zero and the other is not, and that decides it."))
    elif texts[0] != texts[1]:
        steps.append(spelt_out(_first_difference(texts[0], texts[1], places)))
    else:
        steps.append(spelt_out("Every digit is the same."))
    return steps


def _misleads(one: Fraction, two: Fraction) -> bool:
    """9.11 and 9.9: the same before the point, and the one with fewer digits after it is larger."""
    shorter, longer = sorted((abs(one), abs(two)), key=lambda value: decimals_of(value) or 0)
    return int(one) == int(two) and shorter > longer and decimals_of(shorter) != 0


def _first_difference(one: str, two: str, places: int) -> str:
    negative = one.startswith("−")
    one, two = one.removeprefix("−"), two.removeprefix("−")
    width = max(len(one), len(two))
    one, two = one.rjust(width, "0"), two.rjust(width, "0")
    at = next(place for place in range(width) if one[place] != two[place])
    after_point = at - (width - places)
    if places and after_point >= 0:
        name = _PLACES[after_point] if after_point < 3 else f"digits at place {after_point + 1} after the point"
        text = f"The parts before the point are the same, {one[: width - places - 1].lstrip('0') or '0'}. "
        text += (
            f"{'Then the' if after_point == 0 else 'The first to differ are the'} {name}: {one[at]} against {two[at]}."
        )
    else:
        whole = [digits[: width - places - 1] if places else digits for digits in (one, two)]
        text = f"The parts before the point already differ: {int(whole[0])} against {int(whole[1])}."
        if not places:
            text = f"They are whole numbers: {int(whole[0])} against {int(whole[1])}."
    if negative:
        text += " Both are below zero, so the one further from zero is the smaller."
    return text


def digit_table(one: Fraction, two: Fraction) -> str:
    """Draw the digits of two numbers that differ after the point only; "" for others."""
    decimals = [decimals_of(one), decimals_of(two)]
    places = max(each if each is not None else 99 for each in decimals)
    if not 1 <= places <= len(_PLACES) or int(one) != int(two) or decimals[0] == decimals[1]:
        return ""
    rows = []
    for value in sorted((one, two), reverse=True):
        whole, digits = fixed(value, places).split(".")
        rows.append([exact(value), whole, *digits])
    return table(["number", "whole", *_PLACES[:places]], rows)
