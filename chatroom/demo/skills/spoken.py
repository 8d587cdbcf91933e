"""Arithmetic in words → arithmetic in signs: "what is two plus 3 squared?" → "2 +3^2"."""

from __future__ import annotations

import re

from chatroom.demo.skills.reading import NUMBER, in_figures, without_courtesies

_ASKING = re.compile(
    r"(?:what(?:'s| is| are| does| do| would be| will be)?|whats|how (?:much|many) (?:is|are|does|do|would)|calculate|"
    r"compute|evaluate|simplify|solve|work out|figure out|find|add up|give me|do|(?:you|i|we|one) gets? (?:if|when)|"
    r"(?:you|i|we) (?=add|subtract|multiply|divide)|(?:the )?(?:value|result|answer|solution|total)(?: of| to| for)?|"
    r"the sum(?= [0-9(-]+ ?[-+*/(])|this(?: sum| calculation)?|the following(?: sum| calculation)?|is|please)\b[\s:,]*"
)
_ENDING = re.compile(r"(?:[=?\s.,!:;\"']|\b(?:equals?|equal to|is|are|make|makes|come to|be|give|gives|to)$)+$")
_NUM = rf"(-?{NUMBER})"
# Written so, these are names and dates rather than sums.
_NOT_MEANT = re.compile(r"9/11|24/7|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}")
# People name an operation before its numbers too. Each must match the whole question.
_NAMED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), result)
    for pattern, result in (
        (rf"(?:the )?(?:sum|total) of {_NUM} and {_NUM}", r"\1 + \2"),
        (rf"(?:the )?sum of {_NUM}, {_NUM},? and {_NUM}", r"\1 + \2 + \3"),
        (rf"(?:the )?difference (?:between|of) {_NUM} and {_NUM}", r"\1 - \2"),
        (rf"(?:the )?product of {_NUM} and {_NUM}", r"\1 * \2"),
        (rf"(?:the )?quotient of {_NUM} and {_NUM}", r"\1 / \2"),
        (rf"add {_NUM} (?:and|to|with) {_NUM}", r"\1 + \2"),
        (rf"subtract {_NUM} from {_NUM}", r"\2 - \1"),
        (rf"(?:take )?{_NUM} (?:away )?(?:taken )?from {_NUM}", r"\2 - \1"),
        (rf"multiply {_NUM} (?:by|and|with|times) {_NUM}", r"\1 * \2"),
        (rf"divide {_NUM} by {_NUM}", r"\1 / \2"),
        (rf"half(?: of)? {_NUM}", r"\1 / 2"),
        (rf"(?:a|one|1) third of {_NUM}", r"\1 / 3"),
        (rf"(?:a|one|1) quarter of {_NUM}", r"\1 / 4"),
        (rf"(?:twice|double) {_NUM}", r"2 * \1"),
        (rf"(?:three times|triple) {_NUM}", r"3 * \1"),
    )
)
_PERCENT_OF = re.compile(rf"(?<![0-9.,])({NUMBER}) ?(?:%|percent|per cent) of")
_SPOKEN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sign)
    for pattern, sign in (
        (r"\bto the power (?:of )?|\braised to (?:the power (?:of )?)?", "^"),
        (r" ?\bsquared\b", "^2"),
        (r" ?\bcubed\b", "^3"),
        (r"\b(?:multiplied by|times)\b", "*"),
        (r"\b(?:divided by|over)\b", "/"),
        (r"\bplus\b", "+"),
        (r"\b(?:minus|less|take away|negative) (?=[0-9(.])", "-"),
        (r"(?<=[0-9)])( ?)x(?= ?[0-9(.])", r"\1*"),
    )
)


def in_signs(text: str) -> str:
    """Write spoken arithmetic with signs: "two plus 3 squared" → "2 +3^2". `text` is plain and lower-case."""
    text = in_figures(text)
    for pattern, sign in _SPOKEN:
        text = pattern.sub(sign, text)
    return _PERCENT_OF.sub(r"(\1/100) *", text)


def sum_in(text: str) -> str:
    """Return the bare sum in plain text; "" if it is dressed in words that are not understood."""
    text = without_courtesies(in_figures(text))
    dressed = text
    for _ in range(6):
        text = _ENDING.sub("", text.lstrip(" :\"'"))
        if not (asking := _ASKING.match(text)):
            break
        text = text[asking.end() :]
    if text != dressed and text.startswith("- "):
        return ""  # "what is - 5 + 3": a minus, or a dash?
    if _NOT_MEANT.fullmatch(text):
        return ""
    for pattern, result in _NAMED:
        if match := pattern.fullmatch(text):
            return match.expand(result)
    return in_signs(text)
