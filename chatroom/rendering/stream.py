"""A part of a reply while it arrives → what a live page must change to show it.

The page holds the sealed blocks, which never change, and behind them one element with the block
that is still growing. Once `finish` has been shown the page is what `render` gives of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from chatroom.rendering.blocks import LONG, BlockSplitter
from chatroom.rendering.fence import Fence
from chatroom.rendering.html import readable, render_block, render_growing, render_growing_code

# A last line that may still become the start of an item, but would meanwhile make a heading of
# the paragraph above it.
_UNDERLINE = re.compile(r" {0,3}(?:-+|=+) *")

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True)
class Step:
    """What a piece of text changes on the page, in HTML.

    `sealed`: append it to the sealed blocks. `open`: it replaces the growing block; where it is
    what it was, nothing need be sent. Unless `grown` is not None: then the growing block stays,
    and `grown` is appended to the text of its `<code>`; `sealed` and `open` are empty.
    """

    sealed: str
    open: str
    grown: str | None = None


class StreamRenderer:
    """Renders one part of a reply as its text arrives."""

    def __init__(self) -> None:
        self._splitter = BlockSplitter()
        self._code: _GrowingCode | None = None  # the growing block, where that is fenced code
        self._open = ""
        self._open_length = 0

    def feed(self, text: str) -> Step:
        """Take in more text."""
        sealed = self._splitter.feed(text)
        if self._code is not None and not sealed:
            return Step("", "", escape(readable(self._code.feed(text)), quote=False))
        fence = self._splitter.fence
        self._code = _GrowingCode(fence) if fence else None
        if sealed:
            self._open_length = 0
        return Step("".join(map(render_block, sealed)), self._render_open())

    def finish(self) -> str:
        """HTML of the last sealed blocks; they take the place of the growing one."""
        self._code = None
        return "".join(map(render_block, self._splitter.finish()))

    def _render_open(self) -> str:
        if self._code is not None:
            return render_growing_code(self._code.feed(self._splitter.code), self._code.fence.info)
        source = self._splitter.open
        # A huge table is shown again when an eighth has been added, so that it costs O(n) in all.
        if len(source) > LONG and len(source) * 8 < self._open_length * 9:
            return self._open
        self._open_length = len(source)
        before, line_end, last = source.rpartition("\n")
        if _UNDERLINE.fullmatch(last):
            source = before + line_end
        self._open = render_growing(source)
        return self._open


class _GrowingCode:
    """Text behind an opening fence → code that can be shown: what is given once stays."""

    def __init__(self, fence: Fence) -> None:
        self.fence = fence
        self._held = ""  # the beginning of a line that may yet close the fence, or half a "\r\n"
        self._within_line = False

    def feed(self, text: str) -> str:
        text = self._held + text
        self._held = ""
        if text.endswith("\r"):
            text, self._held = text[:-1], "\r"
        shown = []
        for found in _LINE.finditer(text):
            line = found[0]
            is_complete = line.endswith(("\n", "\r"))
            if not self._within_line:
                if not is_complete and self.fence.may_close(line):
                    self._held = line + self._held
                    break
                line = self.fence.dedent(line)
            self._within_line = not is_complete
            shown.append(line)
        return "".join(shown)
