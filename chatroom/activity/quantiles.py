"""How values are spread: the tenth, quarter, half, three quarters and nine tenths of them. Pure.

A quantile is a value that was there (by nearest rank), not one between two. Read from the steps of the books it is the
middle of the step on which that value lies: for shares to within 2.5 points, for times and speeds to within 10 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chatroom.ledger.models import Measure
from chatroom.ledger.sums import bounds

CUTS = (10, 25, 50, 75, 90)


@dataclass(frozen=True, slots=True)
class Quantiles:
    """The five cuts, in the unit of the measure (see `ledger.sums.step`), and over how many replies they go."""

    cuts: tuple[float, ...]
    replies: int
    exact: bool

    @property
    def median(self) -> float:
        """Half lie below, half above."""
        return self.cuts[2]


def from_values(values: Iterable[float]) -> Quantiles | None:
    """Of values themselves; None where there is none."""
    ordered = sorted(values)
    if not ordered:
        return None
    return Quantiles(tuple(ordered[_rank(cut, len(ordered)) - 1] for cut in CUTS), len(ordered), exact=True)


def from_steps(measure: int, steps: Mapping[int, int]) -> Quantiles | None:
    """Of so many replies on each step; None where there is none."""
    ordered = sorted(steps.items())
    count = sum(steps.values())
    if not count:
        return None
    return Quantiles(tuple(_middle(measure, _step_at(ordered, _rank(cut, count))) for cut in CUTS), count, exact=False)


def _rank(cut: int, count: int) -> int:
    return max(1, math.ceil(cut * count / 100))


def _step_at(ordered: Sequence[tuple[int, int]], rank: int) -> int:
    seen = 0
    for step, count in ordered:
        seen += count
        if seen >= rank:
            return step
    return ordered[-1][0]


def _middle(measure: int, step: int) -> float:
    low, high = bounds(measure, step)
    # Of a share of all there is only this one value on the last step.
    if low == high:
        return low
    return (low + high) / 2 if measure == Measure.SHARE else math.sqrt(low * high)
