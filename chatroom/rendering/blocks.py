"""A growing Markdown text → its top-level blocks, each as soon as nothing can change it.

Every complete line is looked at once, and what it does depends on the lines before it only. So
the cuts are the same however the text was chopped on its way, and a text of n characters costs
O(n) in all, however many pieces it came in.

Cutting too little is harmless: a block may well hold two. Cutting too much would not be. So a
cut is made only where CommonMark surely begins a new top-level block, with these exceptions:

- Raw HTML is text here, so there are no HTML blocks.
- A line that opens a displayed formula begins a block, and keeps it open, blank lines and all,
  until the formula is closed. Where that does not happen soon it was no formula after all.
- Blocks of excessive length are cut, so that a block shown while it grows stays cheap to show.
"""

from __future__ import annotations

import re
from collections import deque
from enum import Enum, auto

from chatroom.rendering.fence import Fence, open_fence
from chatroom.rendering.lines import (
    Kind,
    delimits_table,
    indentation,
    is_blank,
    kind_of,
    marker_of,
    open_display,
    underlines_heading,
)

# Characters. A block past LONG is cut at its next line (a list: at its next item). Tables cannot
# be cut, nor can a single item, so these may grow to LONGEST.
LONG = 8_192
LONGEST = 32 * LONG

# A displayed formula is given up for text where it is not closed within so much.
_FORMULA_LINES = 60
_FORMULA_LENGTH = 6_000

# A line without an end is taken for a line at LONG characters, once a further one is there. A
# "\r" waits for what follows: it may be half of "\r\n".
_LINE = re.compile(rf"[^\r\n]{{0,{LONG}}}+(?:\r\n|\n|\r(?=[\s\S]))|[^\r\n]{{{LONG}}}(?=[^\r\n])")

_NEVER = 1 << 30


class _State(Enum):
    NOTHING = auto()  # blank lines at most
    TEXT = auto()  # a paragraph or a table
    QUOTE = auto()
    LIST = auto()
    INDENTED = auto()
    FENCE = auto()
    DISPLAY = auto()


_STATE_AFTER = {
    Kind.TEXT: _State.TEXT,
    Kind.INDENTED: _State.INDENTED,
    Kind.FENCE: _State.FENCE,
    Kind.DISPLAY: _State.DISPLAY,
    Kind.QUOTE: _State.QUOTE,
    Kind.ITEM: _State.LIST,
}


