"""Finding what is to be compared in a question, and whether it asks or claims."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from chatroom.demo.skills.expressions import (
    NotAnExpressionError,
    Number,
    UnworkableError,
    evaluate,
    parse,
)
from chatroom.demo.skills.reading import ENDLESS, NUMBER, only, without_courtesies
from chatroom.demo.skills.reductions import written
from chatroom.demo.skills.spoken import in_signs

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
class Operand:
    """One of the numbers. `text` is how the user wrote it, `sum` is set where it had to be worked out."""

    text: str
    value: Fraction
    sum: bool


class Comparison(NamedTuple):
    """Numbers to compare: asked is which is `relation`, or, for a claim about two, whether the first is."""

    relation: Relation
    operands: list[Operand]
    claim: bool


def read(text: str) -> Comparison | None:
    """Return what plain lower-case `text` compares; None if it does something else or is not understood."""
    if ENDLESS.search(text) or _BEYOND.search(text):
        return None
    try:
        return _read(in_signs(without_courtesies(text)))
    except (NotAnExpressionError, UnworkableError):
        return None


def _read(text: str) -> Comparison | None:
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
        return Comparison(_relation(claim), operands, claim=True) if _BEFORE_CLAIM.fullmatch(before) else None
    # Without a blank after it a comma may be a decimal comma: "9,11 or 9,9".
    if not all(_SEPARATOR.fullmatch(words) and words.strip() and words != "," for words in between):
        return None
    understood = _UNDERSTOOD.fullmatch(before)
    if (found := _DIRECTION.search(before)) and (understood or _ASKING.fullmatch(before)):
        return Comparison(_relation(found), operands, claim=found["equal"] is not None)
    chatter = re.match(r".*[,:;.]", before, re.DOTALL)
    if (found := _DIRECTION.search(after)) and _UNDERSTOOD.fullmatch(before, chatter.end() if chatter else 0):
        return Comparison(_relation(found), operands, claim=found["equal"] is not None)
    # Bare "9.11 vs 9.9" asks which is larger; bare "3, 4" asks nothing.
    asks = understood and (
        "compare" in before or all(re.search(r"\b(?:vs|versus|or|against|compared)\b", words) for words in between)
    )
    return Comparison("larger", operands, claim=False) if asks else None


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


def _operand(text: str) -> Operand:
    expression = parse(text).expression
    if isinstance(expression, Number) or _FRACTION.fullmatch(text):
        return Operand(text.strip().replace("-", "−").replace(",", ""), evaluate(expression), sum=False)
    return Operand(written(expression), evaluate(expression), sum=True)
