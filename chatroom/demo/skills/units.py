"""Units of distance, time and speed: their names, their sizes, and quantities in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from chatroom.demo.skills.reading import NUMBER, to_number
from chatroom.demo.skills.wording import about, equals, figures


class Kind(StrEnum):
    """What is measured."""

    DISTANCE = "distance"
    TIME = "time"
    SPEED = "speed"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit. `size` is in metres, seconds, or metres a second, exactly."""

    name: str
    size: Fraction
    kind: Kind


@dataclass(frozen=True, slots=True)
class Quantity:
    """So much of a unit."""

    amount: Fraction
    unit: Unit

    def to(self, unit: Unit) -> Quantity:
        """Return the same quantity in another unit of its kind."""
        return Quantity(self.amount * self.unit.size / unit.size, unit)

    def __str__(self) -> str:
        name = _singular(self.unit.name) if self.amount == 1 else self.unit.name
        return f"{about(self.amount)} {name}"


# The international foot, yard and mile (1959), and the nautical mile (1929), are defined in metres.
_DISTANCES = {
    "km": ("1000", "km|kms|kilometers?|kilometres?"),
    "m": ("1", "m|meters?|metres?"),
    "cm": ("0.01", "cm|centimeters?|centimetres?"),
    "mm": ("0.001", "mm|millimeters?|millimetres?"),
    "miles": ("1609.344", "miles?|mi"),
    "yards": ("0.9144", "yards?|yds?"),
    "feet": ("0.3048", "feet|foot|ft"),
    "nautical miles": ("1852", "nautical miles?|nmi"),
}
_TIMES = {
    "h": ("3600", "h|hrs?|hours?"),
    "min": ("60", "mins?|minutes?"),
    "s": ("1", "s|secs?|seconds?"),
    "days": ("86400", "days?"),
    "weeks": ("604800", "weeks?"),
}
_SHORT_SPEEDS = {
    "mph": ("miles", "h"),
    "kph|kmh|kmph": ("km", "h"),
    "knots?|kn|kts?": ("nautical miles", "h"),
    "mps": ("m", "s"),
}


def _named(table: dict[str, tuple[str, str]], kind: Kind) -> list[tuple[str, Unit]]:
    return [(names, Unit(name, Fraction(size), kind)) for name, (size, names) in table.items()]


_NAMES = _named(_DISTANCES, Kind.DISTANCE) + _named(_TIMES, Kind.TIME)
BY_NAME = {unit.name: unit for _, unit in _NAMES}
HOUR, MINUTE, SECOND = BY_NAME["h"], BY_NAME["min"], BY_NAME["s"]


def speed_unit(distance: Unit, time: Unit) -> Unit:
    """Return the unit of one `distance` in one `time`."""
    short = {"miles/h": "mph", "nautical miles/h": "knots"}
    name = f"{distance.name}/{time.name}"
    return Unit(short.get(name, name), distance.size / time.size, Kind.SPEED)


def parts_of(speed: Unit) -> tuple[Unit, Unit]:
    """Return the distance and the time of a unit of speed."""
    long = {"mph": "miles/h", "knots": "nautical miles/h"}.get(speed.name, speed.name)
    distance, time = long.split("/")
    return BY_NAME[distance], BY_NAME[time]


_END = r"(?![\w/])"
_DISTANCE = "|".join(f"(?:{names})" for names, unit in _NAMES if unit.kind is Kind.DISTANCE)
_TIME = "|".join(f"(?:{names})" for names, unit in _NAMES if unit.kind is Kind.TIME)
_PER = r"(?: ?/ ?| (?:per|an?|each|every) )"
UNIT = rf"(?:(?:{_DISTANCE}){_PER}(?:{_TIME}){_END}|(?:{'|'.join(_SHORT_SPEEDS)}|{_DISTANCE}|{_TIME}){_END})"
_LONG_SPEED = re.compile(rf"(?P<distance>{_DISTANCE}){_PER}(?P<time>{_TIME})")
_QUANTITY = re.compile(
    rf"(?<![\w.,/-])(?:(?P<amount>{NUMBER})[ -]?|an? (?=(?:hour|minute|second|day|week|mile|kilomet|met)))"
    rf"(?P<unit>{UNIT})"
)

_SPOKEN_TIMES = (
    (re.compile(r"\bthree quarters of an hour\b"), "0.75 hours"),
    (re.compile(r"\b(?:a )?quarter of an hour\b"), "0.25 hours"),
    (re.compile(r"\bhalf an? (hour|minute|day|mile|kilometer|kilometre)\b"), r"0.5 \1s"),
    (re.compile(r"\b(?:an?|1) (hour|minute|day|mile|kilometer|kilometre) and a half\b"), r"1.5 \1s"),
    (re.compile(r"\b([0-9]+) and a half (hour|minute|day|mile|kilometer|kilometre|second)"), r"\1.5 \2"),
    (re.compile(r"\b([0-9]+) ?h ?([0-9]{1,2})(?: ?m(?:in)?)?\b"), r"\1 h \2 min"),
)


def explained(quantity: Quantity, unit: Unit) -> str:
    """Say how a quantity is put into another unit of its kind."""
    factor = quantity.unit.size / unit.size
    small, large = (unit, quantity.unit) if factor >= 1 else (quantity.unit, unit)
    ratio = large.size / small.size
    ratio_text = f"1 {_singular(large.name)} is {about(ratio)} {small.name}"
    sign = "×" if factor >= 1 else "÷"
    amount = quantity.to(unit).amount
    return f"{ratio_text}, and {figures(quantity.amount)} {sign} {figures(ratio)} {equals(amount)}."


def _singular(name: str) -> str:
    return {"feet": "foot"}.get(name, name.removesuffix("s") if len(name) > 3 and "/" not in name else name)


def unit_named(text: str) -> Unit | None:
    """Return the unit that `text` names in plain lower case, None if there is none."""
    if match := _LONG_SPEED.fullmatch(text):
        distance, time = unit_named(match["distance"]), unit_named(match["time"])
        return speed_unit(distance, time) if distance and time else None
    for names, (distance_name, time_name) in _SHORT_SPEEDS.items():
        if re.fullmatch(names, text):
            return speed_unit(BY_NAME[distance_name], BY_NAME[time_name])
    return next((unit for names, unit in _NAMES if re.fullmatch(names, text)), None)


def quantities(text: str) -> tuple[list[Quantity], str]:
    """Return the quantities in plain lower-case text, and the text without them, a "#" for each.

    "1 hour and 30 minutes" is one quantity. The list is empty where a number is too long to read.
    """
    for pattern, plain in _SPOKEN_TIMES:
        text = pattern.sub(plain, text)
    found: list[Quantity] = []
    pieces: list[str] = []
    end = 0
    for match in _QUANTITY.finditer(text):
        amount, unit = to_number(match["amount"] or "1"), unit_named(match["unit"])
        if amount is None or unit is None:
            return [], text
        between = text[end : match.start()]
        quantity = Quantity(amount, unit)
        end = match.end()
        if found and _continues(found[-1], quantity) and re.fullmatch(r",? (?:and )?|", between):
            found[-1] = Quantity(found[-1].amount + quantity.to(found[-1].unit).amount, found[-1].unit)
            continue
        found.append(quantity)
        pieces += [between, "#"]
    return found, "".join(pieces) + text[end:]


def _continues(larger: Quantity, smaller: Quantity) -> bool:
    return larger.unit.kind is smaller.unit.kind is Kind.TIME and larger.unit.size > smaller.unit.size
