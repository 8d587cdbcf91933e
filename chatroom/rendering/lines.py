"""What one line of Markdown may begin, by CommonMark 0.31 and the dialect of this room.

A line comes with its ending ("\\n", "\\r\\n" or "\\r"); the last one of a text may have none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from chatroom.rendering.fence import open_fence

_TAB_STOP = 4
_WHITESPACE = " \t\r\n"

_HEADING = re.compile(r"#{1,6}(?:[ \t\r\n]|\Z)")
_SETEXT_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*[\r\n]*\Z")
_MARKER = re.compile(r"(?:[-+*]|(?P<number>[0-9]{1,9})(?P<delimiter>[.)]))(?=[ \t\r\n]|\Z)")

# `\[1\]` and `\[2, 3\]` are citations that a model has escaped, not formulas.
_DISPLAY = re.compile(r" {0,3}(?P<opener>\\\[(?!\s*[0-9]+(?:\s*[,–-]\s*[0-9]+)*\s*\\\])|\$\$(?!\$))")
_FULL_STOP = re.compile(r"\s*[.,;:!?]?\s*\Z")


class Kind(Enum):
    """What a line that is not blank may begin."""

    TEXT = auto()
    INDENTED = auto()
    FENCE = auto()
    DISPLAY = auto()
    HEADING = auto()
    RULE = auto()
    QUOTE = auto()
    ITEM = auto()


@dataclass(frozen=True, slots=True)
class Marker:
    """The marker of a list item.

    `type` tells lists apart: "-", "+", "*", "." or ")". `content` is the column at which the
    item's content begins: what is indented that far belongs to the item.
    """

    type: str
    content: int
    empty: bool
    interrupts: bool  # whether it may begin a list in the middle of a paragraph


@dataclass(frozen=True, slots=True)
class Display:
    r"""A displayed formula: closed by `\]` or `$$`, perhaps on the same line; it begins at `start`."""

    closer: str
    start: int
    closed: bool


def is_blank(line: str) -> bool:
    """Whether there is nothing on the line but spaces and tabs."""
    return not line.strip(_WHITESPACE)


def indentation(line: str) -> int:
    """The column of the first character that is neither space nor tab."""
    column = 0
    for character in line:
        if character == " ":
            column += 1
        elif character == "\t":
            column += _TAB_STOP - column % _TAB_STOP
        else:
            break
    return column


def kind_of(line: str) -> Kind:
    """What the line, which must not be blank, begins where nothing is open before it."""
    text = line.strip(_WHITESPACE)
    first = text[0]
    if indentation(line) >= _TAB_STOP:
        return Kind.INDENTED
    if first == "#":
        return Kind.HEADING if _HEADING.match(line.lstrip(" ")) else Kind.TEXT
    if first in "`~":
        return Kind.FENCE if open_fence(line) else Kind.TEXT
    if first == ">":
        return Kind.QUOTE
    if first in "\\$":
        return Kind.DISPLAY if open_display(line) else Kind.TEXT
    if first in "-*_" and _is_rule(text):
        return Kind.RULE
    if (first in "-+*" or first in "0123456789") and _MARKER.match(text):
        return Kind.ITEM
    return Kind.TEXT


def marker_of(line: str) -> Marker:
    """The marker on a line whose kind is `Kind.ITEM`."""
    start = indentation(line)
    rest = line.lstrip(" \t")
    found = _MARKER.match(rest)
    assert found is not None  # noqa: S101 - the caller has asked kind_of
    end = start + found.end()
    after = rest[found.end() :]
    empty = is_blank(after)
    # Spaces after the marker belong to it up to four; five or more are one, and indented code.
    spaces = 1 if empty else indentation(" " * end + after) - end
    content = end + (spaces if spaces <= _TAB_STOP else 1)
    number = found["number"]
    return Marker(
        type=found["delimiter"] or rest[0],
        content=content,
        empty=empty,
        interrupts=not empty and (number is None or int(number) == 1),
    )


def underlines_heading(line: str) -> bool:
    """Whether the line, following text, makes a heading of it."""
    return _SETEXT_UNDERLINE.match(line) is not None


def delimits_table(line: str) -> bool:
    """Whether the line looks like the one below the head of a table."""
    return "-" in line and "|" in line and not line.strip("|:- \t\r\n")


def open_display(line: str) -> Display | None:
    r"""The displayed formula that the line opens, or None.

    A formula with more than a full stop behind it on its line is part of a sentence.
    """
    found = _DISPLAY.match(line)
    if found is None:
        return None
    closer = "\\]" if found["opener"] == "\\[" else "$$"
    body, closed, after = line[found.end() :].partition(closer)
    if closed and (is_blank(body) or not is_full_stop(after)):
        return None
    return Display(closer, found.end(), bool(closed))


def is_full_stop(text: str) -> bool:
    """Whether a formula followed by `text` still stands alone: nothing, or one mark."""
    return _FULL_STOP.match(text) is not None


def _is_rule(text: str) -> bool:
    characters = text.replace(" ", "").replace("\t", "")
    return len(characters) >= 3 and not characters.strip(characters[0])
