from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pyromark
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_texts import patiently, texts
from pyromark import Options

from chatroom.rendering import html as html_module
from chatroom.rendering.blocks import split
from chatroom.rendering.formulas import Marked
from chatroom.rendering.html import render, render_block, render_growing
from chatroom.rendering.paragraph import paragraph
from chatroom.rendering.sanitize import sanitize
from chatroom.rendering.writer import Writer

REL = 'target="_blank" rel="noopener noreferrer nofollow ugc"'
HEAD = (
    '<div class="code"><div class="code-head"><span>{}</span>'
    '<button type="button" data-action="copy-code">Copy</button></div>'
)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\ntwo", '<p dir="auto">one\ntwo</p>'),
        ("one  \ntwo\\\nthree", '<p dir="auto">one<br>two<br>three</p>'),
        ("*a* **b** ~~c~~ `d<`", '<p dir="auto"><em>a</em> <strong>b</strong> <del>c</del> <code>d&lt;</code></p>'),
        ("a & b &amp; &copy;", '<p dir="auto">a &amp; b &amp; ©</p>'),
        ("---", "<hr>"),
        ("> a", '<blockquote dir="auto"><p dir="auto">a</p></blockquote>'),
        ("- a\n- b", '<ul><li dir="auto">a</li><li dir="auto">b</li></ul>'),
        ("- a\n\n- b", '<ul><li dir="auto"><p dir="auto">a</p></li><li dir="auto"><p dir="auto">b</p></li></ul>'),
        ("1. a", '<ol><li dir="auto">a</li></ol>'),
        ("7. a", '<ol start="7"><li dir="auto">a</li></ol>'),
        ("- [x] a", '<ul><li dir="auto"><span class="task">☑</span> a</li></ul>'),
        ("- [ ] a", '<ul><li dir="auto"><span class="task">☐</span> a</li></ul>'),
        ("", ""),
        (" \n\t\n", ""),
        ("\n\n  a", '<p dir="auto">a</p>'),
        ("a\r\nb\rc", '<p dir="auto">a\nb\nc</p>'),
        ("a\x00b\ud800", '<p dir="auto">a\ufffdb\ufffd</p>'),
        ("a[^1]\n\n[^1]: some note", '<p dir="auto">a[^1]</p><p dir="auto">[^1]: some note</p>'),
    ],
)
def test_markdown_becomes_html(text: str, html: str):
    assert render(text) == html


@pytest.mark.parametrize(("level", "tag"), [(1, "h3"), (2, "h4"), (3, "h5"), (4, "h6"), (5, "h6"), (6, "h6")])
def test_headings_come_under_those_of_the_page(level: int, tag: str):
    assert render("#" * level + " a {#id}") == f'<{tag} dir="auto">a {{#id}}</{tag}>'


def test_a_table_can_be_scrolled_and_keeps_its_alignment():
    assert render("|a|b|c|\n|-|:-:|-:|\n|1|2|\n") == (
        '<div class="table" tabindex="0" role="region" aria-label="Table"><table>'
        '<thead><tr><th dir="auto">a</th><th class="align-center" dir="auto">b</th>'
        '<th class="align-right" dir="auto">c</th></tr></thead>'
        '<tbody><tr><td dir="auto">1</td><td class="align-center" dir="auto">2</td>'
        '<td class="align-right" dir="auto"></td></tr></tbody></table></div>'
    )


def test_code_has_a_head_with_its_language_and_a_button():
    assert render("```python\nif a < b:\n```\n") == (
        HEAD.format("python")
        + '<pre><code class="language-python"><span class="k">if</span> a &lt; b:\n</code></pre></div>'
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("```\na\n\n  b\n```", "a\n\n  b\n"),
        ("```\na\n", "a\n"),
        ("```\na", "a"),
        ("```", ""),
        ("```\n```", ""),
        ("~~~~\n~~~\n```\n~~~~~  ", "~~~\n```\n"),
        ("  ```\n  a\n b\n   c\n  ```", "a\nb\n c\n"),
        ("\n \n```\n\na\n```\n", "\na\n"),
        ("```\r\na\r\n```\r\n", "a\n"),
        ("```\na\n```\t\n", "a\n"),
        ("  ```\n\ta\n  ```\n", "\ta\n"),
        ("    a\n\n      b", "a\n\n  b"),
        ("```\n\\(a\\) $b$ <c>\n```", "\\(a\\) $b$ &lt;c&gt;\n"),
    ],
)
def test_code_is_kept_as_it_is(text: str, code: str):
    assert render(text) == f"{HEAD.format('')}<pre><code>{code}</code></pre></div>"


