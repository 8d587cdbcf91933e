"""Counting letters: checked against `str.count`."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.demo.skills import letters
from chatroom.demo.skills.thought import Depth

# Without vowels no word comes about that means something to the reader of questions.
_alphabet = "bcdfghklmnprstvzBCDFGHKLMNPRSTVZäéß"
_letters = st.sampled_from(_alphabet)
_words = st.text(_alphabet, min_size=4, max_size=30)
_phrasings = st.sampled_from(
    [
        "How many {letter}'s are in {word}?",
        "how many {letter}’s are there in the word “{word}”",
        "HOW MANY LETTERS {letter} IN {word}",
        "How many times does the letter {letter} appear in {word}?",
        "how often does '{letter}' occur in the word {word}",
        "Count the {letter}'s in {word}, please.",
        "In the word {word}, how many {letter}'s are there?",
        "{word}: how many {letter}'s?",
        "How many {letter}'s does {word} have?",
        "what is the number of {letter}'s in {word}",
        "Can you tell me how many `{letter}`s there are in `{word}`? Thanks!",
    ]
)


def count_in(question: str) -> int:
    thought = letters.work_out(question)
    assert thought is not None, question
    found = re.search(r"\*\*(\d+) times?\*\*", thought.answer)
    assert found, thought.answer
    return int(found[1])


@given(_letters, _words, _phrasings)
def test_the_count_is_that_of_str_count(letter: str, word: str, phrasing: str):
    assert count_in(phrasing.format(letter=letter, word=word)) == word.lower().count(letter.lower())


@given(_letters, _words)
def test_the_thought_counts_the_same_in_both_ways(letter: str, word: str):
    thought = letters.work_out(f"how many {letter}'s are in {word}")
    assert thought is not None
    assert "does not fit" not in thought.text(Depth.CHECKED)
    assert f"So the answer is {word.lower().count(letter.lower())}." in thought.text(Depth.RESULTS)


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("how many r in strawberry", 3),
        ("how many rs in strawberry", 3),
        ("how many ss in mississippi", 4),
        ("how many i in team", 0),
        ('Count the letter e in "the green tree".', 5),
        ("how many e's are in the green tree?", 5),
        ("how many r's are in strawberry and raspberry?", 6),
        ("how many ß are in Straße?", 1),
        ("How many n's are in “Donau-Dampf”?", 1),
    ],
)
def test_letters_are_asked_for_in_many_ways(question: str, count: int):
    assert count_in(question) == count


@pytest.mark.parametrize(
    "question",
    [
        "",
        "how many m in a km",
        "how many g in kg",
        "how many l in a bottle",
        "how many people are in France",
        "how many days in a week",
        "how many 5s in 25",
        "how many r's are in it?",
        "how many e's are in this sentence?",
        "how many letters are in my name?",
        "how many letters are in the alphabet?",
        "how many r's",
        "count the e's",
        "how many x are in 3x = 9",
        "I wonder how many r's there are",
        "how many r's are in " + "strawberry" * 40,
        "how many i's are in İstanbul",
    ],
)
def test_what_asks_for_no_letters_is_left_alone(question: str):
    assert letters.work_out(question) is None


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many letters are in Mississippi?", "“Mississippi” has **11 letters**."),
        ("how many letters does the word it's have", "“it's” has **3 letters**."),
        ("How many letters are there in 'onomatopoeia'?", "“onomatopoeia” has **12 letters**."),
    ],
)
def test_the_letters_of_a_word_are_counted(question: str, answer: str):
    thought = letters.work_out(question)
    assert thought is not None
    assert thought.answer == answer


def test_the_letters_are_marked_under_the_word():
    thought = letters.work_out("How many r's are in Strawberry?")
    assert thought is not None
    assert "S t r a w b e r r y\n    ^         ^ ^\n" in thought.answer


def test_two_words_are_counted_apart():
    thought = letters.work_out("how many a's are in banana and anna?")
    assert thought is not None
    assert "| banana | 3 |\n| anna | 2 |" in thought.answer
    assert "3 + 2 = 5" in thought.text(Depth.RESULTS)


def test_a_long_word_is_not_spelt_out():
    thought = letters.work_out("how many a's are in " + "ab" * 60)
    assert thought is not None
    assert "too long to spell out" in thought.text(Depth.STEPS)
    assert "```" not in thought.answer
