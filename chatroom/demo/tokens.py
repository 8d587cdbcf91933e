"""How the demo's models cut text into tokens. One token is one streamed piece, and is billed as one."""

from __future__ import annotations

import re

# As in byte-pair vocabularies: a word carries the space before it, long words and numbers come in
# pieces, everything else is a code point of its own, so that an emoji of several may be cut inside.
_TOKEN = re.compile(r" ?[^\W\d_]{1,8}|[0-9]{1,3}|\n+| ?[^\w\s]|.")


def tokenise(text: str) -> list[str]:
    """Cut `text` into tokens; joined again they are `text`."""
    return _TOKEN.findall(text)


def count(text: str) -> int:
    """How many tokens `text` is."""
    return sum(1 for _ in _TOKEN.finditer(text))
