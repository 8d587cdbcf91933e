"""What needs no calendar but a clock: how long ago a year was, how old someone is, what day it is."""

from __future__ import annotations

from datetime import date

from chatroom.demo.skills.date_reading import written_day, written_full
from chatroom.demo.skills.thought import Step, Thought, check, spelt_out
from chatroom.demo.skills.wording import several


def years_apart(year: int, today: date, claimed: int | None = None) -> Thought:
    """Say how long ago a year was or how far ahead it is; answer yes or no where a number is `claimed`."""
    years = today.year - year
    size = several(abs(years), "year")
    where = f"{size} ago" if years >= 0 else f"{size} ahead"
    larger, smaller = max(year, today.year), min(year, today.year)
    asked = f"how far away the year {year} is" if claimed is None else f"whether {year} was {claimed} years ago"
    steps = [
        Step(f"The user asks {asked}. My clock says that it is {written_day(today)}."),
        Step(f"{larger} − {smaller} = {larger - smaller}."),
    ]
    if 2 <= abs(years) <= 120:
        decades, rest = divmod(abs(years), 10)
        steps.append(
            check(
                f"Counting up in tens from {smaller}: {several(decades, 'step')} reach {smaller + decades * 10}, "
                f"and {rest} more make {smaller + decades * 10 + rest}. That is {larger}, as it should be."
            )
        )
    if years > 0:
        steps.append(
            spelt_out(f"To the day it depends on the month: the end of {year} is nearer than its beginning by a year.")
        )
    steps.append(Step(f"So {year} {'was' if years > 0 else 'is'} {where if years else 'this very year'}."))
    summary = (f"**Subtracting years**\n\n{larger} − {smaller} = {larger - smaller}.",)
    fact = f"{year} {'was' if years > 0 else 'is'} **{where}**" if years else f"**{year} is this very year**"
    reckoning = f"It is {today.year} now, and {larger} − {smaller} = {larger - smaller}."
    if claimed is None:
        return Thought(tuple(steps), summary, f"{fact}. {reckoning}")
    verdict = "Yes" if claimed == years else "No"
    return Thought(tuple(steps), summary, f"**{verdict}**: {fact}. {reckoning}")


def age_by_year(year: int, today: date) -> Thought:
    """Say how old someone born in `year` is."""
    years = today.year - year
    steps = (
        Step(f"The user asks how old someone born in {year} is. My clock says that it is {written_day(today)}."),
        Step(f"{today.year} − {year} = {years}. That is reached on this year's birthday."),
        Step(f"Before the birthday it is one less, {max(years - 1, 0)}. I do not know the day, so I should give both."),
    )
    summary = (f"**Subtracting years**\n\n{today.year} − {year} = {years}, less one before the birthday.",)
    if not years:
        return Thought(steps, summary, "**0**: less than a year old.")
    return Thought(
        steps, summary, f"**{years}** if this year's birthday has passed, **{years - 1}** if it is still to come."
    )


def today_is(today: date) -> Thought:
    """Tell the date."""
    steps = (
        Step("The user wants to know the date. I cannot know it by thinking: I look at the clock of this computer."),
        Step(f"It says {written_full(today)}."),
    )
    summary = (f"**Looking at the clock**\n\nIt says {written_full(today)}.",)
    return Thought(steps, summary, f"By the clock of this computer it is **{written_full(today)}**.")


def unclear(reason: str) -> Thought:
    """Say why a date cannot be worked with."""
    steps = (
        Step(f"The user asks about a date. {reason}"),
        Step("I should not guess which day is meant, but say so."),
    )
    return Thought(steps, (f"**Reading the date**\n\n{reason}",), reason)
