"""Which number is larger: "9.11 or 9.9?", "is 1/3 > 0.33?", "does 0.1 + 0.2 equal 0.3?"."""

from __future__ import annotations

from chatroom.demo.skills.comparison_reading import Comparison, Operand, read
from chatroom.demo.skills.digits import digit_table, lined_up
from chatroom.demo.skills.reading import plain
from chatroom.demo.skills.reductions import written_operation
from chatroom.demo.skills.thought import Step, Thought, check, spelt_out
from chatroom.demo.skills.wording import exact, listed

_BINARY = (
    "Many programming languages disagree: they keep 0.1 and 0.2 in binary, rounded, and get `0.30000000000000004`."
)


def work_out(question: str) -> Thought | None:
    """Compare numbers, if that is what is asked."""
    asked = read(plain(question).lower())
    if asked is None or (asked.relation == "equal" and len(asked.operands) > 2):
        return None
    return _pair(asked) if len(asked.operands) == 2 else _many(asked)


def _pair(asked: Comparison) -> Thought:
    one, two = asked.operands
    word = {"larger": "larger than", "smaller": "smaller than", "equal": "equal to"}
    question = f"whether {one.text} is {word[asked.relation]} {two.text}"
    if not asked.claim:
        question = f"which is {asked.relation}, {one.text} or {two.text}"
    steps = [Step(f"The user asks {question}."), *_worked_sums(asked.operands), *lined_up(one.value, two.value)]
    if one.value == two.value:
        result = f"{one.text} and {two.text} are equal"
    else:
        larger, smaller = (one, two) if one.value > two.value else (two, one)
        result = f"{larger.text} is larger than {smaller.text}"
    steps += [check(_difference(one, two)), Step(f"So {result}.")]
    summary = (
        f"**Lining the numbers up**\n\nThe question is {question}. I write both in the same way "
        "to see where they differ.",
        f"**Reaching a result**\n\nSo {result}.",
    )
    return Thought(tuple(steps), summary, _pair_answer(asked))


def _worked_sums(operands: list[Operand]) -> list[Step]:
    return [Step(f"First {operand.text} = {exact(operand.value)}.") for operand in operands if operand.sum]


def _difference(one: Operand, two: Operand) -> str:
    difference = one.value - two.value
    sign = "0: they are equal" if not difference else "above 0" if difference > 0 else "below 0"
    larger = "" if not difference else f", so {one.text if difference > 0 else two.text} is the larger"
    return (
        f"Another way is to subtract: {written_operation('-', one.value, two.value)} = {exact(difference)}. "
        f"That is {sign}{larger}."
    )


def _pair_answer(asked: Comparison) -> str:
    one, two = asked.operands
    equal = one.value == two.value
    larger, smaller = (one, two) if one.value >= two.value else (two, one)
    if asked.claim:
        true = {"equal": equal, "larger": one.value > two.value, "smaller": one.value < two.value}[asked.relation]
        fact = f"{one.text} and {two.text} are equal" if equal else f"{larger.text} is larger than {smaller.text}"
        answer = f"**{'Yes' if true else 'No'}**: {fact}."
    elif equal:
        answer = f"Neither: **{one.text}** and **{two.text}** are equal."
    elif asked.relation == "larger":
        answer = f"**{larger.text}** is larger than {smaller.text}."
    else:
        answer = f"**{smaller.text}** is smaller than {larger.text}."
    for operand in asked.operands:
        if operand.sum:
            answer += f" ({operand.text} = {exact(operand.value)})"
    if (drawn := digit_table(one.value, two.value)) and not equal:
        answer += f"\n\n{drawn}"
    if [operand.text for operand in asked.operands] != ["0.1 + 0.2", "0.3"]:
        return answer
    return f"{answer}\n\n{_BINARY}"


def _many(asked: Comparison) -> Thought:
    operands = asked.operands
    sign = 1 if asked.relation == "larger" else -1
    best = operands[0]
    extreme = f"{asked.relation.removesuffix('r')}st"
    steps = [
        Step(f"The user asks which of {listed([operand.text for operand in operands])} is the {extreme}."),
        *_worked_sums(operands),
        spelt_out(f"I go through them one by one and keep the {extreme} so far. I start with {best.text}."),
    ]
    for operand in operands[1:]:
        if sign * operand.value > sign * best.value:
            steps.append(spelt_out(f"{operand.text} is {asked.relation} than {best.text}: from now on {operand.text}."))
            best = operand
        else:
            steps.append(spelt_out(f"{operand.text} against {best.text}: {best.text} stays."))
    ordered = [operand.text for operand in sorted(operands, key=lambda each: -sign * each.value)]
    steps += [
        check(f"Put in order they are {', '.join(ordered)}, and {ordered[0]} comes first."),
        Step(f"So {best.text} is the {extreme}."),
    ]
    summary = (f"**Going through the list**\n\nComparing one by one, {best.text} remains as the {extreme}.",)
    relation = " > " if sign > 0 else " < "
    if len({operand.value for operand in operands}) < len(operands):
        relation = " ≥ " if sign > 0 else " ≤ "
    return Thought(tuple(steps), summary, f"**{best.text}** is the {extreme}.\n\n{relation.join(ordered)}")
