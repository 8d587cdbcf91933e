"""Sums: the results are checked against Python's own fractions, computed along with the text."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.demo.skills import arithmetic
from chatroom.demo.skills.expressions import MAX_RESULT_DIGITS, MAX_TOKENS, UnworkableError, evaluate, parse
from chatroom.demo.skills.reductions import written
from chatroom.demo.skills.thought import Depth

Sum = tuple[str, Fraction | None]  # as typed, and its value; None where a division by zero is in it


def _joined(sign: str, one: Sum, two: Sum) -> Sum:
    text = f"({one[0]}) {sign} ({two[0]})"
    if one[1] is None or two[1] is None or (sign == "/" and two[1] == 0):
        return text, None
    value = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
    }[sign](one[1], two[1])
    return text, value


_numbers = st.integers(0, 999).map(lambda n: (str(n), Fraction(n)))
_decimals = st.decimals(0, 99, places=2, allow_nan=False).map(lambda d: (f"{d:f}", Fraction(d)))
_sums = st.recursive(
    _numbers | _decimals,
    lambda inner: (
        st.builds(_joined, st.sampled_from("+-*/"), inner, inner)
        | inner.map(lambda one: (f"-({one[0]})", None if one[1] is None else -one[1]))
    ),
    max_leaves=6,
)
_TYPED = str.maketrans("−×÷", "-*/")
_operations = st.builds(_joined, st.sampled_from("+-*/"), _sums, _sums)


def result_of(question: str) -> Fraction:
    thought = arithmetic.work_out(question)
    assert thought is not None, question
    bold = re.search(r"= \*\*(.+?)\*\*", thought.answer)
    assert bold, thought.answer
    return Fraction(bold[1].replace("−", "-"))


@given(_operations)
def test_a_sum_comes_to_what_fractions_say(sum_: Sum):
    text, value = sum_
    if value is None:
        thought = arithmetic.work_out(f"What is {text}?")
        assert thought is not None
        assert "has no value" in thought.answer
    else:
        assert result_of(f"What is {text}?") == value


@given(_sums)
def test_an_expression_written_with_fewer_brackets_has_the_same_value(sum_: Sum):
    text, value = sum_
    again = parse(written(parse(text).expression).translate(_TYPED)).expression
    if value is None:
        with pytest.raises(UnworkableError):
            evaluate(again)
    else:
        assert evaluate(again) == value


@pytest.mark.parametrize(
    "text",
    [
        "(−2)^2",
        "−2^2",
        "(2^3)^2",
        "2^3^2",
        "2 − (3 − 4)",
        "2 − 3 − 4",
        "8 ÷ (4 ÷ 2)",
        "3 × (−4)",
        "−(2 + 3)",
        "2 − (−3)^2",
    ],
)
def test_brackets_are_written_where_they_are_needed(text: str):
    assert written(parse(text.translate(_TYPED)).expression) == text


@given(st.lists(st.integers(-99, 99), min_size=2, max_size=8), st.data())
def test_precedence_is_pythons(numbers: list[int], data: st.DataObject):
    signs = [data.draw(st.sampled_from(["+", "-", "*"])) for _ in numbers[1:]]
    text = str(numbers[0]) + "".join(f" {sign} {number}" for sign, number in zip(signs, numbers[1:], strict=True))
    assert result_of(f"calculate {text}") == eval(text)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("What is 2 + 3 * 4 - 5?", "9"),
        ("what's 17×23", "391"),
        ("WHATS 8 X 7", "56"),
        ("12 × (3 + 4) − 5 =", "79"),
        ("2 + 2 = ?", "4"),
        ("calculate 1,234.5 + 0.05", "1234.55"),
        ("Could you please work out 3 * (4 + [5 - 2]) step by step?", "21"),
        ("Hey! how much is 84 ÷ 4, please?", "21"),
        ("Can you tell me what 7*8 is? Thanks!", "56"),
        ("2^10", "1024"),
        ("2**10", "1024"),
        ("5²", "25"),
        ("10⁻²", "1/100"),
        ("2^3^2", "512"),
        ("-2^2", "-4"),
        ("(-2)^2", "4"),
        ("-5 - -3", "-2"),
        ("0.1 + 0.2", "3/10"),
        ("100 / 7", "100/7"),
        ("1/3 + 1/6", "1/2"),
        (".5 + .25", "3/4"),
        ("½ + 2¼", "11/4"),
        ("(1+2)(3+4)", "21"),
        ("2(3+4)", "14"),
        ("15% of 80", "12"),
        ("what is 20 percent of 50?", "10"),
        ("what is two plus two?", "4"),
        ("twenty-one times three hundred and five", "6405"),
        ("ten minus three", "7"),
        ("what is 5 squared plus 3 cubed", "52"),
        ("2 to the power of 5", "32"),
        ("what do you get if you multiply 3 by 4?", "12"),
        ("subtract 3 from 10", "7"),
        ("divide 10 by 4", "5/2"),
        ("add 3 to 4", "7"),
        ("the sum of 3, 4 and 5", "12"),
        ("What's the difference between 10 and 3?", "7"),
        ("half of 15", "15/2"),
        ("nine point one one plus one", "10.11"),
        ("1 + 2 is?", "3"),
    ],
)
def test_sums_are_understood_as_people_put_them(question: str, value: str):
    assert result_of(question) == Fraction(value)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "12345",
        "what is 2024-01-05",
        "what is 9/11?",
        "05/06/2020",
        "12-05-06",
        "007 + 1",
        "3 and 4",
        "what is 1,5 + 2,5",
        "1,00 + 1",
        "0.999... + 1",
        "What is - 5 + 3?",
        "100 + 10%",
        "20% off 50",
        "what is 5!",
        "17 mod 5",
        "sqrt(16)",
        "x + 3 = 5",
        "2 + 2 = 4",
        "(2 + 3",
        "2 + 3)",
        "2 +",
        "192.168.0.1",
        "1 + __import__('os').getpid()",
        "what is 10 miles per hour times 2 hours?",
        "١ + ٢",
        "+".join("1" for _ in range(MAX_TOKENS)),
        "1" * 40 + " + 1",
    ],
)
def test_what_is_no_plain_sum_is_left_alone(question: str):
    assert arithmetic.work_out(question) is None


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("5 / 0", "5 ÷ 0 has no value"),
        ("1 / (3 - 3)", "1 ÷ 0 has no value"),
        ("0 / 0", "every number, multiplied by 0"),
        ("0 ^ 0", "no value that everyone agrees on"),
        ("0 ^ -1", "division by 0"),
        ("2 ^ 0.5", "whole powers only"),
        ("9 ^ 9 ^ 9", f"more than {MAX_RESULT_DIGITS} digits"),
        ("0.001 ^ 99999999999", f"more than {MAX_RESULT_DIGITS} digits"),
        ("99999999999999999999 * " * 3 + "99999999999999999999", f"more than {MAX_RESULT_DIGITS} digits"),
    ],
)
def test_what_has_no_result_is_explained_rather_than_invented(question: str, reason: str):
    thought = arithmetic.work_out(question)
    assert thought is not None
    assert thought.answer.startswith("I cannot give a result")
    assert reason in thought.answer


def test_a_power_of_one_may_be_as_large_as_it_likes():
    assert result_of("(-1) ^ 99999999999999999999") == -1


def test_each_step_is_in_the_answer():
    thought = arithmetic.work_out("12 × (3 + 4) − 5")
    assert thought is not None
    assert "12 × (3 + 4) − 5\n= 12 × 7 − 5\n= 84 − 5\n= 79\n" in thought.answer


def test_a_disputed_way_of_writing_is_pointed_out():
    disputed, plain = arithmetic.work_out("6/2(1+2)"), arithmetic.work_out("2(1+2)/6")
    assert disputed is not None
    assert plain is not None
    assert "read in two ways" in disputed.answer
    assert "read in two ways" not in plain.answer
    assert result_of("6/2(1+2)") == 9


@given(_operations)
def test_the_check_always_agrees(sum_: Sum):
    thought = arithmetic.work_out(sum_[0])
    assert thought is not None
    assert "does not fit" not in thought.text(Depth.CHECKED)


def test_more_effort_spells_out_more():
    thought = arithmetic.work_out("What is 34 × 57 + 6?")
    assert thought is not None
    results, steps, checked = (thought.text(depth) for depth in Depth)
    assert "34 × 57 = 1938" in results
    assert "57 × 30 is 1710 and 57 × 4 is 228" in steps
    assert "57 × 30 is 1710" not in results
    assert "1938 ÷ 57 = 34" in checked
    assert "1938 ÷ 57" not in steps
