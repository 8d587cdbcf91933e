"""Finding the list in a request to sort one, and which way round it is wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from chatroom.demo.skills.date_reading import MONTHS, WEEKDAYS
from chatroom.demo.skills.reading import ENDLESS, NUMBER, in_figures, only, to_number

MAX_ITEMS = 30
_MAX_WORD = 40


@dataclass(frozen=True, slots=True)
class Item:
    """A thing to sort: how it is written, and what it is compared by: first as a number, then as a word."""

    text: str
    key: tuple[Fraction, str]


@dataclass(frozen=True, slots=True)
class SortRequest:
    """A list of at least two items, and whether the largest or last is wanted first."""

    items: list[Item]
    falling: bool
    words: bool


_VERB = re.compile(r"\b(?:sort(?:ed)?|order|arrange|rank|alphabeti[sz]e|organi[sz]e)\b")
_LARGE = r"(?:largest|biggest|highest|greatest|high|big|large|most|maximum)"
_FALLING = re.compile(
    rf"\b(?:descending|decreasing|reversed?|z ?(?:to|-) ?a|{_LARGE}(?: numbers?| values?)? (?:to|first)|"
    rf"(?:start|starting|begin|beginning) (?:with|from|at) the {_LARGE})\b"
)
_ALPHABET = re.compile(r"\balphabet\w*|\ba ?(?:to|-) ?z\b|\bz ?(?:to|-) ?a\b|\b(?:words|names)\b")
_BY = re.compile(
    r"\bby (?!size\b|value\b|number\b|hand\b|insertion\b|first letter\b)|\blength\b|\blongest\b|\bshortest\b|"
    r"\blast letter\b"
)
_REQUEST_WORDS = (
    rf"sort|sorted|order|arrange|rank|put|place|list|organi[sz]e|alphabeti[sz]e|alphabetical|alphabetically|alphabetic|"
    rf"alphabet|in|into|from|to|by|first|last|of|the|these|this|those|following|numbers?|integers?|decimals?|words?|names?|"
    rf"items?|values?|ascending|descending|increasing|decreasing|reversed?|numerical|numerically|numeric|correct|right|"
    rf"smallest|lowest|least|low|small|{_LARGE}|size|value|starting|start|beginning|begin|with|at|a|an|z|and|please|pls|"
    rf"can|could|would|will|you|me|for|help|hi|hello|hey|i|need|want|have|thanks|thank|then|so|how|do|what|what's|is|are|"
    rf"it|them|be|would|hand|insertion|letter|step|show|your|steps|explain"
)
_REQUEST = only(_REQUEST_WORDS)
_NAMED_KIND = re.compile(r"\b(these|those|following|list of) [a-z]+(?= *[:,]| in | from | by |$)")
_HOW_MANY = re.compile(r"\b[0-9]{1,2} (?=(?:numbers|words|names|items|values|integers|decimals)\b)")
_SIGNED = re.compile(rf"(?:(?<![\w.,])[-+])?(?<![\w.]){NUMBER}(?![\w/%^*])(?!\.[0-9])")
_WORD = re.compile(r"[^\W\d_][\w'-]*(?: [^\W\d_][\w'-]*){0,2}")
_TRAILING = re.compile(
    r"[ ,]*\b(?:(?:in|into) (?:(?:reverse|the|right|correct|alphabetical|alphabetic|ascending|descending) )*order|"
    r"alphabetically|in reverse|(?:from )?(?:a to z|z to a)|please|for me|thanks|thank you|ascending|descending)$",
    re.IGNORECASE,
)
# These have an order of their own, which may or may not be the one that is meant.
_OWN_ORDER = frozenset(name.lower() for name in (*MONTHS, *WEEKDAYS)) | {"small", "medium", "large", "low", "high"}


def read(text: str) -> SortRequest | None:
    """Return what plain `text` asks to sort, None if it asks something else or is not understood."""
    lower = text.lower()
    if not _VERB.search(lower) or ENDLESS.search(lower) or _BY.search(lower):
        return None
    alphabetical = _ALPHABET.search(lower) is not None
    items = None if alphabetical else _numbers(in_figures(lower))
    words = items is None
    if words:
        items = _words(text, sure=alphabetical)
    if items is None or not 2 <= len(items) <= MAX_ITEMS:
        return None
    return SortRequest(items, falling=_FALLING.search(lower) is not None, words=words)


def _numbers(text: str) -> list[Item] | None:
    text = _HOW_MANY.sub("", re.sub(r"[\[\]{}|]", " ", text))
    # In "3,1,2" commas separate; in "1,000, 2,000" and "1,000 2,000" they group.
    tight = not re.search(r",\s|,0[0-9]", text)
    if tight:
        text = text.replace(",", ", ")
    matches = list(_SIGNED.finditer(text))
    gaps = [text[one.end() : two.start()] for one, two in pairwise(matches)]
    # A comma that neither groups nor separates may be a decimal comma: "9,11 9,9".
    unsure = "," in gaps or (tight and ", " in gaps and (" " in gaps or set(gaps[:-1]) > {", "}))
    values = [to_number(match[0]) for match in matches]
    if unsure or None in values or not _REQUEST.fullmatch(_SIGNED.sub(" ", text)):
        return None
    texts = [match[0].lstrip("+").replace("-", "−").replace(",", "") for match in matches]
    return [Item(text, (value, "")) for text, value in zip(texts, values, strict=True) if value is not None] or None


def _words(text: str, *, sure: bool) -> list[Item] | None:
    head, colon, tail = text.partition(":")
    if not colon:
        head, tail = _split(text)
    if "rank" not in head.lower():
        head = _NAMED_KIND.sub(r"\1", head.lower())
    if not _REQUEST.fullmatch(head.lower().rstrip(" \"'")) or not (sure or colon):
        return None
    tail = re.split(r"[.?!](?:\s|$)", tail.strip(), maxsplit=1)[0]
    for _ in range(3):
        tail = _TRAILING.sub("", tail.rstrip(" .?!,"))
    separated = [piece for piece in re.split(r"[,;\n]|\band\b", tail) if piece.strip()]
    if len(separated) == 1 and colon:
        separated = tail.split()
    items = []
    for piece in separated:
        word = re.sub(r"^[-*•\s\"'(\[]+|[\s\"')\].]+$", "", piece)
        # Without a colon "the months March, May" would begin with the word "months March".
        if not _WORD.fullmatch(word) or len(word) > _MAX_WORD or (" " in word and not colon):
            return None
        items.append(Item(word, (Fraction(0), word.casefold())))
    if not sure and any(item.key[1] in _OWN_ORDER or in_figures(item.text).isdigit() for item in items):
        return None
    return items


def _split(text: str) -> tuple[str, str]:
    """Cut a request without a colon where its words end and the list begins."""
    request = _REQUEST.match(text.lower())
    end = request.end() if request and len(text.lower()) == len(text) else 0
    return text[:end], text[end:]
