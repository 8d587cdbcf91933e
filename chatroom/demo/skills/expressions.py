"""Arithmetic as people write it → a tree → its value, in exact fractions. Nothing is ever `eval`ed.

sum     = product { ("+" | "-") product }
product = signed { ("*" | "/") signed | bracketed }     2(3 + 4) is 2 × (3 + 4)
signed  = "-" signed | "+" signed | power
power   = atom [ "^" signed ]                           binds to the right, and before a minus
atom    = number | "(" sum ")"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from chatroom.demo.skills.reading import MAX_DIGITS, NUMBER, to_number
from chatroom.demo.skills.wording import exact

MAX_TOKENS = 80
MAX_RESULT_DIGITS = 60
# Python refuses to print integers beyond 4300 digits; long before that nobody follows the steps.
_MAX_RESULT_BITS = MAX_RESULT_DIGITS * 10 // 3


class NotAnExpressionError(ValueError):
    """The text is not arithmetic, or too long."""


class UnworkableError(ArithmeticError):
    """The arithmetic has no result, or none that can be given here. Its text says why."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number. Negative ones come from a sign before it or from a reduction."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Negation:
    """A minus sign before something that is not a bare number."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Operation:
    """Two operands and one of `+-*/^` between them."""

    sign: str
    left: Expression
    right: Expression


Expression: TypeAlias = Number | Negation | Operation


@dataclass(frozen=True, slots=True)
class Parsed:
    """An expression, and whether it leans on a convention that people dispute: 6 / 2(1 + 2)."""

    expression: Expression
    disputed: bool = False


_TOKEN = re.compile(rf"\s*({NUMBER}|\*\*|[-+*/^()])")
_PLAIN_ZEROS = re.compile(r"0[0-9]")


def parse(text: str) -> Parsed:
    """Parse plain text. Raises `NotAnExpressionError`."""
    tokens: list[str] = []
    at = 0
    text = text.rstrip().translate(str.maketrans("[]{}", "()()"))
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or len(tokens) == MAX_TOKENS:
            raise NotAnExpressionError(text)
        tokens.append("^" if match[1] == "**" else match[1])
        at = match.end()
    return _Parser(tokens).parse()


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self._disputed = False

    def parse(self) -> Parsed:
        expression = self._sum()
        if self._next is not None:
            raise NotAnExpressionError(self._next)
        return Parsed(expression, self._disputed)

    @property
    def _next(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self) -> str:
        token = self._next
        if token is None:
            raise NotAnExpressionError("it ends too early")
        self._at += 1
        return token

    def _sum(self) -> Expression:
        left = self._product()
        while self._next in ("+", "-"):
            left = Operation(self._take(), left, self._product())
        return left

    def _product(self) -> Expression:
        left = self._signed()
        divided = False
        while True:
            if self._next in ("*", "/"):
                sign = self._take()
                divided = sign == "/"
            elif self._next == "(" or (self._next and self._tokens[self._at - 1] == ")" and self._next[-1].isdigit()):
                sign = "*"
                self._disputed |= divided
            else:
                return left
            left = Operation(sign, left, self._signed())

    def _signed(self) -> Expression:
        if self._next == "-":
            self._take()
            return negated(self._signed())
        if self._next == "+":
            self._take()
            return self._signed()
        return self._power()

    def _power(self) -> Expression:
        base = self._atom()
        if self._next == "^":
            self._take()
            return Operation("^", base, self._signed())
        return base

    def _atom(self) -> Expression:
        symbol = self._take()
        if symbol == "(":
            inner = self._sum()
            if self._take() != ")":
                raise NotAnExpressionError("a bracket is not closed")
            return inner
        # 05 is a piece of a date or of a telephone number rather than five.
        if not symbol[-1].isdigit() or _PLAIN_ZEROS.match(symbol):
            raise NotAnExpressionError(symbol)
        value = to_number(symbol)
        if value is None:
            raise NotAnExpressionError(f"more than {MAX_DIGITS} digits")
        return Number(value)


def negated(operand: Expression) -> Expression:
    """Put a minus sign before an expression."""
    return Number(-operand.value) if isinstance(operand, Number) else Negation(operand)


def operate(sign: str, left: Fraction, right: Fraction) -> Fraction:
    """Work out one operation. Raises `UnworkableError`."""
    match sign:
        case "+":
            result = left + right
        case "-":
            result = left - right
        case "*":
            result = left * right
        case "/":
            if right == 0:
                raise UnworkableError(
                    f"{exact(left)} ÷ 0 has no value: no number, multiplied by 0, gives back {exact(left)}."
                    if left
                    else "0 ÷ 0 has no value: every number, multiplied by 0, gives 0, so none stands out."
                )
            result = left / right
        case _:
            result = _raised(left, right)
    if max(abs(result.numerator), result.denominator) >= 10**MAX_RESULT_DIGITS:
        raise UnworkableError(f"The result has more than {MAX_RESULT_DIGITS} digits, which is more than I write out.")
    return result


def _raised(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1:
        raise UnworkableError(f"I raise numbers to whole powers only, and {exact(exponent)} is not whole.")
    if base == 0 and exponent <= 0:
        raise UnworkableError(
            "0 to the power of 0 has no value that everyone agrees on; some define it as 1."
            if exponent == 0
            else "0 to a negative power would be a division by 0, and that has no value."
        )
    if abs(base) == 1:
        return Fraction(1) if base == 1 or exponent % 2 == 0 else Fraction(-1)
    # Numbers are held below 2^_MAX_RESULT_BITS, so this is decided before anything large is computed.
    if abs(exponent) * (max(abs(base.numerator), base.denominator).bit_length() - 1) > _MAX_RESULT_BITS:
        raise UnworkableError(f"The result has more than {MAX_RESULT_DIGITS} digits, which is more than I write out.")
    power: Fraction = base ** int(exponent)
    return power


def evaluate(expression: Expression) -> Fraction:
    """Work the whole expression out. Raises `UnworkableError`."""
    match expression:
        case Number(value):
            return value
        case Negation(operand):
            return -evaluate(operand)
        case Operation(sign, left, right):
            return operate(sign, evaluate(left), evaluate(right))
