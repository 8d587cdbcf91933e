"""Sums: "what is 12 × (3 + 4) − 5?", "15% of 80", "the difference between 10 and 3"."""

from __future__ import annotations

from fractions import Fraction

from chatroom.demo.skills.expressions import (
    Expression,
    NotAnExpressionError,
    Number,
    UnworkableError,
    evaluate,
    operate,
    parse,
)
from chatroom.demo.skills.reading import ENDLESS, plain
from chatroom.demo.skills.reductions import Reduction, reductions, written, written_operation
from chatroom.demo.skills.spoken import sum_in
from chatroom.demo.skills.thought import Step, Thought, check, spelt_out
from chatroom.demo.skills.wording import decimals_of, exact, fixed, rounded


def work_out(question: str) -> Thought | None:
    """Work a sum out, if the question is one and nothing else."""
    text = plain(question).lower()
    if ENDLESS.search(text) or not (written_out := sum_in(text)):
        return None
    try:
        parsed = parse(written_out)
    except NotAnExpressionError:
        return None
    if isinstance(parsed.expression, Number):
        return None
    try:
        done = list(reductions(parsed.expression))
    except UnworkableError as reason:
        return _unworkable(parsed.expression, str(reason))
    return _worked_out(parsed.expression, done, disputed=parsed.disputed)


def _worked_out(expression: Expression, done: list[Reduction], *, disputed: bool) -> Thought:
    sum_text = written(expression)
    value = evaluate(expression)
    steps = [Step(f"The user wants to know what {sum_text} is.")]
    order = _order(expression, done)
    if order:
        steps.append(spelt_out(order))
    if disputed:
        steps.append(
            Step("There is no sign before that bracket. I take it as a plain multiplication, from left to right.")
        )
    for number, reduction in enumerate(done):
        steps += _reduced(reduction, last=number == len(done) - 1)
    steps.append(Step(f"So the result is {_valued(value)}."))

    summary = [f"**Reading the sum**\n\nThe question is what {sum_text} comes to."]
    if order:
        summary.append(f"**Finding the order**\n\n{order}")
    summary.append(f"**Working it out**\n\nDone one operation at a time, it comes to {_valued(value)}.")
    return Thought(tuple(steps), tuple(summary), _answer(expression, done, value, disputed=disputed))


def _order(expression: Expression, done: list[Reduction]) -> str:
    signs = {reduction.sign for reduction in done}
    rules = []
    if "(" in written(expression):
        rules.append("what stands in brackets")
    if "^" in signs:
        rules.append("powers")
    if signs & {"*", "/"}:
        rules.append("multiplication and division")
    if signs & {"+", "-"}:
        rules.append("addition and subtraction")
    if len(rules) < 2 or len(done) < 2:
        return ""
    return f"The order matters here: first {', then '.join(rules)}; within one rank from left to right."


def _reduced(reduction: Reduction, *, last: bool) -> list[Step]:
    operation = written_operation(reduction.sign, reduction.left, reduction.right)
    steps = []
    if how := _how(reduction):
        steps.append(spelt_out(f"{operation}: {how}"))
    leaves = "" if last else f" That leaves {written(reduction.remaining)}."
    endless = "" if decimals_of(reduction.result) is not None else ", which no decimal writes exactly"
    steps.append(Step(f"{operation} = {exact(reduction.result)}{endless}.{leaves}"))
    steps.append(check(_undone(reduction)))
    return steps


