from __future__ import annotations

import time

import pytest
from hypothesis import given
from markdown_texts import chopped_texts, patiently, texts

from chatroom.rendering.blocks import LONG, LONGEST, BlockSplitter, split


def sealed_by(*pieces: str) -> list[str]:
    splitter = BlockSplitter()
    return [block for piece in pieces for block in splitter.feed(piece)]


@patiently
@given(chopped_texts())
def test_cuts_do_not_depend_on_how_the_text_was_chopped(chopped: tuple[str, list[str]]):
    text, pieces = chopped
    splitter = BlockSplitter()
    blocks = []
    for piece in pieces:
        blocks += splitter.feed(piece)
        assert "".join(blocks) + splitter.open == text[: len("".join(blocks)) + len(splitter.open)]
    assert blocks + splitter.finish() == split(text)
    assert splitter.open == ""


@patiently
@given(texts)
def test_cuts_do_not_change_when_text_comes_letter_by_letter(text: str):
    splitter = BlockSplitter()
    blocks = [block for letter in text for block in splitter.feed(letter)]
    assert blocks + splitter.finish() == split(text)


@patiently
@given(texts)
def test_blocks_joined_are_the_text(text: str):
    assert "".join(split(text)) == text


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("one\ntwo\n\nthree", ["one\ntwo\n\n", "three"]),
        ("one\n\n\n\ntwo", ["one\n\n", "\n\ntwo"]),
        ("# one\ntwo\n", ["# one\n", "two\n"]),
        ("one\n===\ntwo", ["one\n===\n", "two"]),
        ("one\n---\ntwo", ["one\n---\n", "two"]),
        ("one\n***\ntwo", ["one\n", "***\n", "two"]),
        ("one\n- two\n- three\n\nfour", ["one\n", "- two\n- three\n\n", "four"]),
        ("- one\n\n  two\n\n- three", ["- one\n\n  two\n\n- three"]),
        ("- one\ntwo\n", ["- one\ntwo\n"]),
        ("# one\n\n- two\nthree\n", ["# one\n", "\n- two\nthree\n"]),
        ("-\none\n", ["-\n", "one\n"]),
        (">\none\n", [">\n", "one\n"]),
        ("- one\n* two\n", ["- one\n", "* two\n"]),
        ("- one\n***\n- two", ["- one\n", "***\n", "- two"]),
        ("1. one\n2. two\n3) three", ["1. one\n2. two\n", "3) three"]),
        ("one\n2. two", ["one\n2. two"]),
        ("-\n\n  one", ["-\n\n", "  one"]),
        ("> one\ntwo\n\n> three", ["> one\ntwo\n\n", "> three"]),
        ("> one\n- two", ["> one\n", "- two"]),
        ("    one\n\n    two\nthree", ["    one\n\n    two\n", "three"]),
        ("```\none\n\n# two\n```\nthree", ["```\none\n\n# two\n```\n", "three"]),
        ("~~~~\n~~~\n```\n~~~~~ \nfour", ["~~~~\n~~~\n```\n~~~~~ \n", "four"]),
        ("- one\n```\ntwo\n```\n", ["- one\n", "```\ntwo\n```\n"]),
        ("- ```\n  one\n\n  # two\n  ```\n", ["- ```\n  one\n\n  # two\n  ```\n"]),
        ("``` a`b\n\ntwo", ["``` a`b\n\n", "two"]),
        ("| a |\n|---|\n| b |\n\nc", ["| a |\n|---|\n| b |\n\n", "c"]),
        ("one\rtwo\r\rthree\r\n\r\nfour", ["one\rtwo\r\r", "three\r\n\r\n", "four"]),
        ("one\u2028\u2028two\x0b\n\x0c\nthree", ["one\u2028\u2028two\x0b\n\x0c\nthree"]),
        ("<div>\n\n<!--\n\n# one\n-->", ["<div>\n\n", "<!--\n\n", "# one\n", "-->"]),
    ],
)
def test_a_text_is_cut_where_commonmark_begins_a_block(text: str, blocks: list[str]):
    assert split(text) == blocks


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("where\n\\[\na\n+ b\n\n= c\n\\]\nand", ["where\n", "\\[\na\n+ b\n\n= c\n\\]\n", "and"]),
        ("where\n$$\na\n- b\n$$.\nand", ["where\n", "$$\na\n- b\n$$.\n", "and"]),
        ("- one\n$$ x\n$$\n- two", ["- one\n", "$$ x\n$$\n", "- two"]),
        ("\\[ x \\], \n+ one", ["\\[ x \\], \n", "+ one"]),
        ("\\[ x \\] is\nlong", ["\\[ x \\] is\nlong"]),
        ("\\[1\\] A book\n- one", ["\\[1\\] A book\n", "- one"]),
        ("\\[ never closed\n- one\n\ntwo", ["\\[ never closed\n", "- one\n\n", "two"]),
        ("\\[ x\n# one\n\\] two", ["\\[ x\n", "# one\n", "\\] two"]),
        ("\\[ x\n```\n\\]\n```\ntwo", ["\\[ x\n", "```\n\\]\n```\n", "two"]),
        ("\\[ x\n\\[ y\n\\] two", ["\\[ x\n", "\\[ y\n\\] two"]),
        ("\n\n\\[ x\n\ny", ["\n\n\\[ x\n\n", "y"]),
        ("$$$ one\n- two", ["$$$ one\n", "- two"]),
    ],
)
def test_a_displayed_formula_is_a_block_if_it_is_closed(text: str, blocks: list[str]):
    assert split(text) == blocks


