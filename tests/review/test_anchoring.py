"""A quote is found in the stored text at the place that was selected, or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from chatroom.rendering.html import render
from chatroom.review.anchoring import CONTEXT, locate

WORD = re.compile(r"[^\W_]+")

PLACES = [
    # text, what was selected, before, after, what stands there
    ("Some **bold** words", "bold words", "Some ", "", "bold** words"),
    ("It is (*perhaps*) so", "(perhaps)", "It is ", " so", "(*perhaps*)"),
    ("a [link](https://example.org/link) and link", "link", "a link and ", "", "link"),
    ("[foo](https://a.example/x) bar, [foo](https://b.example/y) bar", "bar,", "foo ", " foo bar", "bar,"),
    ("[foo](https://a.example/x) bar, [foo](https://b.example/y) bar", "bar", "foo bar, foo ", "", "bar"),
    ("[foo](https://a.example/x) bar", "foo bar", "", "", "foo](https://a.example/x) bar"),
    ("Tom &amp; J&eacute;r&ocirc;me", "Jérôme", "Tom & ", "", "J&eacute;r&ocirc;me"),
    ("sum $x_i^2+\\alpha$ is big", "is big", "sum xi2+α ", "", "is big"),
    ("sum $x_i^2+\\alpha$ is big", "i2+α is", "sum x", " big", "$x_i^2+\\alpha$ is"),
    ("so \\(a \\to b\\) and on", "a→b and", "so ", " on", "\\(a \\to b\\) and"),
    # As another renderer draws it: each symbol twice.
    ("thus $\\alpha^2$ is the area of it", "thus αα22 is the area", "", " of it", "thus $\\alpha^2$ is the area"),
    ("We conclude that $\\alpha$ is the area", "αα", "We conclude that ", " is the area", "$\\alpha$"),
    ("```py\ndef f(x):\n    return x\n```\n\nthen", "f(x):\n    return", "pydef ", " x\nthen", "f(x):\n    return"),
    ("[a](b) and `[a](b)`", "b", "a and [a](", ")", "b"),
    ("- one\n- two\n\n| a | b |\n|---|---|\n| c | d |", "two\nab\nc", "one\n", "d", "two\n\n| a | b |\n|---|---|\n| c"),
    ("1. one item\n2. two items\n\n- [x] done", "item\ntwo items", "one ", "\n\u2611 done", "item\n2. two items"),
    ("hard  \nbreak\\\nhere", "hard\nbreak\nhere", "", "", "hard  \nbreak\\\nhere"),
    ("\U0001f642 yes \U0001f600 no", "yes \U0001f600", "\U0001f642 ", " no", "yes \U0001f600"),
    ("yes \U0001f600 no \U0001f600 maybe", "\U0001f600", "yes \U0001f600 no ", " maybe", "\U0001f600"),
    ("e\u0301te\u0301 long", "e\u0301te\u0301", "", " long", "e\u0301te\u0301"),
    ("שלום **עולם** טוב", "עולם טוב", "שלום ", "", "עולם** טוב"),
    ("go $\\to$ home now", "→", "go ", " home now", "$\\to$"),
    # Only the signs differ.
    ("say x + y, say x - y, say x + y.", "x - y", "", "", "x - y"),
    ("cat and concatenate", "cat", "cat and con", "enate", "cat"),
    ("![a cat](https://example.org/cat) sat", "Image: a cat sat", "", "", "![a cat](https://example.org/cat) sat"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "exact", "prefix", "suffix", "there"), PLACES)
def test_a_quote_is_found_where_it_stands(text: str, exact: str, prefix: str, suffix: str, there: str) -> None:
    found = locate(text, exact, prefix, suffix)
    assert found is not None
    assert text[found[0] : found[1]] == there
    if text.count(there) > 1:
        assert found[0] == text.rindex(there), "of those that stand twice in the table the last is meant"


NOWHERE = [
    ("Some bold words", "", "", ""),
    ("Some bold words", " \n", "", ""),
    ("", "word", "", ""),
    ("Some bold words", "other", "Some ", " words"),
    ("Some bold words", "other words about quite another thing", "", ""),
    # It stands there, but not among these words.
    ("all words in here and nothing else", "in", "something wholly different came ", " what is not to be read there"),
    ("We conclude that $x$ and all $y$ is the area", "zz", "We conclude that ", " is the area"),
    ("We conclude that the square is the area", "circle", "We conclude that ", " is the area"),
    ("one → two → three", "→", "", ""),
    ("la " * 400, "la", ("la " * 30)[-CONTEXT:], (" la" * 30)[:CONTEXT]),
]


@pytest.mark.parametrize(("text", "exact", "prefix", "suffix"), NOWHERE)
def test_what_may_be_at_two_places_or_none_is_at_none(text: str, exact: str, prefix: str, suffix: str) -> None:
    assert locate(text, exact, prefix, suffix) is None


def test_where_a_model_repeats_itself_the_count_of_letters_before_decides() -> None:
    text = "Wait. Let me think again, step by step.\n\n" * 300
    place = 117 * 41 + 6
    shown = text.replace("\n\n", "\n")
    before = len("".join(WORD.findall(text[:place])))
    at = 117 * 40 + 6
    exact, prefix, suffix = shown[at : at + 18], shown[at - CONTEXT : at], shown[at + 18 : at + 18 + CONTEXT]
    assert locate(text, exact, prefix, suffix) is None
    assert locate(text, exact, prefix, suffix, before=before) == (place, place + 18)
    # Where a page draws some of it otherwise the count is a little off; where it is off by too much nothing is certain.
    assert locate(text, exact, prefix, suffix, before=before + 7) == (place, place + 18)
    assert locate(text, exact, prefix, suffix, before=before + 14) is None
    # Addresses that nobody saw are letters of the stored text, too.
    linked = text.replace("again", "[again](https://example.org/again)", 3)
    shift = 3 * len("[](https://example.org/again)")
    assert locate(linked, exact, prefix, suffix, before=before) == (place + shift, place + 18 + shift)


# One word stands for one word, so that places are known; few of them, so that they repeat.
_word = st.sampled_from(["ab", "abba", "la", "wait", "x1", "שלום", "é", "中文", "so", "2"])
_FORMS = st.sampled_from(
    [
        *("{} ", "{}, ", "({}) ", "{}! ", "{} → ", "**{}** ", "*{}* ", "`{}` ", "~~{}~~ ", "**{} {}** ", "&lt;{}&gt; "),
        *(
            "[{}](https://example.org/ab_la) ",
            "[{} *{}*](https://so.example/wait) ",
            "{}\n\n",
            "{}  \n",
            "{}\\\n",
            "\n\n1. {}\n2. {}\n",
        ),
        *("\n\n- {}\n- {}\n\n", "\n\n# {}\n\n", "\n\n> {} {}\n\n", "\n\n```\n{} {}\n{}\n```\n\n"),
        "\n\n| {} | {} |\n|---|---|\n| {} | {} |\n\n",
    ]
)


@dataclass(frozen=True)
class Written:
    """A text in Markdown, and where each word of it stands that a page shows."""

    text: str
    words: list[tuple[int, int]]


@st.composite
def written(draw: st.DrawFn) -> Written:
    text = ""
    words = []
    for form in draw(st.lists(_FORMS, min_size=1, max_size=30)):
        before, *rest = form.split("{}")
        text += before
        for after in rest:
            word = draw(_word)
            words.append((len(text), len(text) + len(word)))
            text += word + after
    return Written(text, words)


def shown(text: str) -> str:
    page = lxml_html.fromstring(f"<div>{render(text)}</div>")
    for element in page.iter():
        # As a browser tells blocks apart; and the button above code is not text of the model.
        if element.tag == "button":
            element.text = None
        if element.tag in ("p", "li", "td", "th", "pre", "h3", "br"):
            element.tail = "\n" + (element.tail or "")
    return str(page.text_content())


@given(written(), st.data())
@hypothesis_settings(deadline=None, max_examples=400)
def test_any_words_of_any_page_are_found_where_they_were_written(document: Written, data: st.DataObject) -> None:
    page = shown(document.text)
    words = list(WORD.finditer(page))
    assert [word[0] for word in words] == [document.text[start:end] for start, end in document.words]
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, min(len(words) - 1, first + 8)))
    start, end = words[first].start(), words[last].end()
    about = page[max(0, start - CONTEXT) : start], page[end : end + CONTEXT]
    there = document.words[first][0], document.words[last][1]
    before = len("".join(WORD.findall(page[:start])))
    assert locate(document.text, page[start:end], *about, before=before) == there
    # Without that number it may be undecided, never wrong.
    found = locate(document.text, page[start:end], *about)
    assert found in (None, there)
    # What is found in one way of showing it is found in another: as it is written.
    a, b = there
    stored = document.text[max(0, a - CONTEXT) : a], document.text[b : b + CONTEXT]
    assert locate(document.text, document.text[a:b], *stored) in (None, there)
    if len(page) < CONTEXT:
        assert found == there
