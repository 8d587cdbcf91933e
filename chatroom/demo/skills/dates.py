"""Dates: "was 1995 thirty years ago?", "days between 3 March and 1 May 2024", "what day is in 100 days?"."""

from __future__ import annotations

import re
from datetime import date

from chatroom.demo.skills import spans, weekdays, years
from chatroom.demo.skills.date_reading import WEEKDAYS, Annual, Day, Mention, Unclear, Year, marked, written_day
from chatroom.demo.skills.reading import MARK, in_figures, only, plain, without_courtesies
from chatroom.demo.skills.spans import Unit
from chatroom.demo.skills.thought import Thought

_UNITS = r"(?P<unit>day|week|month|year)s?"
_N = r"(?P<n>[0-9]{1,6})"
_DAY_NAME = "|".join(WEEKDAYS).lower()
_IS = r"(?:is|was|were|are|will|would|did|does|do|be|it|there|been|have|has|passed|lie|gone by|left|remain(?:ing)?|now)"

_TODAY = re.compile(
    r"(?:what(?:'s| is)?|whats|which) (?:the |today's |is |current )*(?:date|day|day of the week|weekday|year)"
    r"(?: is it| it is| is)?(?: today| now| right now)?|what(?:'s| is) today"
)
_IF_TODAY_IS = re.compile(
    rf"(?:if )?(?:today|it) is (?:a )?(?P<day>{_DAY_NAME}),? (?:then )?(?:what|which) (?:day|weekday)(?: of the week)?"
    rf"(?: {_IS})* (?:in )?{_N} days(?: from (?:now|today)| later| (?P<ago>ago))?"
)
_CLAIM = re.compile(
    rf"(?:(?:was|is|were|wasn't|isn't|that|true|it|really) )*(?:in )?{MARK} "
    rf"(?:(?:was|is|really|already|actually|exactly) )*{_N} years ago|"
    rf"(?:has|is|was) it (?:really |already |been )*(?P<n2>[0-9]{{1,6}}) years (?:ago )?since {MARK}"
)
_AGO = re.compile(
    rf"how (?:many {_UNITS}|long) (?:ago )?(?:{_IS} )*(?:since |ago (?:{_IS} )*)?(?:in )?{MARK}(?: {_IS})*(?: ago)?"
)
_UNTIL = re.compile(
    rf"(?:how (?:many (?:more )?{_UNITS}|long)|(?P<bare>day|week|month|year)s)(?: {_IS})* "
    rf"(?:until|till|to|before|away is|off is) (?:it's |it is )?{MARK}(?: {_IS})*"
)
_BETWEEN = re.compile(
    rf"(?:(?:how (?:many {_UNITS}|long)|(?:what is |what's )?(?:the )?(?:number of )?(?P<bare>day|week|month|year)s|"
    rf"(?:what is |what's )?(?:the )?(?:time|difference))(?: {_IS})* (?:between|from) "
    rf"{MARK} (?:and|to|until|till) {MARK})(?: in (?P<in>day|week|month|year)s)?"
)
_AGE = re.compile(
    rf"how old (?:is|are|am|would|will) .{{0,60}}?born (?:in|on) {MARK}(?: {_IS}| {MARK})*|"
    rf".{{0,30}}born (?:in|on) {MARK}[,.;]? (?:and |so )?how old (?:am|is|are|would|will) "
    rf"(?:i|he|she|they|we|you)(?: {_IS}| {MARK})*"
)
_WORDS = rf"what|which|what's|on|day|weekday|of|the|week|in|a|date|that|fall|falls|happen|land|lands|comes?|name|{_IS}"
_WEEKDAY = only(_WORDS)
_IS_WEEKDAY = re.compile(rf"(?:is|was|will|did) {MARK} (?:be |fall |really )*(?:on )?(?:a )?(?P<day>{_DAY_NAME})")
_WHICH_DAY = rf"(?:(?:{_WORDS})(?![\w']) ?)*"
_SHIFT = re.compile(
    rf"{_WHICH_DAY}\b{_N} {_UNITS} (?P<way>from|after|before|ago|hence|later|prior to)(?: {MARK})?(?: {_IS})*"
)
_SHIFT_IN = re.compile(rf"{_WHICH_DAY}(?<=in ){_N} {_UNITS}(?: from {MARK})?(?: {_IS})*")


def work_out(question: str, today: date) -> Thought | None:
    """Answer a question about dates, if it is one. `today` is the current date."""
    text = without_courtesies(in_figures(plain(question).lower()))
    text = re.sub(r"[, ]*\b(?:right|correct|true|isn't it|is that right)$", "", text).rstrip(" ,?")
    if _TODAY.fullmatch(text):
        return years.today_is(today)
    if match := _IF_TODAY_IS.fullmatch(text):
        days = int(match["n"])
        return weekdays.weekday_later(match["day"].capitalize(), -days if match["ago"] else days)
    try:
        text, mentions = marked(text, today)
        return _with_one(text, mentions, today) or _with_two(text, mentions, today)
    except OverflowError:
        return years.unclear("That leads out of the years 1 to 9999, and I know the calendar only there.")