def test_a_formula_that_is_not_closed_soon_was_none():
    lines = ["\\[ x\n", "\n", *["- item\n"] * 100]
    assert sealed_by("".join(lines[:30])) == []
    assert sealed_by("".join(lines)) == ["\\[ x\n\n"]


def test_a_formula_that_is_not_closed_soon_enough_was_none_either():
    line = "x" * 1_000 + "\n"
    assert sealed_by("\\[\n", line * 5, "\n") == []
    assert sealed_by("\\[\n", line * 6, "\n") == ["\\[\n" + line * 6 + "\n"]


def test_formulas_that_are_never_closed_cost_no_more_than_their_length():
    begin = time.process_time()
    split("\\[ x\n" * 20_000)
    assert time.process_time() - begin < 2


@pytest.mark.parametrize(
    ("pieces", "sealed"),
    [
        (("one\n", "\n"), ["one\n\n"]),
        (("# one", "\n"), ["# one\n"]),
        (("```\n", "one\n", "``", "`", "\n"), ["```\none\n```\n"]),
        (("```\n", "one\n", "```", "x\n"), []),
        (("one\n#", "tag"), []),
        (("one\n# ", "tag\n"), ["one\n", "# tag\n"]),
        (("one\n\n1", "0"), ["one\n\n"]),
        (("one\r", "\n\r"), []),
        (("one\r", "\r", "\n"), ["one\r\r\n"]),
        (("- one\n\n", "- two\n", "\nthree"), []),
        (("- one\n\n", "- two\n", "\nthree\n"), ["- one\n\n- two\n\n"]),
    ],
)
def test_a_block_is_sealed_as_soon_as_nothing_can_change_it(pieces: tuple[str, ...], sealed: list[str]):
    assert sealed_by(*pieces) == sealed


def test_excessive_paragraphs_quotes_and_code_are_cut_at_a_line():
    for line in ("some words\n", "> some words\n", "    some words\n"):
        blocks = split(line * 4_000)
        assert len(blocks) > 2
        assert all(len(block) < LONG + 100 and block.endswith("\n") for block in blocks)


def test_an_excessive_list_is_cut_at_an_item():
    blocks = split("1. some words\n   more words\n\n" * 2_000)
    assert len(blocks) > 2
    assert all(len(block) < LONG + 100 and block.startswith("1. ") for block in blocks)


def test_an_excessive_table_is_not_cut():
    text = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 10_000
    assert LONG < len(text) < LONGEST
    assert split(text) == [text]


def test_excessive_nothing_is_cut_too():
    assert max(map(len, split("\n" * (3 * LONGEST)))) == LONGEST


def test_an_endless_line_is_cut_wherever_its_pieces_end():
    text = "x" * (3 * LONG + 5) + "\n"
    whole = split(text)
    assert [len(block) for block in whole] == [LONG, LONG, LONG, 6]
    splitter = BlockSplitter()
    pieces = [splitter.feed(text[start : start + 1_000]) for start in range(0, len(text), 1_000)]
    assert [block for blocks in pieces for block in blocks] + splitter.finish() == whole


def test_the_rest_of_an_endless_line_does_not_close_a_fence():
    text = "```\n" + "x" * LONG + "```\nstill code"
    assert split(text) == [text]


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "word " * 200_000, "```\n" + "x = 1\n" * 166_000, "- item\n" * 140_000]
)
def test_a_megabyte_in_twenty_thousand_pieces_costs_no_more_than_its_length(text: str):
    splitter = BlockSplitter()
    begin = time.process_time()
    for start in range(0, len(text), 50):
        splitter.feed(text[start : start + 50])
    splitter.finish()
    assert time.process_time() - begin < 5
