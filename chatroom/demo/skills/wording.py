"""Putting numbers and lists into words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

_MAX_DECIMALS = 30


def decimals_of(value: Fraction) -> int | None:
    """How many decimals write `value` exactly; None if no number of decimals does, or too many."""
    rest = value.denominator
    twos = fives = 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    decimals = max(twos, fives)
    return decimals if rest == 1 and decimals <= _MAX_DECIMALS else None


def fixed(value: Fraction, decimals: int) -> str:
    """Write `value` with so many decimals, which must be enough to write it exactly."""
    scaled = abs(value) * 10**decimals
    digits = str(scaled.numerator).rjust(decimals + 1, "0")
    sign = "−" if value < 0 else ""
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else sign + digits


def exact(value: Fraction) -> str:
    """Write `value` exactly: as a decimal where that ends, else as a fraction: "2.5", "−10/3"."""
    decimals = decimals_of(value)
    if decimals is not None:
        return fixed(value, decimals)
    return f"{'−' if value < 0 else ''}{abs(value.numerator)}/{value.denominator}"


def rounded(value: Fraction, digits: int = 7) -> str:
    """Write `value` to so many significant digits, without zeros at the end."""
    with localcontext() as context:
        context.prec = digits
        quotient = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{quotient:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def figures(value: Fraction) -> str:
    """Write a measured value: exactly if six decimals do, else to five significant digits."""
    return fixed(value, decimals_of(value) or 0) if is_short(value) else rounded(value, 5)


def is_short(value: Fraction) -> bool:
    """Whether `figures` writes `value` exactly."""
    decimals = decimals_of(value)
    return decimals is not None and decimals <= 6


def about(value: Fraction) -> str:
    """Write a measured value in prose: "2.5", "about 3.3333"."""
    return figures(value) if is_short(value) else f"about {figures(value)}"


def equals(value: Fraction) -> str:
    """Write what follows a calculation: "= 2.5", "≈ 3.3333"."""
    return f"{'=' if is_short(value) else '≈'} {figures(value)}"


def several(count: int, noun: str) -> str:
    """Write "1 day", "2 days"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(items: Sequence[str]) -> str:
    """Write "a", "a and b", "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a Markdown table. Cells must not contain bars or line ends."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
