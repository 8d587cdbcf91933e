"""Paragraphs that are easily read: words, and here and there something bold, in italics or code.

It is what models write most, and what a live page renders anew with every frame: the parser and the last lock
(`sanitize`) take five times as long. What is not certain is left to them.
"""

from __future__ import annotations

import re

# Of what is no letter and no digit, that which means nothing to Markdown in the middle of a line.
_MARKS = r" ,.;:'\"?!%()=+/’“”–—…-"
_WORDS = rf"[^\W_]+(?:[{_MARKS}]+[^\W_]+)*"
_CODE = r"[^\s`<>&$\\\ufdd0-\ufdd2](?:[^\n`<>&$\\\ufdd0-\ufdd2]*[^\s`<>&$\\\ufdd0-\ufdd2])?"
# No possessive quantifiers here: Python 3.11 before 3.11.5 matches nothing with some of them. There is but one way to
# read each character, so that nothing is tried twice.
# Between blanks (or a bracket) and blanks or marks, so that nobody could read it otherwise.
_SPAN = rf"(?<![^ \n(])(?:\*\*(?P<strong>{_WORDS})\*\*|\*(?P<em>{_WORDS})\*|`(?P<code>{_CODE})`)(?![^ \n,.;:!?)])"
_NAMELESS = re.sub(r"\?P<\w+>", "?:", _SPAN)
# Each line begins with a letter or such a span: with anything else it might be a list, a heading, a quotation …
_LINE = rf"(?:[^\W\d_]|{_NAMELESS})(?:[^\W_]|[{_MARKS}]|{_NAMELESS})*"
_EASY = re.compile(rf"{_LINE}(?:(?<! )\n{_LINE})*\n*")
_SPANS = re.compile(_SPAN)
# Characters; of a longer one the way back would be long, too.
_LONGEST = 8_000


def paragraph(source: str) -> str | None:
    """A block of Markdown → safe HTML, if it is easily read; else None. "\\n" are its only line ends."""
    if len(source) > _LONGEST or not _EASY.fullmatch(source):
        return None
    text = source.rstrip()
    if "*" in text or "`" in text:
        text = _SPANS.sub(_written, text)
    return f'<p dir="auto">{text}</p>'


def _written(span: re.Match[str]) -> str:
    tag = span.lastgroup
    return f"<{tag}>{span[tag]}</{tag}>" if tag else span[0]
