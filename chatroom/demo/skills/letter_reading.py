"""Finding which letter is to be counted, and in which words."""

from __future__ import annotations

import re
from typing import NamedTuple

from chatroom.demo.skills.reading import without_courtesies

_MAX_TEXT = 300

_LETTER = (
    r"""(?:(?:the |a )?(?:letters?|characters?) )?["'(]?(?P<letter>[^\W\d_])["')]?(?:'s|s|'|"s)?["']?(?: letters?)?"""
)
_PLACE = r"(?:in|inside|within|of)"
_THING = r"(?:the |this |a )?(?:following |english )?(?:words?|names?|phrases?|sentences?|text|string|spelling of)\b:?"
_COUNTING = re.compile(
    r"(?:how (?:many(?: times)?|often) (?:do(?:es)? |is |are )?|"
    r"(?:what(?:'s| is) )?(?:the )?(?:number|count|amount) of (?:times )?|"
    r"(?:count|find|give me)(?: up)?(?: how many(?: times)?| the number of| all(?: of)?)?(?: the)? )"
)
_VERB = (
    r"(?: (?:are|is|do|does|can|you|i|we|there|it|see|find|have|has|appears?|occurs?|show up|used|contained|exist))*"
)
# "how many r's are in strawberry", "how often does r occur in the word strawberry"
_LETTER_FIRST = re.compile(rf"{_COUNTING.pattern}{_LETTER}{_VERB} {_PLACE} (?P<text>.+)", re.DOTALL)
# "how many r's does strawberry have"
_LETTER_DOES = re.compile(rf"how many {_LETTER} (?:does|do|has) (?P<text>.+?) (?:have|contain|include|got)", re.DOTALL)
# "in the word strawberry, how many r's are there", "strawberry: how many r's"
_LETTER_LAST = rf" ?(?:how many|count(?: the)?) {_LETTER}{_VERB}"
_IN_TEXT_FIRST = re.compile(rf"{_PLACE} (?P<text>[^,:?]+)[,:?]?{_LETTER_LAST}", re.DOTALL)
_TEXT_FIRST = re.compile(rf"(?P<text>[^,:?]+)[,:?]{_LETTER_LAST}", re.DOTALL)
_ALL_LETTERS = re.compile(
    rf"(?:{_COUNTING.pattern}(?:letters|characters){_VERB} {_PLACE} (?P<text>.+)|"
    r"how many letters (?:does|do|has) (?P<does>.+?) (?:have|contain|got)|how long is the word (?P<long>.+))",
    re.DOTALL,
)
# "how many m in a km" asks for metres.
_UNITS = frozenset(
    ("km", "kg", "mm", "cm", "dm", "mg", "ml", "cl", "dl", "hl", "kb", "mb", "gb", "tb", "kw", "mw", "ms", "ns", "kj",
     "mj", "hz", "khz", "mhz", "ghz", "l", "g", "m", "h", "min")
)  # fmt: skip


class LetterQuestion(NamedTuple):
    """A letter (None: all of them) and the words to look in, as typed."""

    letter: str | None
    words: list[str]


def read(text: str) -> LetterQuestion | None:
    """Return what plain `text` wants counted; None if it asks something else or is not understood."""
    # Lower-casing may lengthen a text (İ), and then places in the one are not places in the other.
    courteous = without_courtesies(text.lower())
    start = text.lower().find(courteous)
    if len(text.lower()) != len(text) or start < 0:
        return None
    for pattern in (_LETTER_FIRST, _LETTER_DOES, _IN_TEXT_FIRST, _TEXT_FIRST):
        if match := pattern.fullmatch(courteous):
            letter = match["letter"]
            found = _cleaned(text[start + match.start("text") : start + match.end("text")])
            sure = re.search(rf"letter|character|{letter}'|['\"]{letter}|{letter}s\b", courteous)
            if not found or (not sure and (found.lower() in _UNITS or " " in found)):
                return None
            return LetterQuestion(letter, _words(found))
    if match := _ALL_LETTERS.fullmatch(courteous):
        group = match.lastgroup or "text"
        found = _cleaned(text[start + match.start(group) : start + match.end(group)])
        # "the alphabet" is not asked for its own letters, nor is "the Bible".
        return LetterQuestion(None, [found]) if found and " " not in found else None
    return None


def _cleaned(text: str) -> str:
    """Return the words themselves, or "" if there is more in them than words."""
    text = re.sub(rf"^{_THING} *", "", text.strip(" \n,.:;?!"), flags=re.IGNORECASE).strip(" \n,.:;?!\"'*")
    if re.match(r"(?:it|this|that|these|them|there|all|my|your|his|her|our|their)(?![\w'])", text.lower()):
        return ""  # a text that is pointed at, not given
    fits = len(text) <= _MAX_TEXT and re.fullmatch(r"[^\W\d_](?:[^\W\d_]|[ \n'\",.!?-])*", text)
    return " ".join(text.split()) if fits else ""


def _words(text: str) -> list[str]:
    """ "strawberry and raspberry" are two words to look at, "the old tree" is one text."""
    if '"' not in text and re.fullmatch(r"\S+(?:, \S+)*,? and \S+", text):
        return re.split(r",? and |, ", text)
    return [text]
