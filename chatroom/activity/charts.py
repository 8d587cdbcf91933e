"""Bars and boxes as places on a drawing. Pure; the templates write them as SVG, CSS gives the colours.

Across, places are per cent, so that a drawing is as wide as there is room for and its words stay as large as they are;
down, they are pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

HEIGHT = 132
# Above the highest line there is room for its number, below the bars for the days.
TOP = 16
FOOT = 20
# A bar is at most so wide, and leaves so much of its place free.
WIDEST = 3.0
FREE = 0.28
MOST_LABELS = 5
# A bar that stands for something is at least so high.
LOWEST = 1.0
_NICE = (1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a bar; `kind` names its colour."""

    kind: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with what a pointer on it is told, and its place, of which it takes up a part."""

    title: str
    slot_x: str
    slot_width: str
    x: str
    width: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Line:
    """A line across, with its number."""

    y: str
    words_y: str
    words: str


@dataclass(frozen=True, slots=True)
class Label:
    """Words below a bar."""

    x: str
    anchor: str
    words: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A drawing of stacked bars."""

    height: int
    foot: int
    lines: Sequence[Line]
    bars: Sequence[Bar]
    labels: Sequence[Label]


@dataclass(frozen=True, slots=True)
class Box:
    """A spread: a line from the tenth to the ninetieth of a hundred, a box round the middle half, and the median."""

    low: str
    high: str
    box_x: str
    box_width: str
    median: str


def bars(
    columns: Sequence[tuple[str, str, Sequence[tuple[str, float]]]], words: Callable[[float], str], whole: bool = False
) -> Bars:
    """Bars of `(label, title, ((kind, amount), …))`, stacked from below; `whole`: of things that cannot be halved."""
    top = nice(max((sum(amount for _, amount in parts) for _, _, parts in columns), default=0))
    floor = HEIGHT - FOOT
    scale = (floor - TOP) / top
    slot = 100 / max(1, len(columns))
    width = min(WIDEST, slot * (1 - FREE))
    drawn = []
    for place, (_, title, parts) in enumerate(columns):
        blocks, y = [], float(floor)
        for kind, amount in parts:
            if amount > 0:
                height = max(LOWEST, amount * scale)
                y -= height
                blocks.append(Block(kind, _px(y), _px(height)))
        x = slot * place
        drawn.append(Bar(title, _at(x), _at(slot), _at(x + (slot - width) / 2), _at(width), blocks))
    steps = (top,) if whole and top % 2 else (top / 2, top)
    lines = [Line(_px(floor - step * scale), _px(floor - step * scale - 4), words(step)) for step in steps]
    return Bars(HEIGHT, floor, lines, drawn, _labels([label for label, _, _ in columns], slot))


def _labels(words: Sequence[str], slot: float) -> list[Label]:
    """Some of the labels, evenly, so that they do not run into each other; the first and the last among them."""
    last = len(words) - 1
    if last < MOST_LABELS:
        return [Label(_at(slot * (place + 0.5)), "middle", said) for place, said in enumerate(words)]
    found = []
    for number in range(MOST_LABELS):
        place = round(number * last / (MOST_LABELS - 1))
        anchor = "start" if number == 0 else "end" if place == last else "middle"
        x = 0 if number == 0 else 100 if place == last else slot * (place + 0.5)
        found.append(Label(_at(x), anchor, words[place]))
    return found


def nice(most: float) -> float:
    """The smallest round number that is not below: those of `_NICE` and their tenfolds."""
    if most <= 0:
        return 1
    size: float = 10.0 ** math.floor(math.log10(most))
    return next(step * size for step in _NICE if step * size >= most * (1 - 1e-9))


@dataclass(frozen=True, slots=True)
class Axis:
    """Where values lie between two ends, evenly or by their logarithm."""

    low: float
    high: float
    logarithmic: bool = False

    def at(self, value: float) -> float:
        """The place of a value, in per cent."""
        if self.logarithmic:
            value, low, high = (math.log(max(one, 1e-9)) for one in (value, self.low, self.high))
        else:
            low, high = self.low, self.high
        return max(0.0, min(100.0, 100 * (value - low) / (high - low)))

    def ticks(self) -> list[float]:
        """Values to be written along it."""
        if not self.logarithmic:
            return [self.low, (self.low + self.high) / 2, self.high]
        return [10**power for power in range(round(math.log10(self.low)), round(math.log10(self.high)) + 1)]


def axis_over(values: Sequence[float]) -> Axis:
    """A logarithmic axis from one power of ten to another, with all the values between."""
    low = math.floor(math.log10(max(min(values), 1e-3)))
    high = math.ceil(math.log10(max(*values, 1e-3)))
    return Axis(10.0**low, 10.0 ** max(high, low + 1), logarithmic=True)


def box(cuts: Sequence[float], axis: Axis) -> Box:
    """The box of a spread's five cuts."""
    low, left, median, right, high = map(axis.at, cuts)
    return Box(_at(low), _at(high), _at(left), _at(max(right - left, 0.4)), _at(median))


def _at(place: float) -> str:
    return f"{place:.2f}%"


def _px(place: float) -> str:
    return f"{place:.1f}"
