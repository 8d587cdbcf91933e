"""Which number is larger: "9.11 or 9.9?", "is 1/3 > 0.33?", "does 0.1 + 0.2 equal 0.3?"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from chatroom.demo.skills.digits import digit_table, lined_up
from chatroom.demo.skills.expressions import (
    NotAnExpressionError,
    Number,
    UnworkableError,
    evaluate,
    parse,
)
from chatroom.demo.skills.reading import ENDLESS, NUMBER, only, plain, without_courtesies
from chatroom.demo.skills.reductions import written, written_operation
from chatroom.demo.skills.spoken import in_signs
from chatroom.demo.skills.thought import Step, Thought, check, spelt_out
from chatroom.demo.skills.wording import exact, listed

MAX_NUMBERS = 20

Relation: TypeAlias = Literal["larger", "smaller", "equal"]

# "more popular" is no question of numbers.
_MORE = r"(?= *(?:$|[,:;?.=0-9-]|(?:than|of|or|in|is|number|value)\b))"
_LARGER = rf"bigger|larger|greater|higher|biggest|largest|greatest|highest|maximum|max|(?:more|most){_MORE}"
_SMALLER = rf"smaller|lower|lesser|fewer|smallest|lowest|minimum|min|(?:less|least){_MORE}"
_EQUAL = r"equals?|equal to|(?:exactly )?the same(?: number| value)?(?: as)?|same as|identical(?: to)?"
_DIRECTION = re.compile(rf"\b(?:(?P<larger>{_LARGER})|(?P<smaller>{_SMALLER})|(?P<equal>{_EQUAL}))\b")
# Arithmetic that is not read here, and things that are not ordered as numbers are.
_BEYOND = re.compile(
    r"%|!|√|\b(?:percent|root|log|ln|sin|cos|tan|half|third|quarter|double|twice|triple|factorial|absolute|modulo|mod|"
    r"squared|cubed|hundred|thousand|million|billion|version|release|python|chapter|section|verse|date|sum|product|"
    r"difference|average|mean|median|between|digits?|how (?:much|many))\b"
)
_SEPARATOR = re.compile(
    r"[\s\"']*(?:,|/|\|)?[\s\"']*(?:or|and|vs\.?|versus|against|compared (?:to|with)|with|to)?[\s\"':]*"
)
_HEDGE = r"(?:really |actually |even |still |numerically |strictly |is |are |of |in value |a )*"
_CLAIM = re.compile(
    rf"[\s\"']*(?:(?:is|are|was|does|do|be)\b *)*{_HEDGE}(?:(?P<larger>(?:{_LARGER}) than|>)|"
    rf"(?P<smaller>(?:{_SMALLER}) than|<)|(?P<equal>{_EQUAL}|==?))[\s\"']*"
)
_EXPRESSION = re.compile(rf"(?:(?<![\w.])-(?=[0-9.(]))?\(*(?:{NUMBER})(?:[ )]*[-+*/^]+[ (]*-?(?:{NUMBER}))*\)*")
_HOW_MANY_NUMBERS = re.compile(
    r"\b(?:these|those|the|of) (?:following )?[0-9]{1,2} (?=(?:numbers|decimals|values|fractions)\b)"
)
_FRACTION = re.compile(r"-?[0-9]+/[0-9]+")
_WORDS = (
    rf"which|what|what's|whats|who's|one|ones|number|numbers|decimal|decimals|fraction|fractions|value|is|are|of|the|"
    rf"these|those|them|two|three|four|both|really|actually|then|in|size|right|correct|true|yes|no|or|not|it|that|"
    rf"this|and|why|so|to|be|than|other|isn't|aren't|wrong|false|first|second|i|you|we|think|say|they|has|have|"
    rf"compare|following|a|if|do|does|find|equals?|same|as|identical|{_LARGER}|{_SMALLER}"
)
_UNDERSTOOD = only(_WORDS)
# Whatever was said before the question begins is not looked at.
_ASKING = re.compile(
    rf"(?:.*[\s,.:;])?(?=(?:which|what|what's|whats|is|are|the|do|does|compare)\b){_UNDERSTOOD.pattern}", re.DOTALL
)
_BEFORE_CLAIM = re.compile(
    r"(?:.*[,.:;?!(\"'\s])?(?:is|are|does|do|isn't|aren't|that|if|whether|says?|said|thinks?|claims?|"
    r"so|number|value|decimal|true|told me|believes?)?[\s,.:;\"'(]*",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Operand:
    """One of the numbers. `text` is how the user wrote it, `sum` is set where it had to be worked out."""

    text: str
    value: Fraction
    sum: bool


class _Asked(NamedTuple):
    relation: Relation
    operands: list[_Operand]
    claim: bool


def work_out(question: str) -> Thought | None:
    """Compare numbers, if that is what is asked."""
    text = plain(question).lower()
    if ENDLESS.search(text) or _BEYOND.search(text):
        return None
    try:
        asked = _read(in_signs(without_courtesies(text)))
    except (NotAnExpressionError, UnworkableError):
        return None
    if asked is None:
        return None
    return _pair(asked) if len(asked.operands) == 2 else _many(asked)


def _read(text: str) -> _Asked | None:
    text = _without_unit(_HOW_MANY_NUMBERS.sub("these ", text))
    matches = list(_EXPRESSION.finditer(text))
    if not 2 <= len(matches) <= MAX_NUMBERS:
        return None
    operands = [_operand(match[0]) for match in matches]
    before, after = text[: matches[0].start()], text[matches[-1].end() :]
    between = [text[one.end() : two.start()] for one, two in pairwise(matches)]
    if re.search(r"[0-9^*/+=<>]|[\w)]$", before) or not _UNDERSTOOD.fullmatch(after):
        return None
    if len(operands) == 2 and (claim := _CLAIM.fullmatch(between[0])):
        return _Asked(_relation(claim), operands, claim=True) if _BEFORE_CLAIM.fullmatch(before) else None
    # Without a blank after it a comma may be a decimal comma: "9,11 or 9,9".
    if not all(_SEPARATOR.fullmatch(words) and words.strip() and words != "," for words in between):
        return None
    understood = _UNDERSTOOD.fullmatch(before)
    if (found := _DIRECTION.search(before)) and (understood or _ASKING.fullmatch(before)):
        return _Asked(_relation(found), operands, claim=found["equal"] is not None)
    chatter = re.match(r".*[,:;.]", before, re.DOTALL)
    if (found := _DIRECTION.search(after)) and _UNDERSTOOD.fullmatch(before, chatter.end() if chatter else 0):
        return _Asked(_relation(found), operands, claim=found["equal"] is not None)
    # Bare "9.11 vs 9.9" asks which is larger; bare "3, 4" asks nothing.
    asks = understood and (
        "compare" in before or all(re.search(r"\b(?:vs|versus|or|against|compared)\b", words) for words in between)
    )
    return _Asked("larger", operands, claim=False) if asks else None


def _without_unit(text: str) -> str:
    """Take off the unit that follows every number, if it is the same for all: "9.11 dollars or 9.9 dollars"."""
    units = re.findall(rf"(?<![\w.]){NUMBER} ?([a-z]+)?", text)
    if len(units) > 1 and len({unit.removesuffix("s") for unit in units}) == 1 and units[0] not in ("", "x"):
        text = re.sub(rf"(?<=[0-9]) ?{units[0].removesuffix('s')}s?\b", "", text)
    signs = re.findall(rf"([$€£])? ?{NUMBER}", text)
    return re.sub(r"[$€£] ?(?=[0-9])", "", text) if len(set(signs)) == 1 else text


def _relation(match: re.Match[str]) -> Relation:
    if match["equal"]:
        return "equal"
    return "larger" if match["larger"] else "smaller"


def _operand(text: str) -> _Operand:
    expression = parse(text).expression
    if isinstance(expression, Number) or _FRACTION.fullmatch(text):
        return _Operand(text.strip().replace("-", "−").replace(",", ""), evaluate(expression), sum=False)
    return _Operand(written(expression), evaluate(expression), sum=True)


def _pair(asked: _Asked) -> Thought:
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
        f"**Reaching a result**\n\nSubtracting one from the other agrees: {result}.",
    )
    return Thought(tuple(steps), summary, _pair_answer(asked))


def _worked_sums(operands: list[_Operand]) -> list[Step]:
    return [Step(f"First {operand.text} = {exact(operand.value)}.") for operand in operands if operand.sum]


def _difference(one: _Operand, two: _Operand) -> str:
    difference = one.value - two.value
    sign = "0: they are equal" if not difference else "above 0" if difference > 0 else "below 0"
    larger = "" if not difference else f", so {one.text if difference > 0 else two.text} is the larger"
    return (
        f"Another way is to subtract: {written_operation('-', one.value, two.value)} = {exact(difference)}. "
        f"That is {sign}{larger}. It agrees."
    )


def _pair_answer(asked: _Asked) -> str:
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


_BINARY = (
    "Many programming languages disagree: they keep 0.1 and 0.2 in binary, rounded, and get `0.30000000000000004`."
)


def _many(asked: _Asked) -> Thought | None:
    if asked.relation == "equal":
        return None
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
        check(f"Put in order they are {', '.join(ordered)}, and {ordered[0]} comes first. That agrees."),
        Step(f"So {best.text} is the {extreme}."),
    ]
    summary = (f"**Going through the list**\n\nComparing one by one, {best.text} remains as the {extreme}.",)
    relation = " > " if sign > 0 else " < "
    if len({operand.value for operand in operands}) < len(operands):
        relation = " ≥ " if sign > 0 else " ≤ "
    return Thought(tuple(steps), summary, f"**{best.text}** is the {extreme}.\n\n{relation.join(ordered)}")
