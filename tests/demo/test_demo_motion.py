"""Speed, distance and time, and conversions: checked against fractions."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.demo.skills import conversion, motion
from chatroom.demo.skills.thought import Depth

_amounts = st.integers(1, 5000)
_METRES = {"km": Fraction(1000), "m": Fraction(1), "miles": Fraction("1609.344"), "feet": Fraction("0.3048")}
_SECONDS = {"hours": 3600, "minutes": 60, "seconds": 1}


def answer_to(question: str) -> str:
    thought = motion.work_out(question)
    assert thought is not None, question
    assert "does not fit" not in thought.text(Depth.CHECKED)
    found = re.search(r"\*\*(.+?)\*\*", thought.answer)
    assert found
    return found[1]


def assert_shown(shown: str, value: Fraction, unit: str) -> None:
    """`shown` is `value`, exactly or to five digits."""
    number = Fraction(shown.removeprefix("about ").split(" ")[0])
    assert shown.endswith(unit)
    assert number == value if "about" not in shown else abs(number - value) <= abs(value) / 10**4


@given(_amounts, st.sampled_from(list(_METRES)), _amounts, st.sampled_from(list(_SECONDS)))
def test_a_speed_is_distance_over_time(distance: int, metres: str, time: int, seconds: str):
    shown = answer_to(f"A car covers {distance} {metres} in {time} {seconds}. How fast is it in km/h?")
    assert_shown(shown, distance * _METRES[metres] / (time * _SECONDS[seconds]) * Fraction("3.6"), "km/h")


@given(_amounts, _amounts, st.sampled_from(list(_SECONDS)))
def test_a_distance_is_speed_times_time(speed: int, time: int, seconds: str):
    shown = answer_to(f"How far does one get at {speed} km/h in {time} {seconds}?")
    assert_shown(shown, Fraction(speed * time * _SECONDS[seconds], 3600), "km")


@given(_amounts, _amounts)
def test_a_time_is_distance_over_speed(distance: int, speed: int):
    shown = answer_to(f"How many minutes does it take to go {distance} miles at {speed} mph?")
    assert_shown(shown, Fraction(distance * 60, speed), "min")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("A train covers 210 km in 90 minutes. How fast is it?", "140 km/h"),
        ("If I drive at 60 mph for 2.5 hours, how far do I go?", "150 miles"),
        ("how long does it take to travel 150 km at 100 km/h?", "1 h 30 min"),
        ("How long does it take to drive 300 miles at 60 miles an hour?", "5 h"),
        ("a car travels 90 km in an hour and a half. what is its average SPEED?", "60 km/h"),
        ("I go 5 km in half an hour, what's my speed?", "10 km/h"),
        ("a runner does 400 m in 50 seconds, what's the speed in km/h", "28.8 km/h"),
        ("Sound travels at 343 m/s. How far does it get in three seconds?", "1029 m"),
        ("how far do you get in two hours at 80 kilometres per hour", "160 km"),
        ("I walk 5 km/h for 45 min. How many km?", "3.75 km"),
        ("light travels 300,000 km/s. How long does it take for 150,000,000 km?", "8 min 20 s"),
        ("10 miles in 1h15, what speed in mph?", "8 mph"),
        ("How fast is a walker who does 9 km in 1 hour and 30 minutes?", "6 km/h"),
        ("how long does 150 km take at 40 mph?", "about 2 h 19 min 49 s"),
        ("A ship goes 12 knots for 3 hours. What distance is that in km?", "66.672 km"),
    ],
)
def test_journeys_are_understood_as_people_put_them(question: str, answer: str):
    assert answer_to(question) == answer


@pytest.mark.parametrize(
    "question",
    [
        "",
        "how fast is a cheetah?",
        "How fast can a cheetah run 100 m?",
        "A car goes 60 km/h for 2 hours, then 80 km/h for 1 hour. How far?",
        "Two trains 300 km apart go at 60 km/h. When do they meet?",
        "A train leaves at 3 pm at 60 km/h. How far does it get in 2 hours?",
        "I drove 60 km in 1 hour and back at another pace. How fast was I?",
        "A car goes 60 km/h and stops for 2 hours. How far does it get?",
        "A car uses 5 litres per 100 km. How far does it go with 20 litres?",
        "A car goes at 100 km/h for 2 hours.",
        "A car goes at 100 km/h for 2 hours. How fast is it?",
        "How long does it take for -5 km at 10 km/h?",
        "How far is 0.999... hours at 10 km/h?",
        "How fast is 10 km in 1 hour in miles?",
    ],
)
def test_what_is_no_plain_journey_is_left_alone(question: str):
    assert motion.work_out(question) is None


@pytest.mark.parametrize(
    "question", ["How fast is 10 km in 0 minutes?", "How long does it take to go 10 km at 0 km/h?"]
)
def test_nothing_is_divided_by_zero(question: str):
    thought = motion.work_out(question)
    assert thought is not None
    assert "nothing can be divided by 0" in thought.answer


def test_the_formula_is_shown_with_numbers_and_units():
    thought = motion.work_out("A train covers 210 km in 90 minutes. How fast is it?")
    assert thought is not None
    formula = r"$$v = \frac{d}{t} = \frac{210\ \text{km}}{1.5\ \text{h}} = 140\ \text{km/h}$$"
    assert thought.answer.endswith(formula)
    assert "1 h is 60 min, and 90 ÷ 60 = 1.5." in thought.text(Depth.RESULTS)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("convert 5 miles to km", "5 miles = **8.04672 km**"),
        ("What is 100 km/h in mph?", "100 km/h ≈ **62.137 mph**"),
        ("10 m/s in km/h", "10 m/s = **36 km/h**"),
        ("how many minutes are in 2.5 hours?", "2.5 h = **150 min**"),
        ("How many seconds are there in a day?", "1 day = **86400 s**"),
        ("how many feet in a mile", "1 mile = **5280 feet**"),
        ("how many m in 3 km", "3 km = **3000 m**"),
        ("how many minutes in an hour and a half", "1.5 h = **90 min**"),
    ],
)
def test_units_are_converted(question: str, answer: str):
    thought = conversion.work_out(question)
    assert thought is not None
    assert thought.answer.split("\n")[0] == answer
    assert "Right." in thought.text(Depth.CHECKED)


@pytest.mark.parametrize(
    "question", ["5 kg in pounds", "5 km in hours", "convert 5 miles", "100 USD in EUR", "how many m in km"]
)
def test_what_is_no_plain_conversion_is_left_alone(question: str):
    assert conversion.work_out(question) is None