def _how(reduction: Reduction) -> str:
    """Say how one gets there in one's head, where there is something to say."""
    left, right, result = reduction.left, reduction.right, reduction.result
    whole = left.denominator == right.denominator == 1
    match reduction.sign:
        case "*" if whole and min(abs(left), abs(right)) > 10:
            large, small = sorted((abs(left), abs(right)), reverse=True)
            tens, ones = small // 10 * 10, small % 10
            parts = f"{exact(large)} × {exact(Fraction(tens))} is {exact(large * tens)}"
            if ones:
                parts += f" and {exact(large)} × {exact(Fraction(ones))} is {exact(large * ones)}"
                parts += f", together {exact(large * small)}"
            return parts + ("." if result > 0 else ", and one minus sign makes it negative.")
        case "*" if left < 0 and right < 0:
            return "minus times minus is plus."
        case "/" if whole and left > right > 0:
            times, rest = divmod(left, right)
            fits = f"{exact(right)} goes into {exact(left)} {times} times"
            return f"{fits} exactly." if not rest else f"{fits}, with {exact(rest)} left over."
        case "^" if whole and 2 <= right <= 6:
            factor = f"({exact(left)})" if left < 0 else exact(left)
            return f"that is {' × '.join([factor] * int(right))}."
        case "-" if right < 0:
            return f"taking away a negative number is adding: {exact(left)} + {exact(-right)}."
        case "+" | "-":
            return _lined_up(left, right)
        case _:
            return ""


def _lined_up(left: Fraction, right: Fraction) -> str:
    one, two = decimals_of(left), decimals_of(right)
    if one == two or one is None or two is None:
        return ""
    places = max(one, two)
    return f"with the points under one another that is {fixed(left, places)} and {fixed(right, places)}."


def _undone(reduction: Reduction) -> str:
    """Check a result by the opposite operation, worked out anew."""
    sign, left, right, result = reduction.sign, reduction.left, reduction.right, reduction.result
    if sign == "^" and abs(left) == 1:
        back = "a power of 1 or −1 is 1 or −1, and it is −1 only for −1 to an odd power"
        agrees = result == (-1 if left < 0 and right % 2 else 1)
    elif sign == "^":
        product = Fraction(1)
        for _ in range(abs(int(right))):
            product = product * left if right > 0 else product / left
        factor = "multiplied by" if right >= 0 else "divided by"
        back = f"1 {factor} {exact(left)}, {abs(int(right))} times over, is {exact(product)}"
        agrees = product == result
    elif sign == "*" and right == 0:
        back, agrees = "anything times 0 is 0", result == 0
    else:
        opposite = {"+": "-", "-": "+", "*": "/", "/": "*"}[sign]
        undone = operate(opposite, result, right)
        back = f"{written_operation(opposite, result, right)} = {exact(undone)}"
        agrees = undone == left
    return f"Let me check that from the other side: {back}. {'Right.' if agrees else 'That does not fit!'}"


def _valued(value: Fraction) -> str:
    if decimals_of(value) is not None:
        return exact(value)
    return f"{exact(value)}, about {rounded(value)}"


def _answer(expression: Expression, done: list[Reduction], value: Fraction, *, disputed: bool) -> str:
    paragraphs = [f"{written(expression)} = **{exact(value)}**"]
    if decimals_of(value) is None:
        top, bottom = abs(value.numerator), value.denominator
        sign = "-" if value < 0 else ""
        decimals = rounded(value).replace("−", "-")
        paragraphs.append(f"As a decimal it never ends: ${sign}\\frac{{{top}}}{{{bottom}}} \\approx {decimals}$.")
        if len(done) == 1 and (whole := _with_remainder(done[0])):
            paragraphs.append(whole)
    if len(done) > 1:
        lines = [written(expression), *(f"= {written(reduction.remaining)}" for reduction in done)]
        paragraphs.append("```text\n" + "\n".join(lines) + "\n```")
    if disputed:
        paragraphs.append(
            "*A bracket without a sign before it, after a division, is read in two ways. "
            "I went from left to right; write × or more brackets to say what you mean.*"
        )
    return "\n\n".join(paragraphs)


def _with_remainder(division: Reduction) -> str:
    left, right = division.left, division.right
    if division.sign != "/" or not left.denominator == right.denominator == 1 or not left > right > 0:
        return ""
    times, rest = divmod(left, right)
    return f"In whole numbers: {times} times, with {exact(rest)} left over."


def _unworkable(expression: Expression, reason: str) -> Thought:
    sum_text = written(expression)
    return Thought(
        (
            Step(f"The user wants to know what {sum_text} is. Let me see how far I get."),
            Step(reason),
            Step("So I should say that rather than invent a number."),
        ),
        (f"**Looking for a result**\n\nThe question is what {sum_text} comes to. {reason}",),
        f"I cannot give a result for {sum_text}. {reason}",
    )
