from __future__ import annotations

import re
import time
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_texts import patiently

from chatroom.rendering import highlight as module
from chatroom.rendering.highlight import LANGUAGES, TOKEN_CLASSES, highlight, language_of

CODE_CSS = Path(__file__).parents[2] / "static" / "css" / "code.css"


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("", ""),
        ("python", "python"),
        ("Python title", "python"),
        ("{.python .numbered}", "python"),
        ("{python}", "python"),
        ("python,ignore", "python"),
        ("c++", "c++"),
        ("objective-c", "objective-c"),
        ("\"'><", ""),
        ("x" * 50, "x" * 40),
    ],
)
def test_the_language_is_the_first_word_behind_the_fence(info: str, language: str):
    assert language_of(info) == language


@pytest.mark.parametrize(
    "language", ["py", "js", "ts", "tsx", "sh", "c++", "c#", "rs", "yml", "jsonc", "dockerfile", "html"]
)
def test_common_names_are_known(language: str):
    assert language in LANGUAGES


def test_code_is_coloured_by_its_language():
    assert highlight("def f(): return 'a<b'  # c", "python") == (
        '<span class="k">def</span> <span class="nf">f</span>(): <span class="k">return</span> '
        '<span class="s">\'a&lt;b\'</span>  <span class="c"># c</span>'
    )


def test_an_unknown_language_stays_plain():
    assert highlight("if a < b", "klingon") == "if a &lt; b"
    assert highlight("if a < b", "") == "if a &lt; b"


@patiently
@given(
    st.sampled_from(sorted(LANGUAGES)),
    st.text(max_size=80) | st.text(alphabet="ab1 \n\t\"'(){}<>/*#$\\\r", max_size=80),
)
def test_colours_do_not_change_the_text(language: str, code: str):
    assert text_of(highlight(code, language)) == code


def test_blank_lines_at_both_ends_stay():
    assert text_of(highlight("\n\nif a:\n\n\n", "python")) == "\n\nif a:\n\n\n"


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("x = 1\n" * 9_000, "python"),
        ("x = " + "1 + " * 500, "python"),
        ("x = 1" + "\n" * 500, "python"),
        ("a b " * 200 + "\n" + "a b\n" * 10_000, "java"),
        ("'a'\n" * 12_000, "tsx"),
    ],
    ids=["long", "endless line", "endless gap", "slow", "many tokens"],
)
def test_what_would_take_long_stays_plain_or_is_done_soon(code: str, language: str):
    begin = time.process_time()
    html = highlight(code, language)
    assert time.process_time() - begin < 2
    assert text_of(html) == code


def test_the_bounds_are_on_length_line_and_gap(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_SECONDS", 60)
    line = "y = 1\n"
    assert "<span" in highlight(line * 100, "python")
    assert "<span" not in highlight(line * 9_000, "python")
    assert "<span" not in highlight(line + "x" * 1_000, "python")
    assert "<span" not in highlight(line + "\n" * 400, "python")


def test_time_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_SECONDS", -1)
    assert highlight("if never_seen_before: pass", "python") == "if never_seen_before: pass"


# --- the style sheet ---

LIGHT, DARK = "#f4f4f2", "#26262b"  # the greyest and the palest that code stands on


def colours(css: str) -> dict[str, str]:
    return {
        name: colour
        for names, colour in re.findall(r"([^{}]*?)\{\s*color:\s*(#[0-9a-f]{6})", css)
        for name in re.findall(r"\.code \.(\w+)", names)
    }


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_class_has_a_colour_that_can_be_read_by_day_and_by_night():
    css = CODE_CSS.read_text()
    day, night = css.split("@media (prefers-color-scheme: dark)")
    for scheme, background in ((colours(day), LIGHT), (colours(night), DARK)):
        assert set(scheme) == set(TOKEN_CLASSES.values())
        for name, colour in scheme.items():
            assert contrast(colour, background) >= 4.5, (name, colour)


def test_the_style_sheet_is_small():
    assert CODE_CSS.stat().st_size < 4_000
