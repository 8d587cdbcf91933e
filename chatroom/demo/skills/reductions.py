"""Expressions step by step: one operation done at a time, and what is then left, written out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from chatroom.demo.skills.expressions import Expression, Negation, Number, Operation, negated, operate
from chatroom.demo.skills.wording import decimals_of, exact


@dataclass(frozen=True, slots=True)
class Reduction:
    """One operation done, and the expression that is left."""

    sign: str
    left: Fraction
    right: Fraction
    result: Fraction
    remaining: Expression


def reductions(expression: Expression) -> Iterator[Reduction]:
    """Reduce one operation at a time, innermost and leftmost first. Raises `UnworkableError`."""
    while not isinstance(expression, Number):
        reduction = _reduced(expression)
        yield reduction
        expression = reduction.remaining


def _reduced(expression: Negation | Operation) -> Reduction:
    match expression:
        case Negation(operand):
            assert not isinstance(operand, Number), "a negated number is a number"  # noqa: S101
            inner = _reduced(operand)
            return replace(inner, remaining=negated(inner.remaining))
        case Operation(sign, Number(left), Number(right)):
            result = operate(sign, left, right)
            return Reduction(sign, left, right, result, Number(result))
        case Operation(sign, Number() as left_done, right_open):
            assert not isinstance(right_open, Number)  # noqa: S101
            inner = _reduced(right_open)
            return replace(inner, remaining=Operation(sign, left_done, inner.remaining))
        case Operation(sign, left_open, right):
            assert not isinstance(left_open, Number)  # noqa: S101
            inner = _reduced(left_open)
            return replace(inner, remaining=Operation(sign, inner.remaining, right))


_RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 4}
_NEGATIVE_RANK = 3
_ATOM_RANK = 5
WRITTEN_SIGN = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ ", "^": "^"}


def written(expression: Expression) -> str:
    """Write an expression with only the brackets that it needs."""
    match expression:
        case Number(value):
            return exact(value)
        case Negation(operand):
            return f"−{_within(operand, _NEGATIVE_RANK + 1)}"
        case Operation(sign, left, right):
            rank = _RANK[sign]
            # 2 − (3 − 4) needs its brackets, (2 − 3) − 4 does not; powers bind the other way round.
            left_text = _within(left, rank + 1 if sign == "^" else rank)
            right_text = _within(right, rank if sign == "^" else rank + 1, after_sign=True)
            return f"{left_text}{WRITTEN_SIGN[sign]}{right_text}"


def written_operation(sign: str, left: Fraction, right: Fraction) -> str:
    """Write one operation on two numbers: "2 × (−3)"."""
    return written(Operation(sign, Number(left), Number(right)))


def _within(expression: Expression, rank: int, *, after_sign: bool = False) -> str:
    text = written(expression)
    match expression:
        case Number(value):
            own = _ATOM_RANK
            if value < 0:
                own = 0 if after_sign else _NEGATIVE_RANK
            if decimals_of(value) is None:
                own = 0
        case Negation():
            own = 0 if after_sign else _NEGATIVE_RANK
        case Operation(sign):
            own = _RANK[sign]
    return f"({text})" if own < rank else text