def test_code_in_a_list_looks_like_code_outside():
    code = render("```python\nif\n```")
    assert render("- a\n\n  ```python\n  if\n  ```") == f'<ul><li dir="auto"><p dir="auto">a</p>{code}</li></ul>'


@pytest.mark.parametrize("info", ["mermaid", "composer rail", "\"'><b>"])
def test_what_a_fence_says_becomes_no_class_unless_we_know_the_language(info: str):
    assert "<pre><code>a\n</code></pre>" in render(f"```{info}\na\n```")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[a](https://b.c/d?e&f 'title')", f'<a href="https://b.c/d?e&amp;f" {REL}>a</a>'),
        ("<https://b.c>", f'<a href="https://b.c" {REL}>https://b.c</a>'),
        ("<a@b.c>", f'<a href="mailto:a@b.c" {REL}>a@b.c</a>'),
        ("[a][b]\n\n[b]: https://b.c", "[a][b]</p>"),
        ("[a]: https://b.c\n[a]", f'<a href="https://b.c" {REL}>a</a>'),
        ("[*a*](/b) [c](#d) [e](javascript:f) [g](//h)", "<em>a</em> c e g</p>"),
        ("[a](https://b.c/d_\\(e\\))", f'<a href="https://b.c/d_(e)" {REL}>a</a>'),
        ("[a](https://b.c/d_\\(e\\)) \\(f\\)", f'<a href="https://b.c/d_(e)" {REL}>a</a> <math><mi>f</mi></math>'),
    ],
)
def test_links_open_elsewhere_and_lead_to_the_web_or_to_mail_only(text: str, html: str):
    assert render(text).startswith('<p dir="auto">' + html)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("![a *b* `c` $d$](https://e.f)", f'<a class="image-link" href="https://e.f" {REL}>Image: a b c $d$</a>'),
        ("![a](/b)", "Image: a"),
        ("![a](data:image/png;base64,AAAA)", "Image: a"),
        ("![a](mailto:b@c.d)", "Image: a"),
        ("[![a](https://b.c)](https://d.e)", f'<a href="https://d.e" {REL}>Image: a</a>'),
        ("![![a](https://b.c)](https://d.e)", f'<a class="image-link" href="https://d.e" {REL}>Image: a</a>'),
        ("![a\n<b>\\(c\\)](x) d", "Image: a &lt;b&gt;\\(c\\) d"),
    ],
)
def test_images_are_links_and_are_not_loaded(text: str, html: str):
    assert render(text) == f'<p dir="auto">{html}</p>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<b>*a*</b>", '<p dir="auto">&lt;b&gt;<em>a</em>&lt;/b&gt;</p>'),
        ("<div>\n*a*\n</div>", '<p dir="auto">&lt;div&gt;\n<em>a</em>\n&lt;/div&gt;</p>'),
        ("<!-- a\n\n*b* -->", '<p dir="auto">&lt;!-- a</p><p dir="auto"><em>b</em> --&gt;</p>'),
        ("- <pre>\n  *a*", '<ul><li dir="auto">&lt;pre&gt;\n<em>a</em></li></ul>'),
        ("> 1. <div>", '<blockquote dir="auto"><ol><li dir="auto">&lt;div&gt;</li></ol></blockquote>'),
        ("`a\n<div>`", '<p dir="auto"><code>a &lt;div&gt;</code></p>'),
        ("<https://a.b>", f'<p dir="auto"><a href="https://a.b" {REL}>https://a.b</a></p>'),
        ("|a|\n|-|\n|b<br>c|", '<td dir="auto">b&lt;br&gt;c</td></tr></tbody></table></div>'),
    ],
)
def test_html_is_shown_as_text(text: str, html: str):
    assert render(text).endswith(html)


