"""From which day to which, as an address says it: `days=30`, or `from=2026-01-01&to=2026-03-31`. Days are UTC. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from urllib.parse import urlencode

USUAL_DAYS = 30
MOST_DAYS = 3660
PRESETS = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "A year"))

# So many days stand day by day on a chart, so many week by week; more, month by month.
DAYS_BY_DAY = 92
DAYS_BY_WEEK = 400

DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1)
ONE_DAY = timedelta(days=1)


class BadRange(ValueError):
    """What was asked for is no range of days; it says why, to a person."""


@dataclass(frozen=True, slots=True)
class Range:
    """Days of UTC, both ends among them."""

    first: date
    last: date
    # As it was asked for, where it goes back from today.
    days_back: int | None = None

    @property
    def days(self) -> int:
        """How many there are."""
        return (self.last - self.first).days + 1

    @property
    def milliseconds(self) -> tuple[int, int]:
        """From when until before when it goes, in milliseconds since the epoch."""
        return (self.first - _EPOCH).days * DAY_MS, ((self.last - _EPOCH).days + 1) * DAY_MS

    @property
    def query(self) -> str:
        """The same range, for an address."""
        if self.days_back is not None:
            return urlencode({"days": self.days_back})
        return urlencode({"from": self.first.isoformat(), "to": self.last.isoformat()})

    @property
    def grain(self) -> str:
        """What one bar of a chart stands for: `day`, `week`, `month`."""
        return "day" if self.days <= DAYS_BY_DAY else "week" if self.days <= DAYS_BY_WEEK else "month"

    @property
    def buckets(self) -> list[tuple[date, date]]:
        """First and last day of each bar. Weeks end with the range's last day; months are those of the calendar."""
        starts = list(self._starts())
        return [(start, after - ONE_DAY) for start, after in pairwise([*starts, self.last + ONE_DAY])]

    def _starts(self) -> Iterator[date]:
        if self.grain == "month":
            start = self.first
            while start <= self.last:
                yield start
                start = month_end(start) + ONE_DAY
            return
        length = 7 if self.grain == "week" else 1
        yield self.first
        rest = (self.days - 1) % length + 1
        for day in range(rest, self.days, length):
            yield self.first + timedelta(days=day)


def month_end(day: date) -> date:
    """The last day of the month in which a day lies."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - ONE_DAY


def today() -> date:
    """Now, as a day of UTC."""
    return datetime.now(UTC).date()


def range_from(query: Mapping[str, str], now: date) -> Range:
    """The range that an address asks for, the last thirty days where it asks for none; raises `BadRange`.

    What lies ahead is cut off: nothing has happened there yet.
    """
    first, last, days = (query.get(name, "").strip() for name in ("from", "to", "days"))
    if first or last:
        return _between(first, last, now)
    if not days:
        return last_days(USUAL_DAYS, now)
    if not (days.isascii() and days.isdigit() and len(days) < 6 and 1 <= int(days) <= MOST_DAYS):
        raise BadRange(f"“{days[:40]}” is no number of days: say one from 1 to {MOST_DAYS}.")
    return last_days(int(days), now)


def last_days(days: int, now: date) -> Range:
    """So many days, today the last of them."""
    return Range(now - timedelta(days=days - 1), now, days)


def _between(first: str, last: str, now: date) -> Range:
    if not first:
        raise BadRange("Say from which day on.")
    start, end = _day(first), min(_day(last) if last else now, now)
    if start > now:
        raise BadRange("That begins after today: there is nothing to tell yet.")
    if end < start:
        raise BadRange(f"The last day ({end}) comes before the first ({start}).")
    if (end - start).days >= MOST_DAYS:
        raise BadRange("That is longer than ten years; ask for less at a time.")
    return Range(start, end)


def _day(text: str) -> date:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise BadRange(f"“{text[:40]}” is no day: write it as 2026-01-31.") from None
    if day.year < 1970:
        raise BadRange(f"{text[:40]} is too long ago.")
    return day
