"""Source code → HTML with classes for colours, by the language its fence names."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from time import thread_time
from typing import cast

from pygments.lexer import Lexer  # type: ignore[import-untyped]
from pygments.lexers import find_lexer_class, get_all_lexers  # type: ignore[import-untyped]
from pygments.token import (  # type: ignore[import-untyped]
    Comment,
    Generic,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    String,
    Token,
    _TokenType,
)

from chatroom.rendering.cache import TextCache

# Pygments' lexers are backtracking regular expressions, and nearly every one of them has inputs
# on which it is quadratic or worse (Java: "a b " a thousand times). So code stays plain where it
# is longer than so many characters, has an endless line or gap, or takes so many seconds of CPU.
_LONGEST = 50_000
_ENDLESS = re.compile(r"[^\n]{1000}|\s{400}")
_SECONDS = 0.2

# The few kinds that static/css/code.css has a colour for, under Pygments' own short names. A
# kind not listed is coloured as its parent; without a listed parent it stays plain.
TOKEN_CLASSES: dict[_TokenType, str] = {
    Comment: "c",
    Keyword: "k",
    Operator.Word: "k",
    Keyword.Type: "kt",
    Literal: "s",
    String: "s",
    Number: "m",
    Name.Attribute: "na",
    Name.Builtin: "nb",
    Name.Class: "nc",
    Name.Decorator: "nd",
    Name.Function: "nf",
    Name.Tag: "nt",
    Generic.Deleted: "gd",
    Generic.Heading: "gh",
    Generic.Inserted: "gi",
}

# Not all that Pygments knows: lexers of sessions ("console", "pycon") answer only when they have
# read everything, so they cannot be stopped, and the rare ones nobody has tested.
_TESTED = """
    ada apacheconf awk bash bat c clojure cmake common-lisp cpp crystal csharp css cuda cython d dart delphi diff django
    docker elixir elm emacs-lisp erlang fish fortran fsharp gas gdscript glsl go graphql groovy haskell hlsl html http
    ini java javascript json jsx julia kotlin less llvm lua make markdown matlab mysql nasm nginx nim nix objective-c
    ocaml octave perl php plpgsql postgres powershell prolog properties protobuf python r racket rst ruby rust scala
    scheme scss solidity sql swift systemverilog tcl terraform tex toml tsx typescript vbnet verilog vhdl vim vue wgsl
    xml yaml zig
"""
_COLOURED = frozenset(_TESTED.split())
_OTHER_NAMES = {"golang": "go", "jsonc": "json", "yml": "yaml"}

_NAMES: dict[str, str] = {  # what a fence may say → Pygments' name of the lexer
    alias: name
    for name, aliases, _, _ in get_all_lexers(plugins=False)
    if not _COLOURED.isdisjoint(aliases)
    for alias in aliases
}
_NAMES |= {other: _NAMES[alias] for other, alias in _OTHER_NAMES.items()}
LANGUAGES = frozenset(_NAMES)

_cache = TextCache(limit=4_000_000)

_LANGUAGE = re.compile(r"\w[\w+#.-]{0,39}")


def language_of(info: str) -> str:
    """The language that the words behind an opening fence name, in lower case; "" for none."""
    found = _LANGUAGE.search(info.partition(" ")[0])
    return found[0].lower() if found else ""


def highlight(code: str, language: str) -> str:
    """Escaped HTML of `code`, in colour where we know the language. Its text is `code`, unchanged."""
    if language not in LANGUAGES or len(code) > _LONGEST or _ENDLESS.search(code):
        return escape(code, quote=False)
    key = f"{language}\n{code}"
    html = _cache.get(key)
    if html is None:
        html = _highlight(code, language)
        _cache.put(key, html)
    return html


def _highlight(code: str, language: str) -> str:
    # A new lexer each time: some keep state between calls, and pages are rendered in threads.
    lexer = _lexer_class(language)(handlecodeblocks=False)
    deadline = thread_time() + _SECONDS
    pieces = []
    text, text_class = "", ""
    for count, (_, kind, value) in enumerate(lexer.get_tokens_unprocessed(code)):
        if count % 8 == 0 and thread_time() > deadline:
            return escape(code, quote=False)
        value_class = _class_of(kind)
        if value_class != text_class:
            pieces.append(_span(text, text_class))
            text, text_class = "", value_class
        text += value
    pieces.append(_span(text, text_class))
    return "".join(pieces)


def _span(text: str, text_class: str) -> str:
    text = escape(text, quote=False)
    return f'<span class="{text_class}">{text}</span>' if text_class and text else text


@cache
def _class_of(kind: _TokenType) -> str:
    while kind is not Token:
        if kind in TOKEN_CLASSES:
            return TOKEN_CLASSES[kind]
        kind = kind.parent
    return ""


@cache
def _lexer_class(language: str) -> type[Lexer]:
    return cast("type[Lexer]", find_lexer_class(_NAMES[language]))
