"""The Markdown parser's events → HTML. All that a model wrote is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any

from chatroom.rendering.formulas import Formula, Marked
from chatroom.rendering.highlight import LANGUAGES, highlight, language_of
from chatroom.rendering.latex import to_mathml
from chatroom.rendering.sanitize import LINK_SCHEMES

# Browsers stop at 512 elements in one another, and so deep a thing cannot be read anyway.
_DEPTH = 90

# Short table rows are filled up to the width of the head: an input of a few kilobytes can ask
# for millions of cells.
_EVENTS_PER_BYTE = 4
_EVENTS = 2_000

_LINK = re.compile(rf"(?:{'|'.join(sorted(LINK_SCHEMES))}):", re.IGNORECASE)
_WEB_LINK = re.compile(r"https?://", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")

_ELEMENTS: dict[str, tuple[str, str]] = {
    "BlockQuote": ('<blockquote dir="auto">', "</blockquote>"),
    "Emphasis": ("<em>", "</em>"),
    "HtmlBlock": ('<p class="verbatim" dir="auto">', "</p>"),
    "Item": ('<li dir="auto">', "</li>"),
    "Paragraph": ('<p dir="auto">', "</p>"),
    "Strikethrough": ("<del>", "</del>"),
    "Strong": ("<strong>", "</strong>"),
    "TableHead": ("<thead><tr>", "</tr></thead><tbody>"),
    "TableRow": ("<tr>", "</tr>"),
}


class Unpresentable(Exception):
    """The block nests too deep, or is far larger as HTML than as text."""


def write_code(code: str, info: str, *, colour: bool) -> str:
    """A block of code. `info` is what stood behind the opening fence."""
    language = language_of(info)
    body = highlight(code, language) if colour else escape(code, quote=False)
    language_class = f' class="language-{escape(language)}"' if language in LANGUAGES else ""
    return (
        f'<div class="code"><div class="code-head"><span>{escape(language)}</span>'
        '<button type="button" data-action="copy-code">Copy</button></div>'
        f"<pre><code{language_class}>{body}</code></pre></div>"
    )


def write_formula(formula: Formula) -> str:
    """A formula as MathML, or its source where it is none that we can show."""
    mathml = to_mathml(formula.latex, display=formula.display)
    if mathml is None:
        return f'<code class="math-error">{escape(formula.source, quote=False)}</code>'
    return f'<span class="math-display">{mathml}</span>' if formula.display else mathml


class Writer:
    """Writes one block. `growing`: its last code block may go on, and is not coloured yet."""

    def __init__(self, marked: Marked, *, growing: bool = False) -> None:
        self._marked = marked
        self._source = marked.text.encode()
        self._growing_end = len(self._source) if growing else -1
        self._html: list[str] = []
        self._depth = 0
        self._code: list[str] | None = None  # the text of the code block we are in
        self._code_info = ""
        self._code_grows = False
        self._image: list[str] | None = None  # the text of the image we are in
        self._images: list[str] = []  # its address, and those of images in its text
        self._links: list[bool] = []  # for each link that we are in: whether it is shown as one
        self._alignments: tuple[str, ...] = ()
        self._column = 0
        self._cell = "td"

    def write(self, events: Iterable[tuple[Any, Any]]) -> str:
        """HTML of `events`, pairs as pyromark yields them. Raises Unpresentable."""
        allowed = _EVENTS + _EVENTS_PER_BYTE * len(self._source)
        for count, (event, place) in enumerate(events):
            if count > allowed:
                raise Unpresentable
            kind, value = _named(event)
            match kind:
                case "Text":
                    self._text(value)
                case "Start":
                    self._start(value, place)
                case "End":
                    self._end(*_named(value))
                case _:
                    self._leaf(kind, value, place)
        return "".join(self._html)

    def _leaf(self, kind: str, value: Any, place: Any) -> None:
        match kind:
            case "Code":
                text = self._marked.restored(value)
                self._tag(f"<code>{escape(text, quote=False)}</code>", plain=text)
            case "InlineMath" | "DisplayMath":
                self._dollars(value, display=kind == "DisplayMath", end=place["end"])
            case "SoftBreak":
                self._tag("\n", plain=" ")
            case "HardBreak":
                self._tag("<br>", plain=" ")
            case "Rule":
                self._tag("<hr>")
            case "TaskListMarker":
                self._tag(f'<span class="task">{"☑" if value else "☐"}</span> ')
            case _:  # raw HTML
                self._text(self._marked.restored(value))

    def _tag(self, html: str, plain: str = "") -> None:
        if self._image is None:
            self._html.append(html)
        else:
            self._image.append(plain)

    def _text(self, text: str) -> None:
        if self._code is not None:
            self._code.append(self._marked.restored(text))
        elif self._image is not None:
            self._image.append(self._marked.restored(text))
        elif not self._marked.formulas:
            self._html.append(escape(text, quote=False))
        else:
            for piece in self._marked.pieces(text):
                self._html.append(escape(piece, quote=False) if isinstance(piece, str) else write_formula(piece))

    def _dollars(self, latex: str, *, display: bool, end: int) -> None:
        mark = "$$" if display else "$"
        source = mark + self._marked.restored(latex) + mark
        if self._image is not None or self._source[end : end + 1].isdigit():
            self._text(source)  # "$5–$10" is about money
        else:
            self._html.append(write_formula(Formula(source, source.strip("$"), display)))

    def _start(self, tag: Any, place: Any) -> None:
        self._depth += 1
        if self._depth > _DEPTH:
            raise Unpresentable
        name, value = _named(tag)
        if name in _ELEMENTS:
            if name in ("TableHead", "TableRow"):
                self._column = 0
                self._cell = "th" if name == "TableHead" else "td"
            self._tag(_ELEMENTS[name][0])
            return
        match name:
            case "Heading":
                self._tag(f'<h{_heading(value["level"])} dir="auto">')
            case "List":
                start = "" if value is None or value == 1 else f' start="{value}"'
                self._tag("<ul>" if value is None else f"<ol{start}>")
            case "CodeBlock":
                self._code = []
                self._code_info = "" if value == "Indented" else value["Fenced"]
                self._code_grows = place["end"] == self._growing_end
            case "Link":
                self._start_link(value)
            case "Image":
                if self._image is None:
                    self._image = []
                self._images.append(value["dest_url"])
            case "Table":
                self._alignments = value
                self._tag('<div class="table" tabindex="0" role="region" aria-label="Table"><table>')
            case "TableCell":
                alignment = self._alignments[self._column].lower()
                self._column += 1
                align = "" if alignment == "none" else f' class="align-{alignment}"'
                self._tag(f'<{self._cell}{align} dir="auto">')

    def _end(self, name: str, value: Any) -> None:
        self._depth -= 1
        if name in _ELEMENTS:
            self._tag(_ELEMENTS[name][1])
            return
        match name:
            case "Heading":
                self._tag(f"</h{_heading(value)}>")
            case "List":
                self._tag("</ol>" if value else "</ul>")
            case "CodeBlock":
                code, self._code = "".join(self._code or ()), None
                self._tag(write_code(code, self._marked.restored(self._code_info), colour=not self._code_grows))
            case "Link":
                if self._links.pop():
                    self._tag("</a>")
            case "Image":
                self._end_image()
            case "Table":
                self._tag("</tbody></table></div>")
            case "TableCell":
                self._tag(f"</{self._cell}>")

    def _start_link(self, link: Any) -> None:
        address = self._address(link["dest_url"])
        if link["link_type"] == "Email":
            address = f"mailto:{address}"
        shown = _LINK.match(address) is not None
        self._links.append(shown)
        if shown:
            self._tag(f'<a href="{escape(address)}">')

    def _end_image(self) -> None:
        address = self._address(self._images.pop())
        if self._images or self._image is None:
            return
        text = escape(f"Image: {''.join(self._image)}", quote=False)
        self._image = None
        if _WEB_LINK.match(address) and not any(self._links):
            text = f'<a class="image-link" href="{escape(address)}">{text}</a>'
        self._html.append(text)

    def _address(self, address: str) -> str:
        # A formula in an address was none: `\(` there is an escaped bracket.
        return _ESCAPE.sub(r"\1", self._marked.restored(address)) if self._marked.formulas else address


def _named(thing: Any) -> tuple[str, Any]:
    """An event, or what it starts or ends, is a name, or a name with a value."""
    return (thing, None) if isinstance(thing, str) else next(iter(thing.items()))


def _heading(level: str) -> int:
    """The page has headings of its own above: a model's first is the page's third."""
    return min(int(level[1:]) + 2, 6)
