"""JSON indented and coloured, with nothing changed but blanks and escapes."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chatroom.conversations.wire.json_text import is_json, pretty_html

ENOUGH = 10**6

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def text_of(html: str) -> str:
    return unescape(re.sub(r"</?span[^>]*>", "", html))


@given(values, st.booleans())
def test_what_is_shown_is_what_was_sent(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert json.loads(text_of(pretty_html(text, ENOUGH))) == value


def test_it_is_indented_and_coloured() -> None:
    html = pretty_html('{"a":[],"b":[1,{"c":null}],"d":{},"e":"f"}', ENOUGH)
    assert text_of(html) == json.dumps({"a": [], "b": [1, {"c": None}], "d": {}, "e": "f"}, indent=2)
    assert '<span class="nt">"c"</span>: <span class="k">null</span>' in html
    assert '<span class="m">1</span>' in html
    assert '<span class="nt">"e"</span>: <span class="s">"f"</span>' in html


def test_numbers_and_keys_that_come_twice_stay_as_they_were_written() -> None:
    shown = text_of(pretty_html('{"a": 1.50, "a": 1e400, "b": 12345678901234567890.10}', ENOUGH))
    assert re.sub(r"\s+", " ", shown) == '{ "a": 1.50, "a": 1e400, "b": 12345678901234567890.10 }'


def test_escapes_become_characters_where_those_can_be_seen() -> None:
    written = r'"\u4f60 \ud83d\ude00 \\u4f60 \" \u0022 \u005c \n \u200b \ud800 \u202e"'
    assert text_of(pretty_html(written, ENOUGH)) == r'"你 😀 \\u4f60 \" \u0022 \u005c \n \u200b \ud800 \u202e"'


def test_markup_is_text() -> None:
    html = pretty_html('{"<b>": "<script>&amp;"}', ENOUGH)
    assert "<b>" not in html
    assert "<script>" not in html
    assert text_of(html) == '{\n  "<b>": "<script>&amp;"\n}'


def test_no_more_is_shown_than_asked_for() -> None:
    assert len(text_of(pretty_html('{"a": "' + "x" * 10_000 + '"}', 100))) < 120
    assert len(text_of(pretty_html(json.dumps(list(range(10_000))), 100))) < 120


def test_brackets_in_brackets_are_not_blanks_without_end() -> None:
    deep = "[" * 150 + "]" * 150
    assert is_json(deep)
    assert len(pretty_html(deep, ENOUGH)) < 20_000


def test_what_is_no_json_is_told_apart() -> None:
    assert not is_json("[DONE]")
    assert not is_json("")
    assert is_json(b"{}")
