"""What the fake provider says, so that whoever hears it can tell each delta's number, and check the whole.

A delta is a word of five characters with a blank before it: `z`, a digit, three of 0-9a-z. The four are the
delta's number in base 36, so that words of one reply stand in the order of their letters. Now and then
a word begins a paragraph, a heading or a list item, or is bold, in italics or code: Markdown as models write it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
#: Numbers below this have a word.
NUMBERS = 10 * 36**3
#: Words repeat their dress after so many.
CYCLE = 240

WORD = re.compile(rb"z([0-9][0-9a-z]{3})")

_HIGH = [f"z{first}{second}" for first in DIGITS[:10] for second in DIGITS]
_LOW = [first + second for first in DIGITS for second in DIGITS]


def _dress(place: int) -> tuple[str, str]:
    """What stands before and after the word at a place in the cycle."""
    blocks = {0: "\n\n", 60: "\n\n## ", 64: "\n\n", 120: "\n\n- ", 152: "\n\n", 200: "\n\n"}
    blocks |= dict.fromkeys((128, 136, 144), "\n- ")
    if place in blocks:
        return blocks[place], ""
    if place % 17 == 5:
        return " **", "**"
    if place % 29 == 7:
        return " *", "*"
    if place % 41 == 3:
        return " `", "`"
    if place % 11 == 9:
        return " ", ","
    return " ", "." if place % 13 == 12 else ""


DRESS = [_dress(place) for place in range(CYCLE)]
_DRESS_JSON = [(before.replace("\n", "\\n"), after) for before, after in DRESS]


@dataclass(frozen=True, slots=True)
class Speech:
    """One reply: `count` deltas numbered from `base`, the first `thought` of them reasoning."""

    base: int
    count: int
    thought: int

    def text(self, start: int, stop: int) -> str:
        """Deltas `start` to `stop` (places in this reply), joined."""
        return "".join(self._pieces(DRESS, start, stop))

    def json_texts(self, start: int, stop: int) -> Iterator[str]:
        """The same one by one, as they stand inside a JSON string."""
        return self._pieces(_DRESS_JSON, start, stop)

    @property
    def reasoning(self) -> str:
        """The whole thought."""
        return self.text(0, self.thought)

    @property
    def content(self) -> str:
        """The whole answer."""
        return self.text(self.thought, self.count)

    def _pieces(self, dress: list[tuple[str, str]], start: int, stop: int) -> Iterator[str]:
        for number in range(self.base + start, self.base + stop):
            before, after = dress[number % CYCLE]
            yield f"{before}{_HIGH[number // 1296]}{_LOW[number % 1296]}{after}"
