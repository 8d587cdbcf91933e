"""The day of the week: of a date, and some days after another one.

All in the Gregorian calendar, also for the centuries before it was introduced.
"""

from __future__ import annotations

import calendar
from datetime import date

from chatroom.demo.skills.date_reading import MONTHS, WEEKDAYS, written_day
from chatroom.demo.skills.thought import Step, Thought, check, spelt_out
from chatroom.demo.skills.wording import several

_ANCHOR = date(2000, 1, 1)  # a Saturday


def weekday(day: date, today: date, claimed: str | None = None) -> Thought:
    """Find the day of the week; answer yes or no where one is `claimed`."""
    name = WEEKDAYS[day.weekday()]
    be = "was" if day < today else "is" if day == today else "will be"
    steps = [
        Step(f"The user asks for the day of the week of {written_day(day)}."),
        *_from_anchor(day),
        check(zeller(day)),
        Step(f"So {written_day(day)} {be} a {name}."),
    ]
    summary = (
        f"**Counting from a known day**\n\nI know that {written_day(_ANCHOR)} was a Saturday and count the days from "
        f"there to {written_day(day)}.",
        f"**Taking out whole weeks**\n\nWhat is left after dividing by 7 leads to {name}.",
    )
    answer = f"{written_day(day)} {be} a **{name}**."
    if claimed is not None:
        answer = f"**{'Yes' if claimed == name else 'No'}**: {written_day(day)} {be} a {name}."
    return Thought(tuple(steps), summary, answer + old_calendar(day))


def _from_anchor(day: date) -> list[Step]:
    years = abs(day.year - _ANCHOR.year)
    leap_days = calendar.leapdays(*sorted((day.year, _ANCHOR.year)))
    to_year = years * 365 + leap_days
    within = (day - date(day.year, 1, 1)).days
    offset = (day - _ANCHOR).days
    steps = [Step(f"I know that {written_day(_ANCHOR)} was a Saturday, so I count the days from there.")]
    if years:
        direction = "forward" if offset > 0 else "back"
        steps.append(
            spelt_out(
                f"To 1 January {day.year} it is {several(years, 'year')} {direction}: {years} × 365 = {years * 365} "
                f"days, and {several(leap_days, 'leap day')}, together {to_year}."
            )
        )
    if within:
        sign = "more" if offset >= 0 else "fewer, as it lies later in its year"
        steps.append(
            spelt_out(
                f"From there to {day.day} {MONTHS[day.month - 1]} it is {several(within, 'day')} {sign}: {abs(offset)}."
            )
        )
    weeks, rest = divmod(abs(offset), 7)
    where = "later" if offset >= 0 else "earlier"
    lands = f"{several(rest, 'day')} {where} in the week than Saturday" if rest else "a Saturday again"
    steps.append(Step(f"{abs(offset)} = 7 × {weeks} + {rest}, so it is {lands}: {WEEKDAYS[day.weekday()]}."))
    return steps


def zeller(day: date) -> str:
    """Return the day of the week by Zeller's congruence for the Gregorian calendar (Zeller 1883); in words."""
    month, year = (day.month, day.year) if day.month > 2 else (day.month + 12, day.year - 1)
    century, rest = divmod(year, 100)
    terms = (day.day, 13 * (month + 1) // 5, rest, rest // 4, century // 4, 5 * century)
    total = sum(terms)
    name = WEEKDAYS[(total + 5) % 7]
    agrees = "the same" if name == WEEKDAYS[day.weekday()] else "which does not fit"
    return (
        f"Another way is Zeller's formula: {' + '.join(map(str, terms))} = {total}, and {total} divided by 7 leaves "
        f"{total % 7}. Counting from Saturday as 0 that is {name}: {agrees}."
    )


def old_calendar(day: date) -> str:
    """Return a remark for days before the Gregorian calendar, "" for others."""
    if day >= date(1582, 10, 15):
        return ""
    return "\n\n*Counted in the Gregorian calendar, which was introduced only in October 1582.*"


def weekday_later(name: str, count: int) -> Thought:
    """Find the day of the week `count` days after a day of that `name`, before it for a negative count."""
    start = WEEKDAYS.index(name)
    end = WEEKDAYS[(start + count) % 7]
    weeks, rest = divmod(abs(count), 7)
    way = "after" if count >= 0 else "before"
    steps = (
        Step(f"The user asks which day of the week is {several(abs(count), 'day')} {way} a {name}."),
        Step(f"After every 7 days it is {name} again. {abs(count)} = 7 × {weeks} + {rest}, so only {rest} matter."),
        check(f"Those 7 × {weeks} = {weeks * 7} days change nothing, and {abs(count)} − {weeks * 7} = {rest}."),
        Step(f"{several(rest, 'day')} {way} {name} is {end}."),
    )
    summary = (f"**Taking out whole weeks**\n\n{abs(count)} days are {weeks} weeks and {several(rest, 'day')}.",)
    return Thought(steps, summary, f"It is a **{end}**: {abs(count)} = 7 × {weeks} + {rest}.")
