"""Through the calendar step by step: the time between two days, and a day some time away from another."""

from __future__ import annotations

import calendar
from contextlib import suppress
from datetime import date, timedelta
from enum import StrEnum

from chatroom.demo.skills.date_reading import MONTHS, WEEKDAYS, written_day, written_full
from chatroom.demo.skills.thought import Step, Thought, check, spelt_out
from chatroom.demo.skills.weekdays import old_calendar, zeller
from chatroom.demo.skills.wording import several, table

_MAX_ROWS = 13  # a year of months, both ends


class Unit(StrEnum):
    """A length of time, in words."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


def between(start: date, end: date, unit: Unit, about: str) -> Thought:
    """Count from one day to another, the first not counted. `about` is what was asked, after "asks"."""
    if start > end:
        start, end = end, start
    days = (end - start).days
    steps = [Step(f"The user asks {about}. So I count from {written_day(start)} to {written_day(end)}.")]
    result = several(days, "day")
    rows = _segments(start, end)
    if unit in (Unit.DAY, Unit.WEEK):
        if len(rows) > 1:
            spelt = "; ".join(f"{name}: {count}" for name, count in rows)
            steps.append(spelt_out(f"In pieces: {spelt}."))
            steps.append(
                spelt_out(f"{' + '.join(str(count) for _, count in rows)} = {sum(count for _, count in rows)}.")
            )
        steps.append(Step(f"That makes {several(days, 'day')}; the first day itself is not counted."))
        steps.append(
            check(
                "Another way: number all days from 1 January of the year 1. "
                f"{written_day(end)} is day {end.toordinal()}, {written_day(start)} is day {start.toordinal()}, and "
                f"{end.toordinal()} − {start.toordinal()} = {end.toordinal() - start.toordinal()}."
            )
        )
    if unit is Unit.WEEK or (unit is Unit.DAY and days >= 14):
        weeks, rest = divmod(days, 7)
        in_weeks = several(weeks, "week") + (f" and {several(rest, 'day')}" if rest else "")
        steps.append(Step(f"{days} = 7 × {weeks} + {rest}, so {in_weeks}."))
        if unit is Unit.WEEK:
            result = in_weeks
    if unit in (Unit.MONTH, Unit.YEAR):
        result = _complete(start, end, unit, steps)
    steps.append(Step(f"So the answer is {result}."))
    summary = (
        f"**Counting**\n\nFrom {written_day(start)} to {written_day(end)}, the first day not counted.",
        f"**Adding up**\n\nIt comes to {result}.",
    )
    answer = f"From {written_full(start)} to {written_full(end)}: **{result}**."
    if unit is Unit.DAY and 2 <= len(rows) <= _MAX_ROWS:
        answer += "\n\n" + table(["piece", "days"], [[name, str(count)] for name, count in rows])
    return Thought(tuple(steps), summary, answer + old_calendar(start))


def _segments(start: date, end: date) -> list[tuple[str, int]]:
    """Cut the time into what is left of the first month or year, whole ones, and the start of the last."""
    rows: list[tuple[str, int]] = []
    if start.year != end.year:
        rows.append((f"rest of {start.year}", (date(start.year, 12, 31) - start).days))
        if whole := end.year - start.year - 1:
            leap = calendar.leapdays(start.year + 1, end.year)
            name = several(whole, "whole year") + (f" with {several(leap, 'leap day')}" if leap else "")
            rows.append((name, whole * 365 + leap))
        rows.append((f"{end.year} up to {end.day} {MONTHS[end.month - 1]}", end.timetuple().tm_yday))
    elif start.month != end.month:
        rows.append((f"rest of {MONTHS[start.month - 1]}", calendar.monthrange(start.year, start.month)[1] - start.day))
        rows += [
            (MONTHS[month - 1], calendar.monthrange(start.year, month)[1])
            for month in range(start.month + 1, end.month)
        ]
        rows.append((f"{MONTHS[end.month - 1]} up to day {end.day}", end.day))
    return [row for row in rows if row[1]]


def _complete(start: date, end: date, unit: Unit, steps: list[Step]) -> str:
    """Count complete months or years, and the days after the last of them."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if shifted_day(start, months, Unit.MONTH) > end:
        months -= 1
    count = months // 12 if unit is Unit.YEAR else months
    reached = shifted_day(start, count, unit)
    rest = (end - reached).days
    steps.append(Step(f"{several(count, f'complete {unit}')} lead to {written_day(reached)}."))
    steps.append(spelt_out(f"From there to {written_day(end)} it is {several(rest, 'day')}."))
    with suppress(OverflowError):
        beyond = shifted_day(start, count + 1, unit)
        steps.append(check(f"One {unit} more would lead to {written_day(beyond)}, which is too far."))
    return several(count, unit) + (f" and {several(rest, 'day')}" if rest else "")


def shifted_day(start: date, count: int, unit: Unit) -> date:
    """Return the day so many units after `start`; a month that is too short gives its last day.

    Raises `OverflowError` outside the years 1 to 9999.
    """
    if unit in (Unit.DAY, Unit.WEEK):
        return start + timedelta(count * (7 if unit is Unit.WEEK else 1))
    months = start.year * 12 + start.month - 1 + count * (12 if unit is Unit.YEAR else 1)
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError("year out of range")
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def shifted(start: date, count: int, unit: Unit, *, from_today: bool) -> Thought:
    """Find the day `count` units after `start`, before it for a negative count. Raises as `shifted_day`."""
    end = shifted_day(start, count, unit)
    size = several(abs(count), unit)
    name = f"today, {written_full(start)}" if from_today else written_full(start)
    way = "after" if count >= 0 else "before"
    steps = [Step(f"The user asks which day is {size} {way} {name}.")]
    if unit in (Unit.DAY, Unit.WEEK):
        steps += _counted_on(start, end)
    elif end.day != start.day:
        steps.append(Step(f"That month has no day {start.day}, so I take its last day."))
    steps += [check(zeller(end)), Step(f"That is {written_full(end)}.")]
    summary = (f"**Walking through the calendar**\n\n{size} {way} {written_day(start)} comes {written_full(end)}.",)
    lead = f"{size} {way} {'today (' + written_day(start) + ')' if from_today else written_day(start)}"
    return Thought(tuple(steps), summary, f"{lead[0].upper()}{lead[1:]} it is **{written_full(end)}**.")


def _counted_on(start: date, end: date) -> list[Step]:
    """Walk from `start` to `end`, in either direction, and check by the number of the day."""
    days = abs((end - start).days)
    steps = []
    rows = _segments(*sorted((start, end)))
    if 1 < len(rows) <= _MAX_ROWS:
        pieces = "; ".join(f"{piece}: {part}" for piece, part in rows)
        steps.append(spelt_out(f"Through the calendar: {pieces}. That makes {sum(part for _, part in rows)}."))
    weeks, rest = divmod(days, 7)
    way, sign = ("on", "+") if end >= start else ("back", "−")
    steps.append(
        spelt_out(
            f"For the day of the week only the remainder matters: {days} = 7 × {weeks} + {rest}, so "
            f"{several(rest, 'day')} {way} from {WEEKDAYS[start.weekday()]}."
        )
    )
    steps.append(
        check(
            "Another way: number all days from 1 January of the year 1. "
            f"{written_day(start)} is day {start.toordinal()}, and "
            f"{start.toordinal()} {sign} {days} = {end.toordinal()}, which is {written_day(end)}."
        )
    )
    return steps