X = "<math><mi>x</mi></math>"
DISPLAYED = '<span class="math-display"><math display="block"><mi>x</mi></math></span>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a $x$ b", f'<p dir="auto">a {X} b</p>'),
        ("a \\(x\\) b \\( x \\)", f'<p dir="auto">a {X} b {X}</p>'),
        ("a \\[x\\] b", f'<p dir="auto">a {DISPLAYED} b</p>'),
        ("a $$x$$ b", f'<p dir="auto">a {DISPLAYED} b</p>'),
        ("**\\(x\\)**", f'<p dir="auto"><strong>{X}</strong></p>'),
        ("$$\n\nx\n\n$$", f"<p>{DISPLAYED}</p>"),
        ("\\[\nx\n\\].\n", f"<p>{DISPLAYED}.</p>"),
        ("\\[\nx\n\\] so *a*\n", f'<p>{DISPLAYED}</p><p dir="auto">so <em>a</em></p>'),
        ("a\n\\[\nx\n\\]\nb", f'<p dir="auto">a</p><p>{DISPLAYED}</p><p dir="auto">b</p>'),
        ("1. a\n   $$\n   x\n   $$", f'<ol><li dir="auto">a\n{DISPLAYED}</li></ol>'),
        ("> \\[\n> x\n> \\]", f'<blockquote dir="auto"><p dir="auto">{DISPLAYED}</p></blockquote>'),
        ("| \\(x\\) |\n|-|", f'<th dir="auto">{X}</th></tr></thead><tbody></tbody></table></div>'),
        ("`\\(x\\)` `$x$`", '<p dir="auto"><code>\\(x\\)</code> <code>$x$</code></p>'),
        ("- `\\(x`\\)", '<ul><li dir="auto"><code>\\(x</code>)</li></ul>'),
        ("\\\\(x\\\\)", '<p dir="auto">\\(x\\)</p>'),
        ("\\(x", '<p dir="auto">(x</p>'),
        ("\\(x\n\ny\\)", '<p dir="auto">(x</p><p dir="auto">y)</p>'),
        ("a \\[1\\] b \\[2, 3\\] c \\[4–6\\]", '<p dir="auto">a [1] b [2, 3] c [4–6]</p>'),
        ("\\[1\\]\n\\[2\\]", '<p dir="auto">[1]\n[2]</p>'),
        ("- \\(x\n\n  y\\)", '<ul><li dir="auto"><p dir="auto">(x</p><p dir="auto">y)</p></li></ul>'),
        ("\\(" + "x " * 3_500 + "\\)", '<p dir="auto">(' + "x " * 3_500 + ")</p>"),
        ("a \\[ \\] b", '<p dir="auto">a [ ] b</p>'),
        ("from $5 to $6", '<p dir="auto">from $5 to $6</p>'),
        ("$5–$6, ($7) or ($8)", '<p dir="auto">$5–$6, ($7) or ($8)</p>'),
        ("the $x$th", f'<p dir="auto">the {X}th</p>'),
        ("$\\bad{<}$", '<p dir="auto"><code class="math-error">$\\bad{&lt;}$</code></p>'),
        ("\\[\n\\bad\n\\]", '<p><code class="math-error">\\[\n\\bad\n\\]</code></p>'),
        ("é \\(x\\) é", f'<p dir="auto">é {X} é</p>'),
        ("é 🙂 $x$5", '<p dir="auto">é 🙂 $x$5</p>'),
    ],
)
def test_formulas_become_mathml(text: str, html: str):
    assert render(text).endswith(html)


TAME_BLOCKS = [
    "# Heading",
    "Title\n=====",
    "A paragraph\nof *two* lines.",
    "Words with `code` and $x$.",
    "- one\n- two\n  - three\n\n    more of three\n- four",
    "1. one\n\n   ```python\n   if a:\n\n   # b\n   ```\n\n2. two",
    "> quoted\nand on\n> - item",
    "```python\nif a:\n\n# b\n```",
    "~~~\n- a\n\n> b\n~~~",
    "    indented\n\n    code",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "***",
    "[a](https://b.c) and ![d](https://e.f)",
    "\u05e9\u05dc\u05d5\u05dd",
]


@patiently
@given(st.lists(st.sampled_from(TAME_BLOCKS), max_size=8))
def test_the_blocks_together_are_what_the_parser_makes_of_the_whole(blocks: list[str]):
    # What stands between keeps neighbours apart that would be one: two lists, two quotes.
    text = "\n\n***\n\n".join(blocks)
    options = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH | Options.ENABLE_TASKLISTS | Options.ENABLE_MATH
    events = pyromark.events_with_range(text, options=options, merge_text=True)
    assert render(text) == sanitize(Writer(Marked(text)).write(events))


@patiently
@given(texts)
def test_every_text_is_rendered_and_a_second_cleaning_changes_nothing(text: str):
    html = render(text)
    assert sanitize(html) == html
    assert html == "".join(render_block(block) for block in split(text))
    render_growing(text)


