"""Reading what people type: one spelling for each sign, numbers in figures, courtesies set aside.

No question is longer than `MAX_QUESTION`, and no pattern of any skill may try a text again and again:
what repeats alternatives is possessive (see `only`), or its alternatives never begin alike.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

MAX_QUESTION = 1000
MAX_DIGITS = 30

# Figures, with or without commas between the thousands. Signs are the caller's business.
NUMBER = r"(?:(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+)"

# Stands in a text where a date was. A character for private use: nobody types it.
MARK = "\ue000"

# 0.999... is not 0.999: whoever reads numbers must leave such a question alone.
ENDLESS = re.compile(r"\.[0-9]+(?:\.\.|…)")

_SPELLINGS = {
    "−‐‑‒–﹣": "-",
    "—": ", ",
    "×✕✖⋅∙·": "*",
    "÷∕⁄": "/",
    "“”„«»`": '"',
    "‘’ʼ´": "'",
    "\u200b\u200c\u2060\ufeff\ufe0f": "",  # takes no room, says nothing
}
_SIGNS = {ord(sign): spelling for signs, spelling in _SPELLINGS.items() for sign in signs} | {
    code: chr(code - 0xFEE0)
    for code in range(0xFF01, 0xFF5F)  # full-width forms
}
_SUPERSCRIPT = re.compile("[⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_SUPERSCRIPT_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_VULGAR = {"½": ".5", "¼": ".25", "¾": ".75"}
_THOUSANDS = re.compile(r"(?<=[0-9])['_\u00a0\u2009\u202f](?=[0-9]{3}(?![0-9]))")
_BLANKS = re.compile(r"[^\S\n]+")


def plain(question: str) -> str:
    """Return `question` with one spelling for each sign: `-*/^`, straight quotes, single blanks."""
    text = unicodedata.normalize("NFC", question)
    text = _SUPERSCRIPT.sub(lambda match: "^" + match[0].translate(_SUPERSCRIPT_DIGITS), text).translate(_SIGNS)
    for sign, decimals in _VULGAR.items():
        text = re.sub(f"(?<![0-9]){sign}", f"0{decimals}", text).replace(sign, decimals)
    return _BLANKS.sub(" ", _THOUSANDS.sub("", text)).strip()


def only(words: str) -> re.Pattern[str]:
    """Return a pattern for text of nothing but `words` (alternatives), stops and `MARK`s.

    Possessive: a word is understood or it is not, and no text can make the matching try again.
    """
    return re.compile(rf"(?>[\s,.:;?!\"'(){MARK}-]|\b(?:{words})(?![\w']))*+")


def to_number(figures: str) -> Fraction | None:
    """Return the value of a `NUMBER`, None if it has more than `MAX_DIGITS` digits."""
    return Fraction(figures.replace(",", "")) if len(figures) <= MAX_DIGITS else None


def sentences(text: str) -> list[str]:
    """Cut plain text after full stops, question marks and exclamation marks, and at line ends."""
    return [piece for piece in re.split(r"(?<=[.?!;])\s+|\n+", text) if piece.strip()]


_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {word: value for value, word in enumerate(_ONES)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6}
_NAME = "|".join([*_VALUES, *_SCALES])
# "one" alone is a pronoun in "which one", "the bigger one", "how far does one get": it must have arithmetic after it.
_AFTER_ONE = (
    r"$|[^\w ]|[ -](?:plus|minus|times|multiplied|divided|over|squared|cubed|point|percent|and|or|to|from|by|vs|is|"
    r"hours?|minutes?|seconds?|days?|weeks?|months?|years?|miles?|km|kilomet\w+|met(?:er|re)s?|feet|foot|third|quarter)\b"
)
_NAMED_NUMBER = re.compile(
    rf"(?<!which )(?<!no )(?<!any )(?<!this )(?<!that )(?<!the )(?<!er )(?<!est )(?<![\w-])"
    rf"(?:a (?=hundred|thousand|million))?"
    rf"(?!one(?!{_AFTER_ONE}|[ -](?:{_NAME})))"
    rf"(?:{_NAME})(?:(?:[ -]|(?<=hundred) and |(?<=thousand) and )(?:{_NAME}))*(?![\w-])",
    re.IGNORECASE,
)
_POINT = re.compile(r"\b([0-9]+) point ([0-9]+(?: [0-9])*)\b", re.IGNORECASE)


def in_figures(text: str) -> str:
    """Write numbers in words as figures: "twenty-one" → "21", "nine point one one" → "9.11"."""
    figures = _NAMED_NUMBER.sub(lambda match: _figures(match[0]), text)
    return _POINT.sub(lambda match: f"{match[1]}.{match[2].replace(' ', '')}", figures)


def _figures(name: str) -> str:
    words = [word for word in re.split(r"[ -]", name.lower()) if word not in ("and", "a")]
    total, group, last = 0, 0, 10**9
    for word in words:
        if word == "hundred":
            group = (group or 1) * 100
            last = 100
        elif scale := _SCALES.get(word):
            total, group, last = total + (group or 1) * scale, 0, 10**9
        else:
            value = _VALUES[word]
            # Only tens take ones, and only hundreds take tens: "one one" is two numbers.
            if last <= value or (last < 20) or (last < 100 and not 0 < value < 10):
                return " ".join(_figures(each) for each in words)
            group, last = group + value, value
    return str(total + group)


_LEAD = re.compile(
    r"(?:(?:hi|hello|hey|so|well|ok|okay|please|now|and|then|but|also|just|um|quick question|question|"
    r"i wonder|i was wondering|i am wondering|i'm wondering|out of curiosity|"
    r"(?:can|could|would|will) you(?: please| kindly)?(?: tell me| show me| help me| explain| say)?|"
    r"do you know|can i ask|may i ask|tell me|let me know|i(?: want| need|'d like| would like) to know|"
    r"(?:let's|let us) see)\b[\s,.:;!]*)"
)
_TRAIL = re.compile(
    r"\b(?:please|pls|thanks|thank you|thx|step by step|by hand|exactly|for me|with steps|"
    r"(?:and )?(?:please )?show (?:me )?(?:your|the|all) (?:work|working|steps|reasoning|calculation)s?|"
    r"(?:and )?(?:please )?explain(?: (?:your|the) (?:steps|reasoning|working|answer)| it| how| why)?|(?:and )?why|"
    r"think (?:carefully|hard|step by step)|in your head|quickly|do you know|do you think|in your opinion)$"
)
_EDGE = " \n,.:;!?\"'"


def without_courtesies(text: str) -> str:
    """Return plain lower-case `text` without greetings before it and thanks after it."""
    for _ in range(12):
        before = text
        text = text.strip(_EDGE) if not re.match(r"[\s\"']*\.[0-9]", text) else text.rstrip(_EDGE).lstrip(" \n\"'")
        if lead := _LEAD.match(text):
            text = text[lead.end() :]
        text = _TRAIL.sub("", text)
        if text == before:
            break
    return text
