"""How far two reviewers agree beyond what chance would give: Cohen's kappa.

J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20 (1960), 37-46.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two people's judgements of the same things come to."""

    categories: tuple[str, ...]
    #: How often the first said the row's category and the second the column's.
    table: tuple[tuple[int, ...], ...]

    @property
    def n(self) -> int:
        """How many things both have judged."""
        return sum(map(sum, self.table))

    @property
    def alike(self) -> int:
        """Of how many they say the same."""
        return sum(row[place] for place, row in enumerate(self.table))

    @property
    def observed(self) -> float | None:
        """The share of what they say the same of, 0 to 1. None where there is nothing."""
        return self.alike / self.n if self.n else None

    @property
    def expected(self) -> float | None:
        """What it would be if each gave as many of each category as they do, but by chance."""
        return self._chance / self.n**2 if self.n else None

    @property
    def kappa(self) -> float | None:
        """1: always the same; 0: as often as by chance; below: less often.

        None where it is not defined: nothing was judged by both, or both always said one and the same.
        """
        n, chance = self.n, self._chance
        return None if n * n == chance else (n * self.alike - chance) / (n * n - chance)

    @property
    def _chance(self) -> int:
        """The agreement to be expected by chance, times n², so that it is exact."""
        columns = zip(*self.table, strict=True)
        return sum(sum(row) * sum(column) for row, column in zip(self.table, columns, strict=True))


def agreement(judgements: Iterable[tuple[str, str]], categories: Sequence[str]) -> Agreement:
    """`judgements`: of each thing what the first and what the second said, both of `categories`."""
    place = {category: number for number, category in enumerate(categories)}
    table = [[0] * len(place) for _ in place]
    for first, second in judgements:
        table[place[first]][place[second]] += 1
    return Agreement(tuple(categories), tuple(tuple(row) for row in table))