@pytest.mark.parametrize(
    "text",
    [
        ">" * 10_000,
        "> " * 10_000 + "a",
        "- " * 10_000 + "a",
        "".join("  " * depth + "- a\n" for depth in range(300)),
        "1. " * 5_000,
        "[" * 10_000,
        "[" * 5_000 + "]" * 5_000,
        "[a](" * 5_000,
        "![" * 10_000,
        "*" * 10_000,
        "*a " * 10_000,
        "**a _b " * 5_000,
        "*_" * 5_000 + "a" + "_*" * 5_000,
        "~~a " * 10_000,
        "`" * 10_000,
        " ".join("`" * count for count in range(150)),
        "$a " * 10_000,
        "$$" * 10_000,
        "\\(" * 10_000,
        "\\[" * 10_000,
        "\\(a\\)" * 3_000,
        "<" * 10_000,
        "<a " * 10_000,
        "<!--" * 10_000,
        "&" * 10_000,
        "&#x" * 10_000,
        "|" * 10_000,
        "|a" * 1_000 + "\n" + "|-" * 1_000 + "\n" + "|\n|a\n" * 2_000,
        "[a]: " + "b" * 5_000 + "\n" + "[a]" * 5_000,
        "\n" * 100_000,
        " " * 100_000,
        "\t" * 20_000 + "a",
        "```" * 10_000,
        "```\n" * 10_000,
        "\r" * 10_000,
        "a\u0301" * 10_000,
        "$" + "\\sqrt{" * 500 + "}" * 500 + "$",
        ("$" + "(" * 8 + "x+" * 100 + "$ ") * 30,
    ],
    ids=lambda text: text[:12],
)
def test_absurd_nesting_is_shown_in_little_time(text: str):
    begin = time.process_time()
    html = render(text)
    assert time.process_time() - begin < 5
    assert len(html) < 100 * len(text) + 1_000
    assert deepest(html) < 110


def deepest(html: str) -> int:
    depth = most = 0
    for piece in html.split("<")[1:]:
        if piece.startswith("/"):
            depth -= 1
        elif not piece.startswith(("br>", "hr>")):
            depth += 1
            most = max(most, depth)
    return most


def test_what_nests_too_deep_is_shown_as_text():
    text = "> " * 100 + "*a*"
    assert render(text) == f'<p class="verbatim" dir="auto">{text.replace(">", "&gt;")}</p>'
    assert render("> " * 20 + "*a*").startswith('<blockquote dir="auto"><blockquote dir="auto">')


def test_a_table_that_is_mostly_filling_is_shown_as_text():
    text = "|a" * 500 + "|\n" + "|-" * 500 + "|\n" + "|a|\n" * 500
    assert render(text).startswith('<p class="verbatim" dir="auto">|a|a')


def test_definitions_of_links_in_a_block_of_their_own_are_shown():
    text = "See [a][1].\n\n[1]: https://b.c\n[2]: https://d.e\n"
    assert render(text) == (
        '<p dir="auto">See [a][1].</p><p class="verbatim" dir="auto">[1]: https://b.c\n[2]: https://d.e</p>'
    )


def test_threads_may_render_at_once():
    sources = [f"# {number}\n\n- *a*\n- \\(x_{number}\\)\n\n```python\nif {number}:\n```\n" for number in range(60)]
    expected = [render(source) for source in sources]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(render, [f"{source}\n" for source in sources] * 3)) == expected * 3


MARKDOWN = "ab éß一 ,.;:'\"?!%()’–…\n1-*_#=~|<&`\\$[]>+\t\u00a0\u2028\x0b"
PIECES = [
    "a",
    "b c",
    "1",
    " ",
    "  ",
    "\n",
    "(",
    ")",
    ".",
    ", ",
    "-",
    "- ",
    "/",
    "=",
    "+",
    "“",
    "?",
    "\u00a0",
    "\\",
    "_",
    "#",
]
SPANS = ["**", "*", "`", "**a b**", "**é, b**", "*a*", "*1-2*", "`x = y*z*`", "`a|b#`", "` a`", "** a**", "*a.*", "``"]


@given(st.text(alphabet=MARKDOWN, max_size=30) | st.lists(st.sampled_from(PIECES + SPANS), max_size=12).map("".join))
def test_an_easy_paragraph_is_what_markdown_makes_of_it(text: str) -> None:
    """What is easily read takes a shorter way; that must not show."""
    taken = html_module._render(text, growing=False)
    growing = html_module._render(text, growing=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html_module, "paragraph", lambda source: None)
        assert html_module._render(text, growing=False) == taken
        assert html_module._render(text, growing=True) == growing


@pytest.mark.parametrize(
    "text", ["words, and more", "**Note** it is", "a *b* and `c = d*e*`, (**f**)\nand `so`.", "a-b 1/2 = 3"]
)
def test_what_models_write_most_is_easy(text: str) -> None:
    assert paragraph(text) is not None
