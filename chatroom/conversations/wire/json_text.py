"""JSON as a person reads it: indented, coloured, and with the characters that its escapes stand for.

Only blanks are added and escapes resolved. Numbers, keys that come twice and their order stay as they
are written: what is looked at is evidence. Takes time in proportion to the text, whatever is in it,
which the lexers of `rendering.highlight` do not promise: they refuse the long lines of a prompt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape

from chatroom.providers.loose_json import parse_json

_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')
_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.")

# Indented no deeper: a hundred brackets must not become ten thousand blanks.
_DEEPEST = 20


def is_json(text: str | bytes) -> bool:
    """Whether `text` is one JSON document, as generously as providers are read."""
    try:
        parse_json(text)
    except ValueError:
        return False
    return True


def pretty_html(text: str, most: int) -> str:
    """HTML of the JSON in `text`, indented by two, with the classes of `code.css`; cut off after `most` characters."""
    pieces = []
    for kind, piece in _indented(text):
        shown = escape(piece[:most], quote=False)
        pieces.append(f'<span class="{kind}">{shown}</span>' if kind else shown)
        most -= len(piece)
        if most <= 0:
            pieces.append("…")
            break
    return "".join(pieces)


def _indented(text: str) -> Iterator[tuple[str, str]]:
    """Words and the blanks between them, each with its class: nt a key, s a string, m a number, k a literal."""
    open_brackets: list[str] = []
    before = ""
    for found in _WORD.finditer(text):
        word = found[0]
        closes = word in ("}", "]")
        empty = closes and before in ("{", "[")
        if closes and open_brackets:
            open_brackets.pop()
        if not empty and (closes or before in ("{", "[", ",")):
            yield "", "\n" + "  " * min(len(open_brackets), _DEEPEST)
        if word.startswith('"'):
            is_key = open_brackets[-1:] == ["{"] and before != ":"
            yield "nt" if is_key else "s", _ESCAPE.sub(_resolved, word)
        elif word in ("{", "["):
            open_brackets.append(word)
            yield "", word
        elif closes or word == ",":
            yield "", word
        elif word == ":":
            yield "", ": "
        else:
            yield "k" if word in ("true", "false", "null") else "m", word
        before = word


def _resolved(escape: re.Match[str]) -> str:
    """The character that an escape stands for, where it can be seen and may stand in a string by itself."""
    if not escape[0].startswith("\\u"):
        return escape[0]
    character: str = json.loads(f'"{escape[0]}"')
    return character if character.isprintable() and character not in '"\\' else escape[0]
