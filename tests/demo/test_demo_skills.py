"""The skills together: what is asked reaches the right one, and the rest is met honestly."""

from __future__ import annotations

from datetime import date
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.demo import skills
from chatroom.demo.skills.about import CAN_DO, EXAMPLES, WHAT_I_AM
from chatroom.demo.skills.reading import MAX_QUESTION, in_figures, plain, sentences, without_courtesies
from chatroom.demo.skills.thought import Depth, Thought

TODAY = date(2025, 11, 21)


def asked(question: str) -> Thought:
    return skills.work_out(question, TODAY)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_that_the_demo_names_is_one_it_can_do(example: str):
    answer = asked(example).answer
    assert WHAT_I_AM not in answer
    assert "**" in answer


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("Hello! Which is bigger, 9.11 or 9.9? Thanks!", "**9.9** is larger"),
        ("Hi, can you tell me how many r's are in strawberry?", "**3 times**"),
        ("A train covers 210 km. It takes 90 minutes. How fast is it?", "**140 km/h**"),
        ("was 1995 thirty years ago", "**Yes**"),
        ("how many days in 3 weeks", "**21 days**"),
        ("how many days between 1 May 2024 and 3 June 2024", "**33 days**"),
        ("sort 3, 1, 2", "**1, 2, 3**"),
        ("what is 2 + 2", "**4**"),
        ("is 2 + 2 = 4", "**Yes**"),
    ],
)
def test_each_question_reaches_its_skill(question: str, part: str):
    assert part in asked(question).answer


def test_several_questions_in_one_message_are_all_answered():
    thought = asked("What is 2+2? What is 3+3?\nHow many r's are in strawberry?")
    assert thought.answer.split("\n\n---\n\n")[0] == "2 + 2 = **4**"
    assert thought.answer.split("\n\n---\n\n")[1] == "3 + 3 = **6**"
    assert "**3 times**" in thought.answer
    assert thought.text(Depth.RESULTS).startswith("There are 3 questions")


def test_what_was_left_aside_is_admitted():
    assert "only the part" in asked("What is 2+2? Who is the president?").answer
    assert "only the part" not in asked("Hello! What is 2+2? Thanks!").answer


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "Write me a poem about rain",
        "solve x + 3 = 5",
        "If I have 3 apples and eat 1, how many are left?",
        "12345",
        "😀",
        "Wie spät ist es?",
        "what is 192.168.0.1",
        "x" * (MAX_QUESTION + 1),
        "",
        "   \n",
    ],
)
def test_what_it_cannot_do_is_said_with_what_it_can_and_how_to_get_more(question: str):
    answer = asked(question).answer
    assert WHAT_I_AM in answer
    assert CAN_DO in answer
    for way in ("OPENROUTER_API_KEY", "Ollama", "llama.cpp", "LM Studio", "vLLM", "CHATROOM_PROVIDERS"):
        assert way in answer


def test_a_message_that_is_too_long_is_not_read_in_part():
    thought = asked("What is 2 + 2? " + "x" * MAX_QUESTION)
    assert f"longer than the {MAX_QUESTION} characters" in thought.answer
    assert "**4**" not in thought.answer


def test_a_long_question_is_quoted_only_in_part():
    question = "why " * 200
    assert len(asked(question).text(Depth.CHECKED)) < len(question) + 900
    assert "“why why" in asked(question).text(Depth.RESULTS)


@pytest.mark.parametrize(
    ("remark", "answer"),
    [
        ("thanks", "You are welcome"),
        ("Thank you so much, that helps! 😀", "You are welcome"),
        ("ok, got it", "You are welcome"),
        ("hi", "Hello!"),
        ("Good morning!", "Hello!"),
        ("Hello there, how are you?", "Hello!"),
        ("bye", "Goodbye!"),
        ("Are you sure?", "in another way"),
        ("why?", "in another way"),
        ("No, that's wrong!", "misread"),
        ("who are you?", WHAT_I_AM),
        ("are you ChatGPT?", WHAT_I_AM),
        ("What can you do?", CAN_DO),
        ("help", CAN_DO),
        ("How do I add a real model?", "OPENROUTER_API_KEY"),
    ],
)
def test_a_bare_remark_gets_a_civil_answer(remark: str, answer: str):
    assert answer in asked(remark).answer


@pytest.mark.parametrize(
    "question", ["is that one", "hello world in python", "thanks to whom did Rome fall", "so it is"]
)
def test_what_only_looks_like_a_remark_is_none(question: str):
    assert "beyond me" in asked(question).answer or "do not understand" in asked(question).answer


@given(st.text(max_size=300))
def test_any_text_at_all_gets_an_answer(text: str):
    thought = asked(text)
    assert thought.answer
    assert thought.summary
    assert all(title.startswith("**") for title in thought.summary)
    assert thought.text(Depth.RESULTS)
    assert "does not fit" not in thought.text(Depth.CHECKED)


_FRAGMENTS = """which is |the same as |9.11 or |1,|(|-|how many r's in |sort |one |hundred and |1 h |more than |
10% of |may 1 |born in 1990 |a and |:|? |.. |9|thanks |=|'|what day |words |is it |half |point one |in order |
1995 years ago |how are you |how often do |1 km/h |the sum of """


@given(st.lists(st.sampled_from(_FRAGMENTS.split("|")), min_size=1, max_size=3))
def test_no_text_makes_the_reading_explode(fragments: list[str]):
    text = ("".join(fragments) * MAX_QUESTION)[:MAX_QUESTION]
    began = perf_counter()
    asked(text)
    # Milliseconds as a rule; a pattern that tries again and again takes minutes. Machines that test are busy.
    assert perf_counter() - began < 5


@given(st.sampled_from(Depth))
def test_a_shallower_thought_is_part_of_a_deeper_one(depth: Depth):
    for example in EXAMPLES:
        deepest = asked(example).text(Depth.CHECKED)
        assert all(paragraph in deepest for paragraph in asked(example).text(depth).split("\n\n"))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("3 × 4 ÷ 2 − 1", "3 * 4 / 2 - 1"),
        ("2³ and 10⁻²", "2^3 and 10^-2"),
        ("½ and 2½", "0.5 and 2.5"),
        ("1\u202f000\u00a0000 and 1'000", "1000000 and 1000"),
        ("“r” in ‘it’", "\"r\" in 'it'"),
        ("a \t b\u200b", "a b"),
        ("３＋４", "3+4"),
    ],
)
def test_signs_are_read_in_one_spelling(typed: str, read: str):
    assert plain(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("twenty-one", "21"),
        ("three hundred and five", "305"),
        ("one million two hundred thousand and one", "1200001"),
        ("a hundred", "100"),
        ("two and three", "2 and 3"),
        ("one one", "1 1"),
        ("nine point one one", "9.11"),
        ("one plus one", "1 plus 1"),
        ("which one is bigger", "which one is bigger"),
        ("how far does one get", "how far does one get"),
        ("someone often", "someone often"),
    ],
)
def test_numbers_in_words_are_read_as_figures(typed: str, read: str):
    assert in_figures(typed) == read


def test_courtesies_are_set_aside():
    assert without_courtesies("hey, could you please tell me 2 + 2, thanks!") == "2 + 2"
    assert without_courtesies(".5 + .5?") == ".5 + .5"


def test_a_decimal_point_ends_no_sentence():
    assert sentences("Is 9.11 large? Yes. No") == ["Is 9.11 large?", "Yes.", "No"]
