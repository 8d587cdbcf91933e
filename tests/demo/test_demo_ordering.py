"""Sorting: checked against `sorted`."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.demo.skills import ordering
from chatroom.demo.skills.list_reading import MAX_ITEMS
from chatroom.demo.skills.thought import Depth

_decimals = st.decimals(-999, 999, places=2, allow_nan=False).map(lambda d: f"{d:f}")
# Without vowels no word comes about that means something to the reader of questions.
_words = st.text("bcdfghklmnprstvzBCDFGHKLMNPRSTVZ", min_size=4, max_size=9)
_RISING = [
    "sort {}",
    "Please sort these numbers: {}",
    "put {} in order",
    "arrange {} from smallest to largest",
    "[{}] sorted",
]
_FALLING = ["sort {} in descending order", "Sort from largest to smallest: {}", "order {} with the biggest first"]


def sorted_by_demo(question: str) -> list[str]:
    thought = ordering.work_out(question)
    assert thought is not None, question
    assert "something is wrong" not in thought.text(Depth.CHECKED)
    return thought.answer.split("**")[1].replace("−", "-").split(", ")


@given(
    st.lists(_decimals, min_size=2, max_size=MAX_ITEMS),
    st.sampled_from(_RISING),
    st.sampled_from([", ", " ", "; ", "\n"]),
)
def test_numbers_come_out_as_sorted_has_them(numbers: list[str], asking: str, separator: str):
    result = sorted_by_demo(asking.format(separator.join(numbers)))
    assert [Decimal(each) for each in result] == sorted(map(Decimal, numbers))


@given(st.lists(_decimals, min_size=2, max_size=9), st.sampled_from(_FALLING))
def test_numbers_fall_where_that_is_asked(numbers: list[str], asking: str):
    result = sorted_by_demo(asking.format(", ".join(numbers[:-1]) + " and " + numbers[-1]))
    assert [Decimal(each) for each in result] == sorted(map(Decimal, numbers), reverse=True)


@given(st.lists(_words, min_size=2, max_size=9, unique_by=str.lower))
def test_words_come_out_in_the_order_of_the_alphabet_whatever_their_case(words: list[str]):
    expected = sorted(words, key=str.casefold)
    assert sorted_by_demo(f"Sort these words: {', '.join(words)}") == expected
    assert sorted_by_demo(f"sort in reverse alphabetical order: {' '.join(words)}") == expected[::-1]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("sort 3,1,2", "1, 2, 3"),
        ("Can you sort 9.9, 9.11 and 9.09 for me, please?", "9.09, 9.11, 9.9"),
        ("sort 1,000, 999, 1,001", "999, 1000, 1001"),
        ("sort 1,000 2,000 30", "30, 1000, 2000"),
        ("Sort 100,200,50", "50, 100, 200"),
        ("sort three, one, two", "1, 2, 3"),
        ("Sort the following 5 numbers: 4 3 2 1 0", "0, 1, 2, 3, 4"),
        ("sort these numbers:\n- 5\n- 3\n- -4", "-4, 3, 5"),
        ("What is 5, 3, 9 in ascending order?", "3, 5, 9"),
        ("rank 3, 1, 2 from high to low", "3, 2, 1"),
        ("sort banana, apple and Cherry alphabetically", "apple, banana, Cherry"),
        ("Can you put the words pear, fig, apple in alphabetical order?", "apple, fig, pear"),
        ("alphabetize: dog, cat, bird", "bird, cat, dog"),
        ("sort these cities: New York, Berlin, Rome", "Berlin, New York, Rome"),
    ],
)
def test_lists_are_given_in_many_ways(question: str, answer: str):
    assert ", ".join(sorted_by_demo(question)) == answer


@pytest.mark.parametrize(
    "question",
    [
        "",
        "sort",
        "sort 7",
        "sort out my life",
        "order pizza, beer and wine",
        "order 2 pizzas and 3 beers",
        "list the planets in order",
        "rank these movies: Alien, Heat, Jaws",
        "sort by length: aaa, bb, c",
        "sort by price: 3, 2, 1",
        "sort these: March, January",
        "sort: small, large, medium",
        "sort 5 km, 3 m",
        "sort 1/2, 1/3",
        "sort 50%, 20%",
        "sort 3 + 2, 1",
        "sort 0.999..., 1",
        "sort 9,11 9,9",
        "sort 9,11 and 9,9",
        "sort " + ", ".join(map(str, range(MAX_ITEMS + 1))),
        "sort 1, " + "9" * 40,
    ],
)
def test_what_is_no_plain_list_is_left_alone(question: str):
    assert ordering.work_out(question) is None


def test_each_insertion_is_thought_and_drawn():
    thought = ordering.work_out("sort 3, 1, 2")
    assert thought is not None
    assert "2 goes between 1 and 3. Now I have 1, 2, 3." in thought.text(Depth.STEPS)
    assert "Now I have" not in thought.text(Depth.RESULTS)
    assert "1 ≤ 2 ≤ 3" in thought.text(Depth.CHECKED)
    assert "| 1 | 1, 3 |\n| 2 | 1, 2, 3 |" in thought.answer
