"""Cohen's kappa against examples that were computed by hand."""

from __future__ import annotations

import pytest

from chatroom.review.agreement import agreement


def of_table(*rows: tuple[int, ...]) -> list[tuple[str, str]]:
    """Judgements that make this table, of the categories 0, 1, …"""
    return [
        (str(row), str(column))
        for row, numbers in enumerate(rows)
        for column, number in enumerate(numbers)
        for _ in range(number)
    ]


@pytest.mark.parametrize(
    ("rows", "n", "observed", "expected", "kappa"),
    [
        # 50 things: alike 20 + 15; by chance (25·30 + 25·20) / 2500 = 0.5; (0.7 − 0.5) / 0.5.
        (((20, 5), (10, 15)), 50, 0.7, 0.5, 0.4),
        # Rows 60, 40; columns 70, 30; by chance (4200 + 1200) / 10000 = 0.54; (0.6 − 0.54) / 0.46.
        (((45, 15), (25, 15)), 100, 0.6, 0.54, 0.06 / 0.46),
        # The same observed agreement, and more than twice the kappa: rows 60, 40; columns 30, 70; by chance 0.46.
        (((25, 35), (5, 35)), 100, 0.6, 0.46, 0.14 / 0.54),
        # Three categories: alike 4 of 6; rows 3, 2, 1; columns 2, 2, 2; by chance (6 + 4 + 2) / 36 = 1/3.
        (((2, 1, 0), (0, 1, 1), (0, 0, 1)), 6, 4 / 6, 12 / 36, 0.5),
        # Always the same, of two kinds.
        (((3, 0), (0, 1)), 4, 1.0, 10 / 16, 1.0),
        # Never the same: by chance half.
        (((0, 2), (2, 0)), 4, 0.0, 0.5, -1.0),
        # One never says what the other always says: by chance nothing, and nothing it is.
        (((0, 3), (0, 0)), 3, 0.0, 0.0, 0.0),
    ],
)
def test_examples_by_hand(
    rows: tuple[tuple[int, ...], ...], n: int, observed: float, expected: float, kappa: float
) -> None:
    found = agreement(of_table(*rows), [str(number) for number in range(len(rows))])
    assert found.table == rows
    assert found.n == n
    assert found.observed == pytest.approx(observed)
    assert found.expected == pytest.approx(expected)
    assert found.kappa == pytest.approx(kappa)


def test_of_nothing_there_is_no_agreement() -> None:
    found = agreement([], ["a", "b"])
    assert (found.n, found.observed, found.expected, found.kappa) == (0, None, None, None)


def test_where_both_always_say_the_same_kappa_is_not_defined() -> None:
    found = agreement([("a", "a")] * 5, ["a", "b"])
    assert (found.n, found.observed, found.expected, found.kappa) == (5, 1.0, 1.0, None)


def test_it_is_the_same_the_other_way_round() -> None:
    judgements = of_table((7, 2, 1), (0, 4, 3), (5, 1, 9))
    swapped = [(second, first) for first, second in judgements]
    assert agreement(judgements, ["0", "1", "2"]).kappa == pytest.approx(agreement(swapped, ["0", "1", "2"]).kappa)
