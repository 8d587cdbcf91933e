from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.providers.events import ContentWasReasoning, ReasoningDelta
from chatroom.providers.think_tags import ThinkTagSplitter


def split(*pieces: str) -> tuple[str, str]:
    splitter = ThinkTagSplitter()
    thought = answer = ""
    for event in [event for piece in pieces for event in splitter.feed(piece)] + splitter.release():
        match event:
            case ReasoningDelta(text):
                thought += text
            case ContentWasReasoning():
                thought, answer = answer, ""
            case _:
                answer += event.text
    return thought, answer


CASES = [
    ("<think>\nHm.\n</think>\n\nHello.", ("\nHm.\n", "\n\nHello.")),
    ("\n <think>Hm.</think>Hello.", ("\n Hm.", "Hello.")),
    ("<thought>Hm.</thought>Hello.", ("Hm.", "Hello.")),
    ("<thought>a</think>b</thought>c", ("a</think>b", "c")),
    ("<think>never closed", ("never closed", "")),
    ("<think>cut inside the tag</thi", ("cut inside the tag</thi", "")),
    ("<think>a < b </thin> c</think>d", ("a < b </thin> c", "d")),
    ("<think>a</think>b<think>c</think>", ("a", "b<think>c</think>")),
    ("Write `<think>` and `</think>`.", ("", "Write `<think>` and `</think>`.")),
    ("No opening tag.\n</think>\n\nHello.", ("No opening tag.\n", "\n\nHello.")),
    ("No opening tag.</think>\nHello.", ("No opening tag.", "\nHello.")),
    ("No opening tag.\n</think>Hello.", ("No opening tag.\n", "Hello.")),
    ("No opening tag, no answer.\n</think>", ("No opening tag, no answer.\n", "")),
    ("No opening tag, no answer.</think>", ("No opening tag, no answer.", "")),
    ("</think>\n\nHello.", ("", "\n\nHello.")),
    ("\n\n</think>\n\nHello.", ("", "\n\n\n\nHello.")),
    ("a\n</think>\nb\n</think>\nc", ("a\n", "\nb\n</think>\nc")),
    ("a</think>b\n</think>\nc", ("", "a</think>b\n</think>\nc")),
    ("a </think> in a sentence", ("", "a </think> in a sentence")),
    ("it ends with `</think>`\n", ("", "it ends with `</think>`\n")),
    ("```\n</think>\n```", ("", "```\n</think>\n```")),
    ("```\n```\nHm.\n</think>\nb", ("```\n```\nHm.\n", "\nb")),
    ("between <think> and\n</think>\nlies it", ("", "between <think> and\n</think>\nlies it")),
    ("a\n</thi", ("", "a\n</thi")),
    ("a\n</thin </think>\n", ("a\n</thin ", "\n")),
    ("x" * 1_000_001 + "\n</think>\n", ("", "x" * 1_000_001 + "\n</think>\n")),
    ("<thinking is hard", ("", "<thinking is hard")),
    ("<thi", ("", "<thi")),
    (" \n ", ("", " \n ")),
    ("  Hello.", ("", "  Hello.")),
    ("<think>\n\n</think>\n\nHello.", ("", "\n\n\n\nHello.")),
    ("<think></think>Hello.", ("", "Hello.")),
    ("<think>", ("", "")),
    (" " * 2000 + "<think>x</think>", ("", " " * 2000 + "<think>x</think>")),
    ("<think>" + "\n" * 2000 + "</think>x", ("\n" * 2000, "x")),
    ("", ("", "")),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_tag_cut_anywhere_is_still_a_tag(text: str, expected: tuple[str, str]) -> None:
    assert split(text) == expected
    assert len(text) > 10_000 or split(*text) == expected
    for seed in range(20):
        chance = random.Random(seed)
        places = sorted(chance.randrange(len(text) + 1) for _ in range(4))
        assert split(*(text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True))) == expected


TOKENS = ["<think>", "</think>", "<", "thi", "nk>", "</", " ", "\n", "a", "<thought>"]


@given(st.lists(st.sampled_from(TOKENS)), st.data())
def test_nothing_is_lost_but_the_tags_and_no_cut_matters(tokens: list[str], data: st.DataObject) -> None:
    text = "".join(tokens)
    places = sorted(data.draw(st.lists(st.integers(0, len(text)))))
    thought, answer = split(*(text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)))
    assert (thought, answer) == split(text)
    assert thought + answer in (text, *_untagged(text))


def _untagged(text: str) -> list[str]:
    one_less = [text.replace(tag, "", 1) for tag in ("<think>", "<thought>", "</think>", "</thought>")]
    return [*one_less, *(text.replace(f"<{tag}>", "", 1).replace(f"</{tag}>", "", 1) for tag in ("think", "thought"))]


def test_no_tag_is_missing_where_reasoning_has_come_by_another_way() -> None:
    splitter = ThinkTagSplitter()
    splitter.has_opened()
    assert [event.text for event in splitter.feed("Hm.\n</think>\n")] == ["Hm.\n</think>\n"]


def test_a_word_of_the_thought_is_not_kept_waiting() -> None:
    splitter = ThinkTagSplitter()
    assert splitter.feed("<think>word") == [ReasoningDelta("word")]
    assert splitter.feed(" and <") == [ReasoningDelta(" and ")]
    assert splitter.feed("b") == [ReasoningDelta("<b")]


def test_what_is_held_can_be_given_up_in_the_middle() -> None:
    splitter = ThinkTagSplitter()
    splitter.feed("  ")
    assert [event.text for event in splitter.release()] == ["  "]
    assert [event.text for event in splitter.feed("<think>")] == ["<think>"]


def test_the_time_for_single_characters_grows_with_their_number_only() -> None:
    def seconds(size: int) -> float:
        times = []
        for _ in range(3):
            start = time.process_time()
            split("<think>", *"</think " * (size // 8))
            times.append(time.process_time() - start)
        return min(times)

    assert seconds(160_000) < 24 * seconds(20_000)  # 8 if linear, 64 if quadratic
