r"""Finds `\(…\)`, `\[…\]` and `$$…$$` in a block, before the Markdown parser takes them apart.

To CommonMark `\(` is an escaped bracket, and a formula of several lines a paragraph, in which
`+ b` begins a list. So formulas are cut out, a mark left in the place of each, and put back by
the writer. Single dollars are left to the parser, which knows the rule about prices.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyromark

# Noncharacters: no text may hold them for others to read, so `html` has taken out any.
MARK = "\ufdd0"
END_OF_MARK = "\ufdd1"

_LENGTH = 6_000  # characters of a formula, more or less

_DELIMITER = re.compile(rb"\\([()\[\]])|\\.|\$+", re.DOTALL)
_CLOSERS = {b"\\(": b"\\)", b"\\[": b"\\]", b"$$": b"$$"}
_CITATION = re.compile(rb"\\\[\s*[0-9]+(?:\s*(?:,|-|\xe2\x80\x93)\s*[0-9]+)*\s*\\\]")
_BLANK_LINE = re.compile(rb"\n[ \t>]*\n")
_LINE_START = re.compile(r"\n[ \t]*")
_QUOTED_LINE_START = re.compile(r"\n[ \t]*(?:>[ \t]?)*")
_MARKS = re.compile(f"{MARK}([0-9]+){END_OF_MARK}")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula: what stood in the text, and the LaTeX in it."""

    source: str
    latex: str
    display: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with marks where formulas were."""

    text: str
    formulas: list[Formula] = field(default_factory=list)

    def pieces(self, text: str) -> list[str | Formula]:
        """A piece of the marked text → text and formulas in turn, beginning and ending with text."""
        if MARK not in text:
            return [text]
        parts: list[str | Formula] = list(_MARKS.split(text))
        parts[1::2] = [self.formulas[int(number)] for number in _MARKS.findall(text)]
        return parts

    def restored(self, text: str) -> str:
        """A piece of the marked text as it stood in the source."""
        if not self.formulas:
            return text
        return "".join(piece if isinstance(piece, str) else piece.source for piece in self.pieces(text))


def mark_formulas(source: str, markdown: pyromark.Markdown) -> Marked:
    """Put marks in the place of the formulas of a block, but not within code."""
    if "\\(" not in source and "\\[" not in source and "$$" not in source:
        return Marked(source)
    data = source.encode()
    is_quote = source.lstrip().startswith(">")
    marked: list[bytes] = []
    formulas: list[Formula] = []
    end = 0
    for start, stop in _formulas(data, _code_ranges(source, markdown)):
        text = data[start:stop].decode()
        body = (_QUOTED_LINE_START if is_quote else _LINE_START).sub("\n", text[2:-2])
        marked += [data[end:start], f"{MARK}{len(formulas)}{END_OF_MARK}".encode()]
        formulas.append(Formula(text, body, display=text[1] != "("))
        end = stop
    marked.append(data[end:])
    return Marked(b"".join(marked).decode(), formulas)


def _formulas(data: bytes, code: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where the formulas are, in bytes. One pass: a delimiter is looked at once."""
    found = []
    opener: re.Match[bytes] | None = None
    code_starts = [start for start, _ in code]
    for delimiter in _DELIMITER.finditer(data):
        place = bisect_right(code_starts, delimiter.start()) - 1
        if place >= 0 and delimiter.start() < code[place][1]:
            continue
        if opener and delimiter[0] == _CLOSERS[opener[0]]:
            if _is_formula(data[opener.start() : delimiter.end()]):
                found.append((opener.start(), delimiter.end()))
            opener = None
        elif delimiter[0] in _CLOSERS and not (opener and delimiter[0] == b"$$"):
            opener = delimiter
    return found


def _is_formula(text: bytes) -> bool:
    if len(text) > _LENGTH or not text[2:-2].strip() or _CITATION.fullmatch(text):
        return False
    return text.startswith(b"\\[") or not _BLANK_LINE.search(text)


def _code_ranges(source: str, markdown: pyromark.Markdown) -> list[tuple[int, int]]:
    """The ranges of code in the block, in bytes, in order."""
    if not any(sign in source for sign in ("`", "~~~", "    ", "\t")):
        return []
    events: Iterable[tuple[Any, Any]] = markdown.events_with_range(source)
    return [(place["start"], place["end"]) for event, place in events if _is_code(event)]


def _is_code(event: Any) -> bool:
    return isinstance(event, dict) and ("Code" in event or "CodeBlock" in event.get("Start", ""))
