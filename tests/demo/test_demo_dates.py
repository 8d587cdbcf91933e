"""Dates: checked against `datetime`."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.demo.skills import dates
from chatroom.demo.skills.thought import Depth, Thought

TODAY = date(2025, 11, 21)

_dates = st.dates(date(1600, 1, 1), date(2400, 12, 31))
_formats = st.sampled_from(
    ["{0:%Y-%m-%d}", "{1} {0:%B} {0:%Y}", "{0:%B} {1}, {0:%Y}", "{1}.{0:%m}.{0:%Y}", "the {1}th of {0:%b} {0:%Y}"]
)


def asked(question: str, today: date = TODAY) -> Thought:
    thought = dates.work_out(question, today)
    assert thought is not None, question
    return thought


def bold_in(thought: Thought) -> str:
    found = re.search(r"\*\*(.+?)\*\*", thought.answer)
    assert found, thought.answer
    return found[1]


@given(
    _dates, _formats, st.sampled_from(["what day of the week was {}?", "On which day did {} fall?", "What day is {}"])
)
def test_the_day_of_the_week_is_that_of_the_calendar(day: date, form: str, question: str):
    thought = asked(question.format(form.format(day, day.day)))
    assert bold_in(thought) == f"{day:%A}"
    text = thought.text(Depth.CHECKED)
    assert "does not fit" not in text
    offset = abs((day - date(2000, 1, 1)).days)
    assert f"{offset} = 7 × {offset // 7} + {offset % 7}," in text
    counted = re.search(r": (\d+) × 365 = (\d+) days, and (\d+) leap days?, together (\d+)\.", text)
    if counted:
        years, in_years, leap_days, together = map(int, counted.groups())
        assert years * 365 == in_years
        assert in_years + leap_days == together == abs((date(day.year, 1, 1) - date(2000, 1, 1)).days)


@given(_dates, _dates, _formats)
def test_the_days_between_two_dates_are_counted(one: date, two: date, form: str):
    question = f"How many days are there between {form.format(one, one.day)} and {form.format(two, two.day)}?"
    days = abs((two - one).days)
    thought = asked(question)
    assert bold_in(thought) == f"{days} day{'s' * (days != 1)}"
    pieces = re.search(r"^([0-9 +]+) = ([0-9]+)\.$", thought.text(Depth.STEPS), re.MULTILINE)
    if pieces:
        assert sum(map(int, pieces[1].split(" + "))) == int(pieces[2]) == days


@given(_dates, st.integers(0, 99_999), st.sampled_from(["days", "weeks"]))
def test_a_day_some_time_away_is_found(start: date, count: int, unit: str):
    length = timedelta(count * (7 if unit == "weeks" else 1))
    later = bold_in(asked(f"what date is {count} {unit} after {start}?"))
    if start + length <= date(9999, 12, 31):
        end = start + length
        assert later == f"{end:%A}, {end.day} {end:%B} {end.year}"


@given(st.integers(0, 3000))
def test_days_from_today_are_counted_from_the_day_that_is_given(count: int):
    end = TODAY + timedelta(count)
    for question in (f"what day will it be in {count} days?", f"What is the date {count} days from now?"):
        assert bold_in(asked(question)) == f"{end:%A}, {end.day} {end:%B} {end.year}"
    past = TODAY - timedelta(count)
    assert bold_in(asked(f"what day was it {count} days ago?")) == f"{past:%A}, {past.day} {past:%B} {past.year}"


@given(_dates, st.integers(0, 500))
def test_months_end_on_the_last_day_of_a_month_that_is_too_short(start: date, count: int):
    total = start.year * 12 + start.month - 1 + count
    year, month = total // 12, total % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    assert f" {day} {calendar.month_name[month]} {year}" in bold_in(asked(f"what date is {count} months after {start}"))


@given(st.integers(1000, 2025), st.integers(0, 1500))
def test_a_claim_about_a_year_is_confirmed_exactly_when_it_is_true(year: int, years: int):
    thought = asked(f"was {year} {years} years ago?")
    assert thought.answer.startswith("**Yes**" if TODAY.year - year == years else "**No**")
    assert f"{TODAY.year} − {year} = {TODAY.year - year}" in thought.answer


@given(_dates, st.integers(0, 100), st.integers(-3, 3))
def test_complete_years_are_counted_as_birthdays_are(one: date, apart: int, days: int):
    start, end = sorted((one, one + timedelta(round(apart * 365.2425) + days)))
    years = end.year - start.year - ((end.month, end.day) < (start.month, start.day))
    if (start.month, start.day) == (2, 29) and (end.month, end.day) == (2, 28) and not calendar.isleap(end.year):
        years += 1  # the year is complete on the last day of February
    assert bold_in(asked(f"how many years from {start} to {end}")).startswith(f"{years} year")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Was 1995 thirty years ago?", "**Yes**: 1995 was **30 years ago**. It is 2025 now, and 2025 − 1995 = 30."),
        ("wasn't 1995 twenty years ago?", "**No**: 1995 was **30 years ago**. It is 2025 now, and 2025 − 1995 = 30."),
        ("1995 was 30 years ago, right?", "**Yes**: 1995 was **30 years ago**. It is 2025 now, and 2025 − 1995 = 30."),
        ("How long ago was 1969", "1969 was **56 years ago**. It is 2025 now, and 2025 − 1969 = 56."),
        ("how many years until 2030?", "2030 is **5 years ahead**. It is 2025 now, and 2030 − 2025 = 5."),
        ("How many days until Christmas?", "From Friday, 21 November 2025 to Thursday, 25 December 2025: **34 days**."),
        ("days till new year's eve", "From Friday, 21 November 2025 to Wednesday, 31 December 2025: **40 days**."),
        (
            "how many weeks until 1 Jan 2026",
            "From Friday, 21 November 2025 to Thursday, 1 January 2026: **5 weeks and 6 days**.",
        ),
        (
            "how many years between 1995 and 2025?",
            "From Sunday, 1 January 1995 to Wednesday, 1 January 2025: **30 years**.",
        ),
        (
            "days between 3 March 2024 and 1 May 2024",
            "From Sunday, 3 March 2024 to Wednesday, 1 May 2024: **59 days**.",
        ),
        (
            "how long ago was 5 May 2020?",
            "From Tuesday, 5 May 2020 to Friday, 21 November 2025: **5 years and 200 days**.",
        ),
        (
            "how many days from 1 Nov to 24 Dec",
            "From Saturday, 1 November 2025 to Wednesday, 24 December 2025: **53 days**.",
        ),
        (
            "How old is someone born in 1990?",
            "**35** if this year's birthday has passed, **34** if it is still to come.",
        ),
        (
            "I was born in 1990, how old am I?",
            "**35** if this year's birthday has passed, **34** if it is still to come.",
        ),
        ("what day is it today?", "By the clock of this computer it is **Friday, 21 November 2025**."),
        ("What's today's date?", "By the clock of this computer it is **Friday, 21 November 2025**."),
        ("what day is tomorrow", "22 November 2025 will be a **Saturday**."),
        ("was yesterday a Thursday?", "**Yes**: 20 November 2025 was a Thursday."),
        ("is 2024-05-01 a Monday?", "**No**: 1 May 2024 was a Wednesday."),
        ("If today is Tuesday, what day will it be in 100 days?", "It is a **Thursday**: 100 = 7 × 14 + 2."),
        ("what day was 13/06/2020?", "13 June 2020 was a **Saturday**."),
    ],
)
def test_dates_are_asked_for_in_many_ways(question: str, answer: str):
    assert asked(question).answer.split("\n")[0] == answer


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("what day was 05/06/2020?", "can be read as 5 June 2020 or as 6 May 2020"),
        ("what day of the week was 30 February 2024", "February 2024 has 29 days"),
        ("how many days until 31 April", "There is no 31 April in any year"),
        ("what day was 2024-13-01", "There is no month 13"),
        ("what day will it be in 999999 weeks?", "years 1 to 9999"),
    ],
)
def test_a_date_that_is_none_or_could_be_two_is_not_guessed(question: str, reason: str):
    assert reason in asked(question).answer


@pytest.mark.parametrize(
    "question",
    [
        "",
        "what happened in 1995, thirty years ago?",
        "Did world war 2 end in 1945?",
        "how many working days between 1 May 2024 and 3 June 2024",
        "when is easter 2026",
        "how many years did the war from 1914 to 1918 last",
        "How old is the universe?",
        "what day is my birthday",
        "2025-11-21",
        "Was Napoleon 30 years old in 1799?",
        "what time is it?",
    ],
)
def test_what_asks_for_no_date_is_left_alone(question: str):
    assert dates.work_out(question, TODAY) is None


def test_29_february_comes_round_in_leap_years_only():
    assert "29 February 2028" in asked("how many days until 29 February?").answer


def test_days_before_the_gregorian_calendar_are_marked():
    assert "October 1582" in asked("what day of the week was 1 May 1500").answer
    assert "October 1582" not in asked("what day of the week was 1 May 1600").answer


def test_the_last_day_of_the_calendar_is_still_a_day():
    assert bold_in(asked("what day of the week is 31 December 9999?", date(9999, 12, 31))) == "Friday"
    assert bold_in(asked("how many years from 1 January 2025 to 31 December 9999")) == "7974 years and 364 days"
    assert "years 1 to 9999" in asked("what date is tomorrow", date(9999, 12, 31)).answer
