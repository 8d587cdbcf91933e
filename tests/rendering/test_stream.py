from __future__ import annotations

import time

import pytest
from hypothesis import given
from markdown_texts import chopped_texts, patiently

from chatroom.rendering.blocks import LONG
from chatroom.rendering.html import render
from chatroom.rendering.stream import Step, StreamRenderer

END_OF_CODE = "</code></pre></div>"


class Page:
    """What a browser holds that follows the steps."""

    def __init__(self) -> None:
        self.sealed = ""
        self.open = ""

    def apply(self, step: Step) -> None:
        if step.grown is None:
            self.sealed += step.sealed
            self.open = step.open
        else:
            assert (step.sealed, step.open) == ("", "")
            assert self.open.endswith(END_OF_CODE)
            self.open = self.open.removesuffix(END_OF_CODE) + step.grown + END_OF_CODE

    @property
    def html(self) -> str:
        return (self.sealed + self.open).replace("&nbsp;", "\xa0")


def follow(renderer: StreamRenderer, *pieces: str) -> Page:
    page = Page()
    for piece in pieces:
        page.apply(renderer.feed(piece))
    return page


@patiently
@given(chopped_texts())
def test_the_live_page_ends_as_the_page_loaded_afresh(chopped: tuple[str, list[str]]):
    text, pieces = chopped
    renderer = StreamRenderer()
    page = follow(renderer, *pieces)
    assert page.sealed + renderer.finish() == render(text)


@patiently
@given(chopped_texts())
def test_a_page_that_joins_late_shows_what_the_others_show(chopped: tuple[str, list[str]]):
    _, pieces = chopped
    renderer = StreamRenderer()
    page = Page()
    for count, piece in enumerate(pieces, start=1):
        page.apply(renderer.feed(piece))
        late = follow(StreamRenderer(), "".join(pieces[:count]))
        assert page.html == late.html


def test_a_sealed_block_is_not_sent_again():
    renderer = StreamRenderer()
    assert renderer.feed("one\n\ntw") == Step('<p dir="auto">one</p>', '<p dir="auto">tw</p>')
    assert renderer.feed("o") == Step("", '<p dir="auto">two</p>')
    assert renderer.finish() == '<p dir="auto">two</p>'
    assert renderer.finish() == ""


def test_open_code_grows_by_its_text_alone():
    renderer = StreamRenderer()
    first = renderer.feed("```python\nif a")
    assert first.grown is None
    assert first.open.endswith(f'<pre><code class="language-python">if a{END_OF_CODE}')
    assert renderer.feed(" < b:\n") == Step("", "", " &lt; b:\n")
    assert renderer.feed("    pass\n") == Step("", "", "    pass\n")
    last = renderer.feed("```\nafter")
    assert last.grown is None
    assert '<span class="k">pass</span>' in last.sealed
    assert last.open == '<p dir="auto">after</p>'


def test_the_language_is_awaited():
    renderer = StreamRenderer()
    renderer.feed("```py")
    step = renderer.feed("thon\n")
    assert step.grown is None
    assert 'class="language-python"' in step.open


@pytest.mark.parametrize("start", ["`", "``", "  ``", "```", "``` ", " ", "```\r"])
def test_what_may_close_the_fence_is_held_back(start: str):
    renderer = StreamRenderer()
    renderer.feed("```\na\n")
    assert renderer.feed(start) == Step("", "", "")
    assert renderer.finish().count("<pre><code>a\n") == 1


@pytest.mark.parametrize(
    ("start", "rest", "shown"),
    [
        ("`", "b", "`b"),
        ("```", "b", "```b"),
        ("  ", "b", "  b"),
        ("   `", " `", "   ` `"),
        ("", "    ```", "    ```"),
        ("b", "```", "b```"),
    ],
)
def test_what_does_not_close_it_is_shown(start: str, rest: str, shown: str):
    renderer = StreamRenderer()
    renderer.feed("```\na\n")
    grown = [renderer.feed(start).grown, renderer.feed(rest).grown]
    assert "".join(text or "" for text in grown) == shown


def test_growing_code_loses_the_indentation_of_its_fence():
    renderer = StreamRenderer()
    page = follow(renderer, "  ```\n", " ", " a\n ", "  b\n", "c\n", "    d")
    assert f"<code>a\n b\nc\n  d{END_OF_CODE}" in page.html


def test_windows_line_endings_cut_in_two_are_one_line_ending():
    renderer = StreamRenderer()
    page = follow(renderer, "```\r", "\na\r", "\nb\r\n", "\r\n", "c")
    assert f"<code>a\nb\n\nc{END_OF_CODE}" in page.html


def test_a_dash_does_not_make_a_heading_of_the_line_above_it():
    renderer = StreamRenderer()
    renderer.feed("To do:\n")
    assert renderer.feed("-").open == '<p dir="auto">To do:</p>'
    assert renderer.feed(" tea").open == '<p dir="auto">To do:</p><ul><li dir="auto">tea</li></ul>'
    assert renderer.feed("\n").open == '<ul><li dir="auto">tea</li></ul>'


def test_a_formula_is_shown_as_its_source_until_it_is_closed():
    renderer = StreamRenderer()
    step = renderer.feed("\\[\n*a*")
    assert step.open == '<p><code class="math-open">\\[\n*a*</code></p>'
    step = renderer.feed("\n\\]\n")
    assert step.sealed.startswith('<p><span class="math-display"><math display="block">')
    assert step.open == ""


def test_code_in_a_list_is_coloured_once_something_follows_it():
    renderer = StreamRenderer()
    assert "<span" not in renderer.feed("- a\n\n  ```python\n  if").open.partition("<pre>")[2]
    assert '<span class="k">if</span>' in renderer.feed("\n  ```\n\n  b").open


def test_a_huge_table_is_not_rendered_anew_for_every_row():
    renderer = StreamRenderer()
    renderer.feed("| a | b |\n|---|---|\n")
    shown = {renderer.feed("| 1 | 2 |\n").open for _ in range(5 * LONG // 10)}
    assert len(shown) < LONG // 10 + 30


def test_a_huge_table_does_not_stay_when_another_follows():
    table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * LONG
    renderer = StreamRenderer()
    renderer.feed(table[: LONG * 2])
    step = renderer.feed(table[LONG * 2 : LONG * 5] + "\n" + table.replace("1", "3")[: LONG * 2])
    assert '<td dir="auto">3</td>' in step.open
    assert '<td dir="auto">1</td>' not in step.open


@pytest.mark.parametrize(
    "text",
    [
        "word " * 20_000,
        "A paragraph of some *twelve* words, with `code` in it, ends here.\n\n" * 1_500,
        "```python\n" + "    value = compute(first, second)\n" * 3_000,
        "- an item of **some** ten words, with `code` in it\n" * 2_000,
        "| a | b |\n|---|---|\n" + "| some words | some words |\n" * 3_500,
    ],
    ids=["one line", "paragraphs", "code", "list", "table"],
)
def test_a_long_answer_in_small_pieces_costs_no_more_than_its_length(text: str):
    renderer = StreamRenderer()
    begin = time.process_time()
    for start in range(0, len(text), 20):
        renderer.feed(text[start : start + 20])
    renderer.finish()
    assert time.process_time() - begin < 20