def _first_unclear(mentions: list[Mention]) -> Thought | None:
    return next((years.unclear(each.reason) for each in mentions if isinstance(each, Unclear)), None)


def _with_one(text: str, mentions: list[Mention], today: date) -> Thought | None:
    """Answer questions that name one date, or none and mean today."""
    if match := (_SHIFT.fullmatch(text) or _SHIFT_IN.fullmatch(text)):
        return _first_unclear(mentions) or _shifted(match, mentions, today)
    if not mentions or (len(mentions) > 1 and not _AGE.fullmatch(text)):
        return None
    mention = mentions[0]
    patterns = (_CLAIM, _AGO, _UNTIL, _AGE, _IS_WEEKDAY)
    found = next(((pattern, match) for pattern in patterns if (match := pattern.fullmatch(text))), None)
    if found is None:
        return _weekday(text, mention, today)
    if isinstance(mention, Unclear):
        return years.unclear(mention.reason)
    pattern, match = found
    if pattern is _CLAIM:
        return _claim(mention, int(match["n"] or match["n2"]), today)
    if pattern is _IS_WEEKDAY:
        return (
            None
            if isinstance(mention, Year)
            else weekdays.weekday(_in(mention, today), today, match["day"].capitalize())
        )
    if pattern is _AGE:
        return _age(mention, today)
    if isinstance(mention, Year) and (match["unit"] or "year") == "year":
        return years.years_apart(mention.year, today)
    unit = match["unit"] or match.groupdict().get("bare")
    return _from_today(mention, Unit(unit) if unit else None, today, ahead=pattern is _UNTIL)


def _from_today(mention: Day | Annual | Year, unit: Unit | None, today: date, *, ahead: bool) -> Thought:
    day = _in(mention, today, ahead=ahead)
    asked = "how long it is from today to" if day >= today else "how long ago was"
    return spans.between(today, day, unit or _natural(today, day), f"{asked} {written_day(day)}")


def _natural(one: date, two: date) -> Unit:
    """Days while they can be pictured, years beyond."""
    return Unit.DAY if abs((one - two).days) < 2 * 365 else Unit.YEAR


def _in(mention: Day | Annual | Year, today: date, *, ahead: bool | None = None) -> date:
    """Settle on one day: a day of every year is the next or the last one, or that of this year."""
    match mention:
        case Day(day):
            return day
        case Year(year):
            return date(year, 1, 1)
        case Annual():
            if ahead is None:
                return mention.in_year(today.year) or mention.next(today)
            return mention.next(today) if ahead else mention.last(today)


def _claim(mention: Day | Annual | Year, claimed: int, today: date) -> Thought | None:
    match mention:
        case Year(year):
            return years.years_apart(year, today, claimed)
        case Day(day) if day <= today:
            return spans.between(day, today, Unit.YEAR, f"whether {written_day(day)} was {claimed} years ago")
        case _:
            return None


def _age(mention: Day | Annual | Year, today: date) -> Thought | None:
    match mention:
        case Year(year) if year <= today.year:
            return years.age_by_year(year, today)
        case Day(day) if day <= today:
            return spans.between(day, today, Unit.YEAR, f"how old someone born on {written_day(day)} is")
        case _:
            return None


def _weekday(text: str, mention: Mention, today: date) -> Thought | None:
    asks = re.search(r"\b(?:what|which) (?:day|weekday|date)\b|\bday of the week\b|\bweekday\b", text)
    if not asks or not _WEEKDAY.fullmatch(text) or isinstance(mention, Year):
        return None
    if isinstance(mention, Unclear):
        return years.unclear(mention.reason)
    if mention == Day(today, relative=True):
        return years.today_is(today)
    return weekdays.weekday(_in(mention, today), today)


def _shifted(match: re.Match[str], mentions: list[Mention], today: date) -> Thought | None:
    way = match.groupdict().get("way")
    if (way in ("after", "before", "prior to", "from")) != bool(mentions) or len(mentions) > 1:
        return None
    mention = mentions[0] if mentions else Day(today, relative=True)
    if isinstance(mention, Year | Unclear):
        return None
    start = _in(mention, today)
    count = int(match["n"]) * (-1 if way in ("ago", "before", "prior to") else 1)
    return spans.shifted(start, count, Unit(match["unit"]), from_today=start == today)


def _with_two(text: str, mentions: list[Mention], today: date) -> Thought | None:
    match = _BETWEEN.fullmatch(text)
    if match is None or len(mentions) != 2:
        return None
    if trouble := _first_unclear(mentions):
        return trouble
    one, two = (each for each in mentions if not isinstance(each, Unclear))
    start = _in(one, today)
    end = _in(two, start, ahead=True) if isinstance(two, Annual) else _in(two, today)
    if isinstance(one, Annual) and isinstance(two, Day):
        start = one.last(end)  # "from 3 March to 1 May 2024"
    named = match["unit"] or match["bare"] or match["in"]
    unit = Unit(named) if named else _natural(start, end)
    about = f"for the time between {written_day(start)} and {written_day(end)}"
    return spans.between(start, end, unit, about)
