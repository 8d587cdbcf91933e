"""Finding the open question, and the place where a reply was cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.demo.conversation import (
    CONTINUE_ANSWER,
    CONTINUE_THOUGHT,
    ENOUGH,
    HELPED,
    Asked,
    Message,
    read,
    rest_of_answer,
    rest_of_thoughts,
)

SYSTEM, QUESTION = Message("system", "Be brief."), Message("user", "What is 2+2?")
ON = Message("user", f"{CONTINUE_ANSWER}, without repeating anything.")


def test_the_last_question_is_the_open_one():
    earlier = [SYSTEM, Message("user", "hi"), Message("assistant", "Hello!")]
    assert read([*earlier, QUESTION]) == Asked("What is 2+2?")


def test_an_answer_that_was_cut_is_known():
    assert read([SYSTEM, QUESTION, Message("assistant", "It "), ON]) == Asked("What is 2+2?", answer_so_far="It ")


def test_an_answer_that_was_cut_twice_is_put_together():
    cut = [Message("assistant", "It "), ON, Message("assistant", "is "), ON]
    assert read([QUESTION, *cut]) == Asked("What is 2+2?", answer_so_far="It is ")


def test_an_assistant_message_at_the_end_is_an_answer_so_far():
    assert read([QUESTION, Message("assistant", "It ")]) == Asked("What is 2+2?", answer_so_far="It ")


def test_thoughts_that_were_cut_are_known():
    cut = Message("user", f"{CONTINUE_THOUGHT}\n\nThe user wants")
    assert read([QUESTION, cut]) == Asked("What is 2+2?", thoughts_so_far="The user wants")
    assert read([QUESTION, Message("assistant", ""), cut]) == Asked("What is 2+2?", thoughts_so_far="The user wants")


@pytest.mark.parametrize("aside", [f"{ENOUGH} Answer now.", f"{HELPED}\n\n<reasoning>\nWhat is 3+3?\n</reasoning>"])
def test_what_stands_beside_the_question_is_no_part_of_it(aside: str):
    assert read([Message("user", f"What is 2+2?\n\n{aside}")]) == Asked("What is 2+2?")


def test_cut_thoughts_may_stand_in_the_message_of_the_question():
    both = Message("user", f"What is 2+2?\n\n{CONTINUE_THOUGHT}\n\nThe user wants\n\nGo on.")
    assert read([both]) == Asked("What is 2+2?", thoughts_so_far="The user wants\n\nGo on.")


def test_thoughts_about_going_on_may_be_cut_as_well():
    cut = [Message("assistant", "It "), Message("user", f"{CONTINUE_THOUGHT}\n\nMy answer was")]
    assert read([QUESTION, *cut]) == Asked("What is 2+2?", answer_so_far="It ", thoughts_so_far="My answer was")


def test_an_answer_cut_after_thoughts_were_cut_is_an_answer():
    thoughts = Message("user", f"{CONTINUE_THOUGHT}\n\nThe user")
    messages = [QUESTION, thoughts, Message("assistant", "It "), ON]
    assert read(messages) == Asked("What is 2+2?", answer_so_far="It ")


def test_without_a_question_nothing_is_asked():
    assert read([SYSTEM]) == Asked("")
    assert read([ON]) == Asked("")


@given(st.text(max_size=50), st.text(max_size=50))
def test_the_rest_of_an_answer_begins_where_it_was_cut(said: str, rest: str):
    assert rest_of_answer(said + rest, said) == rest


def test_blanks_lost_at_the_cut_do_no_harm():
    assert rest_of_answer("It is 4.", "It is\n") == " 4."
    assert rest_of_answer("It is 4.", "Perhaps") is None


THOUGHTS = "The user wants to know what 2 + 2 is.\n\n2 + 2 = 4.\n\nSo the result is 4."


@pytest.mark.parametrize("cut", range(1, len(THOUGHTS) + 1))
def test_thoughts_go_on_from_any_place(cut: int):
    assert rest_of_thoughts(THOUGHTS, THOUGHTS[:cut]) == THOUGHTS[cut:]


@pytest.mark.parametrize("cut", range(1, len(THOUGHTS) + 1))
def test_thoughts_with_something_said_after_them_go_on_from_any_place(cut: int):
    assert rest_of_thoughts(THOUGHTS, f"{THOUGHTS[:cut]}\n\nGo on from there, and then answer.") == THOUGHTS[cut:]


@pytest.mark.parametrize("cut", range(37, len(THOUGHTS) + 1))
def test_thoughts_cut_twice_go_on_from_their_later_piece(cut: int):
    assert rest_of_thoughts(THOUGHTS, THOUGHTS[25:cut]) == THOUGHTS[cut:]
    assert rest_of_thoughts(THOUGHTS, f"{THOUGHTS[25:cut]}\n\nGo on from there.") == THOUGHTS[cut:]


def test_thoughts_of_another_are_not_gone_on_with():
    assert rest_of_thoughts(THOUGHTS, "The user wants to know something else.") == THOUGHTS
    assert rest_of_thoughts(THOUGHTS, "Hm.") == THOUGHTS
