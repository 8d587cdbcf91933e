from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_texts import patiently
from xss_vectors import VECTORS

from chatroom.rendering.html import render
from chatroom.rendering.sanitize import sanitize
from chatroom.rendering.stream import StreamRenderer

HTML = {
    *("p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "hr", "pre", "div", "button"),
    *("table", "thead", "tbody", "tr", "th", "td"),
    *("a", "b", "br", "code", "del", "em", "i", "s", "span", "strong", "u"),
}
MATHML = {
    *("math", "menclose", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mprescripts"),
    *("mroot", "mrow", "mspace", "msqrt", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder"),
    "munderover",
}
ATTRIBUTES = {
    *("accent", "accentunder", "aria-label", "class", "data-action", "dir", "display", "displaystyle", "form"),
    *("height", "href", "linethickness", "lspace", "mathvariant", "maxsize", "minsize", "movablelimits", "notation"),
    *("rel", "role", "rspace", "scriptlevel", "start", "stretchy", "tabindex", "target", "type", "width"),
}
FRAMES = ["**{}**", "[{}](https://example.org)", "> - {}", "| {} |\n|---|", "# {}", "![{}](x)"]


class Inspector(HTMLParser):
    """Fails at the first thing that a rendered block may not hold."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in HTML | MATHML, tag
        attributes = dict(attrs)
        assert set(attributes) <= ATTRIBUTES, attributes
        assert tag == "mo" or "form" not in attributes
        if tag == "a" and "href" in attributes:
            assert (attributes["href"] or "").lower().startswith(("http://", "https://", "mailto:"))
            assert attributes["target"] == "_blank"
            assert attributes["rel"] == "noopener noreferrer nofollow ugc"
        if tag == "button":
            assert attributes.pop("type") == "button"
            assert attributes in ({}, {"data-action": "copy-code"})

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def inspect(html: str) -> None:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    # An HTML 5 parser reads from it what was meant: writing that down again changes nothing.
    assert sanitize(html) == html


def test_there_are_enough_vectors_and_no_two_alike():
    assert len(VECTORS) >= 170
    assert len(set(VECTORS)) == len(VECTORS)


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_a_vector_becomes_nothing_but_harmless_elements(vector: str):
    inspect(render(vector))


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_a_vector_is_harmless_while_it_arrives(vector: str):
    renderer = StreamRenderer()
    for start in range(0, len(vector), 7):
        step = renderer.feed(vector[start : start + 7])
        inspect(step.sealed)
        inspect(step.open)
        assert "<" not in (step.grown or "")
    inspect(renderer.finish())


@pytest.mark.parametrize(
    "frame", ["**{}**", "[{}](https://example.org)", "> - {}", "| {} |\n|---|", "# {}", "![{}](x)"]
)
def test_vectors_are_harmless_inside_other_markdown(frame: str):
    for vector in VECTORS:
        inspect(render(frame.format(vector)))


@patiently
@given(st.lists(st.sampled_from(VECTORS), min_size=2, max_size=3), st.sampled_from(["", " ", "\n", "\n\n"]))
def test_vectors_do_not_help_one_another(vectors: list[str], between: str):
    inspect(render(between.join(vectors)))


@pytest.mark.parametrize(
    "html",
    [
        "<script>window.pwned=1</script>",
        "<img src=/beacon>",
        "<p style='position:fixed'>text</p>",
        "<p id=composer onclick=window.pwned=1>text</p>",
        "<button type=submit form=composer data-action=send>text</button>",
        "<a href=javascript:window.pwned=1>text</a>",
        "<a href=/admin/>text</a>",
        "<code class='composer rail'>text</code>",
        "<math><annotation-xml encoding=text/html><style><img src=x onerror=window.pwned=1></style></math>",
        "<math><mtext><mglyph><style><!--</style><img title='--><img src=x onerror=window.pwned=1>'></mtext></math>",
        "<math><mi href=javascript:window.pwned=1 style=color:red>x</mi></math>",
    ],
)
def test_the_last_step_alone_would_hold(html: str):
    inspect(sanitize(html))
