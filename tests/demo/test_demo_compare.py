"""Comparing: the verdicts are checked against `Decimal`."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chatroom.demo.skills import compare
from chatroom.demo.skills.thought import Depth

_decimals = st.decimals(-1000, 1000, allow_nan=False, places=3).map(lambda d: f"{d.normalize():f}")


def answer_to(question: str) -> str:
    thought = compare.work_out(question)
    assert thought is not None, question
    return thought.answer.split("\n")[0]


def bold_in(answer: str) -> Decimal:
    found = re.search(r"\*\*([^*]+)\*\*", answer)
    assert found, answer
    return Decimal(found[1].replace("−", "-"))


@given(
    _decimals,
    _decimals,
    st.sampled_from(["which is larger", "Which is bigger:", "what's greater,", "which is smaller"]),
)
def test_the_larger_of_two_decimals_is_the_one_decimal_says(one: str, two: str, asking: str):
    assume(Decimal(one) != Decimal(two))
    answer = answer_to(f"{asking} {one} or {two}?")
    wanted = min if "smaller" in asking else max
    assert bold_in(answer) == wanted(Decimal(one), Decimal(two))


@given(st.integers(0, 99), st.lists(st.integers(0, 999), min_size=2, max_size=2))
def test_decimals_that_share_their_whole_part_are_not_compared_by_length(whole: int, decimals: list[int]):
    one, two = (f"{whole}.{each}" for each in decimals)
    assume(Decimal(one) != Decimal(two))
    assert bold_in(answer_to(f"{one} vs {two}")) == max(Decimal(one), Decimal(two))


@given(_decimals, _decimals, st.sampled_from([">", "<", "=", "is bigger than", "is less than", "equals"]))
def test_a_claim_is_confirmed_exactly_when_it_is_true(one: str, two: str, relation: str):
    a, b = Decimal(one), Decimal(two)
    true = {">": a > b, "<": a < b, "=": a == b, "is bigger than": a > b, "is less than": a < b, "equals": a == b}[
        relation
    ]
    assert answer_to(f"{one} {relation} {two}, right?").startswith("**Yes**" if true else "**No**")


@given(st.lists(_decimals, min_size=3, max_size=12, unique_by=Decimal), st.booleans())
def test_the_extreme_of_many_is_found_and_all_are_put_in_order(numbers: list[str], largest: bool):
    asking = "What is the largest of" if largest else "what's the smallest of"
    thought = compare.work_out(f"{asking} {', '.join(numbers[:-1])} and {numbers[-1]}?")
    assert thought is not None
    values = [Decimal(number) for number in numbers]
    assert bold_in(thought.answer) == (max(values) if largest else min(values))
    ordered = re.split(" [<>] ", thought.answer.split("\n")[-1].replace("−", "-"))
    assert [Decimal(each) for each in ordered] == sorted(values, reverse=largest)


@given(_decimals, _decimals)
def test_the_thought_never_contradicts_itself(one: str, two: str):
    thought = compare.work_out(f"{one} or {two}, which is larger?")
    assert thought is not None
    a, b = Decimal(one), Decimal(two)
    text = thought.text(Depth.CHECKED)
    assert f" = {(a - b).normalize():f}. " in text.replace("−", "-").replace(" -0. ", " 0. ")
    assert ("above 0" in text) == (a > b)
    assert ("below 0" in text) == (a < b)
    larger, smaller = (one, two) if a > b else (two, one)
    verdict = f"{larger} is larger than {smaller}" if a != b else f"{one} and {two} are equal"
    assert text.replace("−", "-").endswith(f"So {verdict}.")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which is bigger, 9.11 or 9.9?", "**9.9** is larger than 9.11."),
        ("is 9.11 or 9.9 bigger", "**9.9** is larger than 9.11."),
        ("9.9 or 9.11 - which one is SMALLER?", "**9.11** is smaller than 9.9."),
        ("9.11 vs. 9.9", "**9.9** is larger than 9.11."),
        ("compare 9.11 and 9.9", "**9.9** is larger than 9.11."),
        ("Is 9.11 > 9.9?", "**No**: 9.9 is larger than 9.11."),
        ("isn't 9.9 bigger than 9.11?", "**Yes**: 9.9 is larger than 9.11."),
        ("My teacher says that 9.11 is bigger than 9.9, is that right?", "**No**: 9.9 is larger than 9.11."),
        ("Which is bigger - 9.11 or 9.9?", "**9.9** is larger than 9.11."),
        ("which is bigger, nine point nine or nine point eleven?", "**9.9** is larger than 9.11."),
        ("Which of these two numbers is larger: 9.11, 9.9", "**9.9** is larger than 9.11."),
        ("is $9.11 more than $9.90?", "**No**: 9.90 is larger than 9.11."),
        ("which is more, 9.11 dollars or 9.9 dollars", "**9.9** is larger than 9.11."),
        ("which is bigger: 1,000 or 999.99", "**1000** is larger than 999.99."),
        ("which is bigger, -3 or −5", "**−3** is larger than −5."),
        ("are 0.5 and 0.50 the same?", "**Yes**: 0.5 and 0.50 are equal."),
        ("which is larger, 0.5 or 0.50?", "Neither: **0.5** and **0.50** are equal."),
        ("is 1/3 bigger than 0.33", "**Yes**: 1/3 is larger than 0.33."),
        ("what's more, 1/2 or 3/4?", "**3/4** is larger than 1/2."),
        ("is 0.1 + 0.2 equal to 0.3?", "**Yes**: 0.1 + 0.2 and 0.3 are equal. (0.1 + 0.2 = 0.3)"),
        ("is 2+2=5?", "**No**: 5 is larger than 2 + 2. (2 + 2 = 4)"),
        ("biggest of 3, 8 and 5", "**8** is the largest."),
    ],
)
def test_comparisons_are_understood_as_people_put_them(question: str, answer: str):
    assert answer_to(question) == answer


@pytest.mark.parametrize(
    "question",
    [
        "",
        "9.9 and 9.11",
        "which weighs more, 1 kg or 1000 g?",
        "which is more, 1 km or 1000 m",
        "is $9.11 more than €9.9?",
        "which version is newer, 3.9 or 3.11",
        "is 0.999... equal to 1?",
        "is 0.999… less than 1?",
        "which is larger, 1 or 0.999...",
        "is 20 more than half of 50",
        "is 7 less than or equal to 8",
        "9.11 is not bigger than 9.9, right?",
        "which is bigger, 10 or the square root of 99?",
        "is 5 > 3 > 1?",
        "how much bigger is 9.9 than 9.11?",
        "9,11 or 9,9, which is bigger?",
        "which is closer to 5, 3 or 9?",
        "what's the most popular movie, 21 or 300?",
        "who won, 3 or 4?",
        "page 3 or 4",
        "Which is the higher mountain: 8848 or 8611?",
        "Is 1/0 bigger than 1?",
        "Who is bigger, a cat or 2 dogs or 3 mice?",
    ],
)
def test_what_is_no_plain_comparison_is_left_alone(question: str):
    assert compare.work_out(question) is None


def test_the_trap_of_the_longer_decimal_is_named_and_drawn():
    thought = compare.work_out("Which is bigger, 9.11 or 9.9?")
    assert thought is not None
    assert "Let me line up the decimals: 9.11 and 9.90." in thought.text(Depth.RESULTS)
    assert "Careful" in thought.text(Depth.STEPS)
    assert "Then the tenths: 1 against 9." in thought.text(Depth.STEPS)
    assert "9.11 − 9.9 = −0.79" in thought.text(Depth.CHECKED)
    assert "9.11 − 9.9" not in thought.text(Depth.STEPS)
    assert "| 9.9 | 9 | 9 | 0 |" in thought.answer
