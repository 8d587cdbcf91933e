"""Fenced code at the top level: the opening line, what it asks for, the line that closes it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPENING = re.compile(r"(?P<indent> {0,3})(?:(?P<ticks>`{3,})(?P<info>[^`\r\n]*)|(?P<tildes>~{3,})(?P<words>[^\r\n]*))")


@dataclass(frozen=True, slots=True)
class Fence:
    """An opening fence: `mark` is repeated `length` times, `indent` columns in; `info` follows."""

    mark: str
    length: int
    indent: int
    info: str

    def closes(self, line: str) -> bool:
        """Whether the line, complete, ends the code."""
        text = line.rstrip(" \t\r\n")
        mark = text.lstrip(" ")
        return len(text) - len(mark) <= 3 and len(mark) >= self.length and not mark.strip(self.mark)

    def may_close(self, start: str) -> bool:
        """Whether a line that begins with `start` can still turn out to end the code."""
        text = start.lstrip(" ")
        if len(start) - len(text) > 3:
            return False
        after = text.lstrip(self.mark)
        return not after or (len(text) - len(after) >= self.length and not after.strip(" \t\r"))

    def code(self, source: str) -> str:
        """The code in a block that this fence opens. Its lines must end in "\\n"."""
        lines = source.partition("\n")[2].split("\n")
        last = lines.pop()
        if last and not self.closes(last):
            return "\n".join(map(self.dedent, [*lines, last]))
        if not last and lines and self.closes(lines[-1]):
            lines.pop()
        return "".join(f"{self.dedent(line)}\n" for line in lines)

    def dedent(self, line: str) -> str:
        """The line without as much indentation as the opening fence has."""
        return line[min(self.indent, len(line) - len(line.lstrip(" "))) :]


def open_fence(line: str) -> Fence | None:
    """The fence that the line opens, or None."""
    found = _OPENING.match(line)
    if found is None:
        return None
    marks = found["ticks"] or found["tildes"]
    if found["ticks"] and line[found.end() :].strip("\r\n"):
        return None  # a backtick in the words behind it: code within a line
    return Fence(marks[0], len(marks), len(found["indent"]), (found["info"] or found["words"] or "").strip())
