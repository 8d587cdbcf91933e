"""A stored text, reduced to its letters and digits ("letters" here), each with its place in the text.

It is read in two ways: as it is stored, every letter of it; and as a page shows it, near enough: without the addresses
of links, with formulas and character references as they are drawn.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from chatroom.rendering.latex import to_mathml

WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"<[^>]*>")

# What a page does not show as it is written, and what only looks so. Each alternative stops at what could begin it
# again, or is bounded, so that a text is read in linear time whatever it holds.
_SHOWN_OTHERWISE = re.compile(
    r"""
      (?P<verbatim>
        ^[ ]{0,3}(?P<fence>`{3,}|~{3,})[^\n]*(?:\n|\Z)(?s:.*?)(?:^[ ]{0,3}(?P=fence)|\Z) | `[^`\n]+` | \\[^(\[] )
    | (?P<reference> &(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31}); )
    | (?P<address>
        \]\([ ]?(?:[^()\s]|\([^()\s]{0,200}\)){0,2000}(?:[ ]"[^"\n]{0,200}")?\) | ^[ ]{0,3}\[[^\]\n]{1,200}\]:[^\n]* )
    | (?P<marker> ^[ \t]*(?:[-+*>][ \t]+){0,8}[0-9]{1,9}[.)](?=\s) | (?<=[-+*][ ])\[[xX]\](?=[ ]) )
    | (?P<image> !\[ )
    | \$\$(?P<display>[^$]{1,6000})\$\$
    | \\\[(?P<brackets>(?:[^\\]|\\[^\[\]]){1,6000})\\\]
    | \\\((?P<parentheses>(?:[^\\]|\\[^()]){1,6000})\\\)
    | \$(?P<dollars>(?!\s)(?:[^$\n]|\n(?!\s*\n)){1,1000}(?<!\s))\$(?![0-9])
    """,
    re.VERBOSE | re.MULTILINE,
)
_FORMULAS = frozenset({"display", "brackets", "parentheses", "dollars"})


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it is read, and its letters: for each its place there, and from where to where it stands as stored.

    None of the three ever decreases.
    """

    text: str
    letters: str
    places: array[int]
    starts: array[int]
    ends: array[int]


def is_drawn(text: str) -> bool:
    """Whether it is one formula or character reference, and nothing else."""
    found = _SHOWN_OTHERWISE.fullmatch(text)
    return found is not None and (found.lastgroup in _FORMULAS or found.lastgroup == "reference")


def letters_of(text: str) -> str:
    """Letters and digits, nothing between them."""
    return "".join(WORD.findall(text))


def as_stored(text: str) -> Reading:
    """Every letter of it."""
    starts = array("l")
    for word in WORD.finditer(text):
        starts.extend(range(word.start(), word.end()))
    return Reading(text, letters_of(text), starts, starts, array("l", (start + 1 for start in starts)))


def as_shown(text: str) -> Reading:
    """Near enough: this knows less of Markdown than the renderer. What is not found here is sought as it is stored."""
    pieces: list[str] = []
    places, starts, ends = array("l"), array("l"), array("l")
    length = 0  # of the pieces
    done = 0
    for start, end, drawn in (*_drawn(text), (len(text), len(text), "")):
        pieces += [text[done:start], drawn]
        for word in WORD.finditer(text, done, start):
            places.extend(range(length + word.start() - done, length + word.end() - done))
            starts.extend(range(word.start(), word.end()))
            ends.extend(range(word.start() + 1, word.end() + 1))
        length += start - done
        for word in WORD.finditer(drawn):
            places.extend(range(length + word.start(), length + word.end()))
            starts.extend([start] * len(word[0]))
            ends.extend([end] * len(word[0]))
        length += len(drawn)
        done = end
    shown = "".join(pieces)
    return Reading(shown, "".join([shown[place] for place in places]), places, starts, ends)


def _drawn(text: str) -> Iterator[tuple[int, int, str]]:
    """What is shown otherwise than it is written: from, to, and what is seen of it."""
    for found in _SHOWN_OTHERWISE.finditer(text):
        kind = found.lastgroup
        drawn: str | None = None
        if kind in _FORMULAS:
            mathml = to_mathml(found[kind], display=kind in ("display", "brackets"))
            drawn = None if mathml is None else unescape(_TAG.sub("", mathml))
        elif kind == "reference":
            drawn = unescape(found[0])
        elif kind == "image":
            drawn = "Image: "  # as the room shows it, for it loads none unasked
        elif kind in ("address", "marker"):
            drawn = ""
        if drawn is not None:
            yield found.start(), found.end(), drawn