class BlockSplitter:
    """Cuts a growing Markdown text into top-level blocks.

    What `feed` and `finish` return, joined, is the text that was fed, exactly.
    """

    def __init__(self) -> None:
        self._sealed: list[str] = []
        self._tail = ""  # a line not complete yet
        self._start()

    def feed(self, text: str) -> list[str]:
        """Take in more text; return the sources of the blocks that are now sealed."""
        self._tail += text
        lines = []
        end = 0
        while found := _LINE.match(self._tail, end):
            lines.append(found[0])
            end = found.end()
        if lines:
            self._tail = self._tail[end:]
            self._read(lines)
        return self._take_sealed()

    @property
    def open(self) -> str:
        """The source of what is not sealed yet."""
        return "".join(self._lines) + self._tail

    @property
    def fence(self) -> Fence | None:
        """The fence of the open block, where that is fenced code."""
        return self._fence

    @property
    def code(self) -> str:
        """Where the open block is fenced code: what has come since the opening line."""
        return "".join(self._lines[self._code_from :]) + self._tail

    def finish(self) -> list[str]:
        """Seal the rest; return the sources of the last blocks."""
        if self._tail:
            self._read([self._tail])
            self._tail = ""
        while self._state is _State.DISPLAY:
            self._read(self._lines, formula=False)
        self._seal()
        return self._take_sealed()

    def _start(self) -> None:
        self._state = _State.NOTHING
        self._lines: list[str] = []
        self._length = 0
        self._after_blank = False
        self._fence: Fence | None = None
        self._code_from = 0
        self._closer = ""
        self._is_table = False
        self._list_type = ""
        self._content = 0
        self._empty_item = False

    def _take_sealed(self) -> list[str]:
        sealed, self._sealed = self._sealed, []
        return sealed

    def _seal(self) -> None:
        if self._lines:
            self._sealed.append("".join(self._lines))
        self._start()

    def _add(self, line: str) -> None:
        self._lines.append(line)
        self._length += len(line)

    def _read(self, lines: list[str], *, formula: bool = True) -> None:
        """Read complete lines. `formula=False`: the open block is these lines, and no formula."""
        if not formula:
            self._start()
        waiting = deque(lines)
        while waiting:
            line = waiting.popleft()
            if self._line(line, formula=formula):
                formula = formula or not is_blank(line)
            else:
                waiting.extendleft(reversed(self._lines))
                self._start()
                formula = False

    def _line(self, line: str, *, formula: bool) -> bool:
        """Read one line. False: what is open, this line included, is no formula: read it again."""
        if self._state is _State.FENCE:
            self._line_in_fence(line)
        elif self._state is _State.DISPLAY:
            return self._line_in_display(line)
        elif is_blank(line):
            self._blank(line)
        else:
            kind = kind_of(line)
            if kind is Kind.DISPLAY and not formula:
                kind = Kind.TEXT
            if self._begins_block(line, kind):
                self._seal_before()
                self._open(line, kind)
            else:
                self._continue(line, kind)
        return True

    def _line_in_fence(self, line: str) -> None:
        assert self._fence is not None  # noqa: S101 - for the type checker
        is_line = self._lines[-1].endswith(("\n", "\r"))  # else the rest of an excessive one
        self._add(line)
        if is_line and self._fence.closes(line):
            self._seal()

    def _line_in_display(self, line: str) -> bool:
        self._add(line)
        if self._closer in line:
            self._seal()
            return True
        kind = Kind.TEXT if is_blank(line) else kind_of(line)
        return (
            kind not in (Kind.DISPLAY, Kind.FENCE, Kind.HEADING)
            and len(self._lines) <= _FORMULA_LINES
            and self._length <= _FORMULA_LENGTH
        )

    def _blank(self, line: str) -> None:
        self._add(line)
        self._after_blank = True
        if self._empty_item:
            self._content = _NEVER  # an item cannot begin with two blank lines
        if self._state in (_State.TEXT, _State.QUOTE) or self._length >= LONGEST:
            self._seal()

    def _begins_block(self, line: str, kind: Kind) -> bool:
        """Whether a line that is not blank begins a new top-level block."""
        match self._state:
            case _State.TEXT:
                if kind is Kind.ITEM:
                    return marker_of(line).interrupts
                return kind not in (Kind.TEXT, Kind.INDENTED) and not underlines_heading(line)
            case _State.QUOTE:
                if kind is Kind.ITEM:
                    return not marker_of(line).empty
                if not self._lines[-1].strip("> \t\r\n"):
                    return kind is not Kind.QUOTE  # a quote of nothing has no paragraph to go on
                return kind not in (Kind.QUOTE, Kind.TEXT, Kind.INDENTED)
            case _State.INDENTED:
                return kind is not Kind.INDENTED
            case _State.LIST:
                return self._ends_list(line, kind)
            case _:
                return True

    def _ends_list(self, line: str, kind: Kind) -> bool:
        if indentation(line) >= self._content:
            return False
        if kind is Kind.ITEM:
            return marker_of(line).type != self._list_type or self._length >= LONG
        if kind in (Kind.TEXT, Kind.INDENTED):
            # Without a blank line it is the rest of a paragraph, if there was one.
            return self._after_blank or self._empty_item
        return True

    def _seal_before(self) -> None:
        if self._state is not _State.NOTHING:  # blank lines go with the block that follows
            self._seal()

    def _open(self, line: str, kind: Kind) -> None:
        self._add(line)
        self._after_blank = False
        if kind in (Kind.HEADING, Kind.RULE):
            self._seal()
            return
        self._state = _STATE_AFTER[kind]
        match self._state:
            case _State.FENCE:
                self._fence = open_fence(line)
                self._code_from = len(self._lines)
            case _State.DISPLAY:
                display = open_display(line)
                assert display is not None  # noqa: S101 - its kind says so
                self._closer = display.closer
                if display.closed:
                    self._seal()
            case _State.LIST:
                self._item(line)
            case _:
                self._seal_if_long()

    def _continue(self, line: str, kind: Kind) -> None:
        self._add(line)
        if self._state is _State.LIST and kind is Kind.ITEM and indentation(line) < self._content:
            self._item(line)
        else:
            self._empty_item = False
        self._after_blank = False
        if self._state is _State.TEXT and underlines_heading(line) and not self._is_table:
            self._seal()
            return
        self._is_table = self._is_table or (self._state is _State.TEXT and delimits_table(line))
        self._seal_if_long()

    def _item(self, line: str) -> None:
        marker = marker_of(line)
        self._list_type = marker.type
        self._content = marker.content
        self._empty_item = marker.empty

    def _seal_if_long(self) -> None:
        grows = self._state is _State.LIST or self._is_table
        if self._length >= (LONGEST if grows else LONG):
            self._seal()


def split(text: str) -> list[str]:
    """A whole text → the sources of its blocks; joined they are the text."""
    splitter = BlockSplitter()
    return splitter.feed(text) + splitter.finish()
