"""What is looked for, and where in a text it stands: upper and lower case are alike, accents are not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LONGEST = 200
# Characters around the match in the line that is shown, and of the match itself.
BEFORE, AFTER, MATCHED = 24, 90, 60


@dataclass(frozen=True, slots=True)
class Line:
    """The piece of a text in which the needle stands."""

    before: str
    matched: str
    after: str


@dataclass(frozen=True, slots=True)
class Needle:
    """What is looked for: these very characters, one after the other."""

    text: str
    _lower: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_lower", self.text.lower())

    @classmethod
    def of(cls, query: str) -> Needle | None:
        """What a person typed; None where that is nothing. No text has U+0000 in it, and PostgreSQL takes none."""
        text = query.replace("\0", "").strip()[:LONGEST].strip()
        return cls(text) if text else None

    def is_in(self, text: str) -> bool:
        """Whether `text` holds it."""
        return self._lower in text.lower()

    def line(self, text: str) -> Line | None:
        """Where it first stands in `text`, with what is around."""
        lower = text.lower()
        if len(lower) == len(text):
            start = lower.find(self._lower)
        else:  # a letter that has two characters in lower case has moved what comes behind it
            found = re.search(re.escape(self.text), text, re.IGNORECASE)
            start = found.start() if found else -1
        if start < 0:
            return None
        end = start + len(self.text)
        before, after = text[max(0, start - BEFORE) : start], text[end : end + AFTER]
        if start > BEFORE:
            before = "…" + (before.partition(" ")[2] or before)
        if end + AFTER < len(text):
            after = after.rpartition(" ")[0] + "…"
        matched = text[start:end]
        return Line(
            _one_line(before),
            _one_line(matched if len(matched) <= MATCHED else matched[:MATCHED] + "…"),
            _one_line(after),
        )


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
