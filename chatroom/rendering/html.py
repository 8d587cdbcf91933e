"""One block of Markdown → safe HTML, and a whole text → the HTML of its blocks.

The dialect: CommonMark, tables, strikethrough, task lists, formulas. Raw HTML is text, since a
model that writes `<b>` talks about HTML more often than in it. A reference link works within
its block only.
"""

from __future__ import annotations

import re
from html import escape

import pyromark
from pyromark import Options

from chatroom.rendering.blocks import split
from chatroom.rendering.cache import TextCache
from chatroom.rendering.fence import open_fence
from chatroom.rendering.formulas import Formula, mark_formulas
from chatroom.rendering.lines import is_full_stop, open_display
from chatroom.rendering.paragraph import paragraph
from chatroom.rendering.sanitize import sanitize
from chatroom.rendering.writer import Unpresentable, Writer, write_code, write_formula

_MARKDOWN = pyromark.Markdown(
    options=Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH | Options.ENABLE_TASKLISTS | Options.ENABLE_MATH
)

# A page renders the blocks again that it has rendered live, and so does each reader's page.
_cache = TextCache(limit=16_000_000)
_CACHED = 20_000  # characters of a source; code longer than that is seldom asked for twice

_LINE_END = re.compile(r"\r\n?")
# NUL as CommonMark has it; halves of surrogate pairs, which JSON can carry; and the
# noncharacters that have a meaning between the modules here.
_UNREADABLE = re.compile("[\x00\ud800-\udfff\ufdd0-\ufdd2]")

_BLANK_LINES = re.compile(r"(?:[ \t]*\n)*")

# Put before a "<" at the beginning of a line, so that no line begins a block of raw HTML.
_GUARD = "\ufdd2"
_HTML_START = re.compile(r"^([ \t]*+(?:(?:>[ \t]*+|(?:[-+*]|[0-9]{1,9}[.)])[ \t]++))*+)<", re.MULTILINE)


def render_block(source: str) -> str:
    """One block → safe HTML; "" for a blank one. The same source gives the same HTML."""
    if len(source) > _CACHED:
        return _render(source, growing=False)
    html = _cache.get(source)
    if html is None:
        html = _render(source, growing=False)
        _cache.put(source, html)
    return html


def render_growing(source: str) -> str:
    """A block that is still growing → safe HTML. Code at its very end is not coloured yet."""
    return _render(source, growing=True)


def render_growing_code(code: str, info: str) -> str:
    """Fenced code that is still growing → safe HTML. `info` is what follows the opening fence."""
    return sanitize(write_code(readable(code), info, colour=False))


def render(text: str) -> str:
    """A whole text → safe HTML: the HTML of its blocks, one after the other."""
    return "".join(map(render_block, split(text)))


def readable(source: str) -> str:
    r"""`source` with "\n" for every line ending and U+FFFD for what cannot be shown."""
    return _UNREADABLE.sub("\ufffd", _LINE_END.sub("\n", source))


def _render(source: str, *, growing: bool) -> str:
    source = readable(source)
    source = source[_BLANK_LINES.match(source).end() :]  # type: ignore[union-attr]
    if not source.strip(" \t"):
        return ""
    if (easy := paragraph(source)) is not None:
        return easy
    if fence := open_fence(source.partition("\n")[0]):
        return sanitize(write_code(fence.code(source), fence.info, colour=not growing))
    try:
        html = _display(source, growing=growing) or _markdown(source, growing=growing)
    except Unpresentable:
        html = ""
    # A block of definitions of links says nothing either, for the links are in other blocks.
    return sanitize(html or f'<p class="verbatim" dir="auto">{escape(source.strip(), quote=False)}</p>')


def _display(source: str, *, growing: bool) -> str:
    """A block that is a displayed formula; "" where it is something else."""
    display = open_display(source.partition("\n")[0])
    if display is None:
        return ""
    body, closer, after = source[display.start :].partition(display.closer)
    if not closer:
        return f'<p><code class="math-open">{escape(source, quote=False)}</code></p>' if growing else ""
    formula = Formula(source[: len(source) - len(after)].strip(), body, display=True)
    if is_full_stop(after):
        return f"<p>{write_formula(formula)}{escape(after.strip(), quote=False)}</p>"
    return f"<p>{write_formula(formula)}</p>{_markdown(after, growing=growing)}"


def _markdown(source: str, *, growing: bool) -> str:
    if "<" in source:
        source = _HTML_START.sub(rf"\1{_GUARD}<", source)
    marked = mark_formulas(source, _MARKDOWN)
    writer = Writer(marked, growing=growing)
    return writer.write(_MARKDOWN.events_with_range(marked.text, merge_text=True)).replace(_GUARD, "")
