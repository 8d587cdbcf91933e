"""Dates as people write them → days, years, and days that come round every year."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from chatroom.demo.skills.reading import MARK

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    """One day. `relative` where it was named by its distance from today."""

    date: date
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Annual:
    """A day of every year, like 25 December."""

    month: int
    day: int

    def in_year(self, year: int) -> date | None:
        """Return that day of `year`, None for 29 February of a common year."""
        return date(year, self.month, self.day) if _exists(year, self.month, self.day) else None

    def next(self, today: date) -> date:
        """Return the next such day, today included."""
        days = (self.in_year(year) for year in range(today.year, today.year + 9))
        return next(day for day in days if day and day >= today)

    def last(self, today: date) -> date:
        """Return the last such day, today included."""
        days = (self.in_year(year) for year in range(today.year, today.year - 9, -1))
        return next(day for day in days if day and day <= today)


@dataclass(frozen=True, slots=True)
class Year:
    """A year without a day."""

    year: int


@dataclass(frozen=True, slots=True)
class Unclear:
    """Something that looks like a date and is none, or could be two. `reason` is a sentence."""

    reason: str


Mention: TypeAlias = Day | Annual | Year | Unclear

_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" if len(name) > 3 else name for name in MONTHS).lower()
_MONTH = _MONTH.replace("sep(?:tember)?", "sept?(?:ember)?")
_TH = r"(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"""
    (?<![\w./-])(?:the\ year\ )?(?:
      (?P<iso_y>[0-9]{{4}})-(?P<iso_m>[0-9]{{1,2}})-(?P<iso_d>[0-9]{{1,2}})
    | (?P<num_a>[0-9]{{1,2}})(?P<num_sign>[./])(?P<num_b>[0-9]{{1,2}})[./](?P<num_y>[0-9]{{4}})
    | (?:the\ )?(?P<dm_d>[0-9]{{1,2}}){_TH}(?:\ of)?\ (?P<dm_m>{_MONTH})\b\.?(?:,?\ (?:of\ )?(?P<dm_y>[0-9]{{4}}))?
    | (?P<md_m>{_MONTH})\b\.?\ (?:the\ )?(?P<md_d>[0-9]{{1,2}}){_TH}(?:,?\ (?:of\ )?(?P<md_y>[0-9]{{4}}))?
    | (?P<named>today|now|tomorrow|yesterday|christmas(?:\ eve|\ day)?|new\ year(?:'?s)?(?:\ (?P<eve>eve|day))?)
      (?:\ (?:of\ )?(?P<named_y>[0-9]{{4}}))?
    | (?P<year>[0-9]{{4}})(?!\ ?(?:days?|weeks?|months?|years?)\b)
    )(?![\w/-])(?!\.[0-9])
    """,
    re.VERBOSE,
)
_RELATIVE = {"today": 0, "now": 0, "tomorrow": 1, "yesterday": -1}


def marked(text: str, today: date) -> tuple[str, list[Mention]]:
    """Put a `MARK` in place of every date in plain lower-case `text`, and return the dates."""
    mentions: list[Mention] = []

    def mark(match: re.Match[str]) -> str:
        mentions.append(_mention(match, today))
        return MARK

    return _DATE.sub(mark, text.replace(MARK, "")), mentions


def _mention(match: re.Match[str], today: date) -> Mention:
    if match["iso_y"]:
        return _day(int(match["iso_y"]), int(match["iso_m"]), int(match["iso_d"]))
    if match["num_y"]:
        return _numeric(int(match["num_a"]), int(match["num_b"]), int(match["num_y"]), match["num_sign"])
    for form in ("dm", "md"):
        if match[f"{form}_d"]:
            month = next(at for at, name in enumerate(MONTHS, 1) if name.lower().startswith(match[f"{form}_m"][:3]))
            year, day = match[f"{form}_y"], int(match[f"{form}_d"])
            return _day(int(year), month, day) if year else _annual(month, day)
    if name := match["named"]:
        if name in _RELATIVE:
            return Day(today + timedelta(_RELATIVE[name]), relative=True)
        month, day = (12, 24 if name.endswith("eve") else 25) if name.startswith("christmas") else (1, 1)
        if match["eve"] == "eve":
            month, day = 12, 31
        return _day(int(match["named_y"]), month, day) if match["named_y"] else Annual(month, day)
    year = int(match["year"])
    return Year(year) if year >= 1 else Unclear("There is no year 0.")


def _numeric(a: int, b: int, year: int, sign: str) -> Mention:
    """1.2.2024 is the first of February; 1/2/2024 is that too, or the second of January."""
    if sign == "/" and a != b and a <= 12 and b <= 12 and a and b:
        one, two = written_day(date(year or 1, b, a)), written_day(date(year or 1, a, b))
        return Unclear(f"{a}/{b}/{year} can be read as {one} or as {two}. Write the month as a word, and I know which.")
    return _day(year, a, b) if sign == "/" and b > 12 else _day(year, b, a)


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _day(year: int, month: int, day: int) -> Mention:
    if _exists(year, month, day):
        return Day(date(year, month, day))
    if year < 1 or not 1 <= month <= 12:
        return Unclear(f"There is no month {month} in a year {year}.")
    last = calendar.monthrange(year, month)[1]
    return Unclear(f"{MONTHS[month - 1]} {year} has {last} days, so there is no {day} {MONTHS[month - 1]} {year}.")


def _annual(month: int, day: int) -> Mention:
    if _exists(2000, month, day):
        return Annual(month, day)
    return Unclear(f"There is no {day} {MONTHS[month - 1]} in any year.")


def written_day(day: date) -> str:
    """Write "4 July 1776"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def written_full(day: date) -> str:
    """Write "Thursday, 4 July 1776"."""
    return f"{WEEKDAYS[day.weekday()]}, {written_day(day)}"
