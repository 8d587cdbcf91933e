"""Numbers as words: for people, in few digits, and never 0 for what is not known."""

from __future__ import annotations

from datetime import date

from chatroom.activity.figures import Figures
from chatroom.ledger.facts import BILLION
from chatroom.ledger.models import Measure
from chatroom.ledger.sums import SHARE_STEP

UNKNOWN = "unknown"
NONE = "–"
_SCALES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def count(number: float) -> str:
    """With thin spaces: `1 234 567`."""
    return f"{number:,.0f}".replace(",", "\u202f")


def short(number: float) -> str:
    """In three digits: `1.23 M`; below a thousand as it is."""
    for size, letter in _SCALES:
        if number >= size * 0.9995:
            return f"{three_digits(number / size)}\u202f{letter}"
    return f"{number:.0f}"


def three_digits(number: float) -> str:
    """`1.23`, `12.3`, `123`."""
    return f"{number:.2f}" if number < 9.995 else f"{number:.1f}" if number < 99.95 else f"{number:.0f}"


def about(number: float) -> str:
    """In three digits however small: `0.0472`, `4.72`, `472`."""
    return f"{number:.3g}" if number < 999.5 else count(number)


def money(billionths: int) -> str:
    """US dollars from billionths of them, with as many digits as tell something."""
    dollars = billionths / BILLION
    if dollars == 0:
        return "$0"
    if dollars >= 1000:
        return f"${count(dollars)}"
    return f"${dollars:.2f}" if dollars >= 1 else f"${dollars:.4f}" if dollars >= 0.001 else f"${dollars:.2g}"


def per_cent(share: float | None) -> str:
    """A share (0 to 1)."""
    return UNKNOWN if share is None else f"{100 * share:.0f}\u202f%"


def seconds(ms: float) -> str:
    """Milliseconds as seconds or minutes."""
    if ms < 99_950:
        return f"{ms / 1000:.2f}\u202fs" if ms < 9_995 else f"{ms / 1000:.1f}\u202fs"
    minutes, rest = divmod(round(ms / 1000), 60)
    return f"{minutes}\u202fmin {rest}\u202fs"


def value(measure: int, number: float, exact: bool = True) -> str:
    """A value of a measure; read from steps it is the step of a share, else about so much."""
    if measure == Measure.SHARE:
        half = SHARE_STEP / 2
        if exact or number + half > 1000:
            return f"{number / 10:.0f}\u202f%"
        return f"{(number - half) / 10:.0f}–{(number + half) / 10:.0f}\u202f%"
    if measure == Measure.SPEED:
        return three_digits(number) if exact else f"≈\u202f{about(number)}"
    return seconds(number) if exact else f"≈\u202f{about(number / 1000)}\u202fs"


def of_known(amount: int, known: int, of: int) -> str:
    """A sum: a count, or `unknown` where it goes over none of `of` replies; – where there are no replies."""
    if not of:
        return NONE
    return count(amount) if known else UNKNOWN


def partly(known: int, of: int) -> str:
    """Over how many it goes, where not over all: `of 306 replies; unknown for 14`."""
    if not known or known >= of:
        return ""
    return f"of {replies(known)}; unknown for {count(of - known)}"


def replies(number: int) -> str:
    """`1 reply`, `12 replies`."""
    return "1 reply" if number == 1 else f"{count(number)} replies"


def cost(figures: Figures) -> str:
    """All of it that is known, with ≈ where some was computed."""
    if not figures.runs:
        return NONE
    if figures.cost is None:
        return UNKNOWN
    return f"≈\u202f{money(figures.cost)}" if figures.cost_computed else money(figures.cost)


def cost_origin(figures: Figures) -> str:
    """Which of it is reported, computed, unknown: in a sentence without a full stop."""
    if figures.cost is None:
        return f"unknown for all {replies(figures.runs)}" if figures.runs > 1 else ""
    if not figures.costs_computed:
        said = "as reported"
    elif not figures.costs_reported:
        said = "computed from prices; none was reported"
    else:
        said = f"of which {money(figures.cost_computed)} computed from prices"
    missing = figures.runs - figures.costs
    return f"{said}; unknown for {count(missing)} of {replies(figures.runs)}" if missing else said


def failures(figures: Figures) -> str:
    """`12 failed, 3 stopped, 1 interrupted`; empty where all came to their end."""
    told = ((figures.failed, "failed"), (figures.stopped, "stopped"), (figures.interrupted, "interrupted"))
    return ", ".join(f"{count(number)} {what}" for number, what in told if number)


def day(one: date) -> str:
    """`3 March 2026`."""
    return f"{one.day} {one:%B %Y}"


def days(first: date, last: date) -> str:
    """`3 – 9 March 2026`, with as much said twice as is needed."""
    if first == last:
        return day(first)
    if first.year != last.year:
        return f"{day(first)} – {day(last)}"
    if first.month != last.month:
        return f"{first.day} {first:%B} – {day(last)}"
    return f"{first.day} – {day(last)}"


def few(first: date, last: date, grain: str) -> str:
    """The same in a narrow place: `3 Mar`, `Mar 2026`."""
    if grain == "month":
        return f"{first:%b %Y}"
    return f"{first.day} {first:%b}"


def axis_count(number: float) -> str:
    """A round number along an axis: `40 k`."""
    for size, letter in _SCALES:
        if number >= size:
            return f"{number / size:g}\u202f{letter}"
    return f"{number:g}"


def axis_money(billionths: float) -> str:
    """Round US dollars along an axis, from billionths of them."""
    dollars = billionths / BILLION
    return f"${axis_count(dollars)}" if dollars >= 1 else "$" + f"{dollars:.10f}".rstrip("0")


def tick(measure: int, number: float) -> str:
    """A value along an axis: without digits that say nothing."""
    if measure == Measure.SHARE:
        return f"{number / 10:g}\u202f%"
    return f"{number:g}" if measure == Measure.SPEED else f"{number / 1000:g}\u202fs"
