"""The models: what each shows, how limits cut, how an interrupted reply goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.demo.conversation import Asked
from chatroom.demo.models import MODELS, OUT_OF_BUDGET, Kind, Reply, Settings, reply
from chatroom.demo.skills.thought import Depth
from chatroom.demo.tokens import count, tokenise

TODAY = date(2025, 11, 21)
QUESTION = "How many r's are in strawberry and raspberry?"


def said(by: Reply, kind: Kind) -> str:
    return "".join(token.text for token in by.tokens if token.kind is kind)


def reply_of(model: str, asked: Asked | None = None, **settings: object) -> Reply:
    return reply(MODELS[model], asked or Asked(QUESTION), replace(Settings(), **settings), TODAY)  # type: ignore[arg-type]


@given(st.text())
def test_tokens_joined_are_the_text(text: str):
    assert "".join(tokenise(text)) == text
    assert len(tokenise(text)) == count(text)
    assert "" not in tokenise(text)


def test_tokens_are_words_and_pieces_of_words():
    assert tokenise("Let me line up 9.11 and international 👩‍💻") == [
        *("Let", " me", " line", " up", " ", "9", ".", "11", " and", " internat", "ional", " 👩", "\u200d", "💻"),
    ]


def test_the_thinker_shows_its_thought_and_bills_what_it_shows():
    by = reply_of("thinker")
    thought, answer = said(by, Kind.THOUGHT), said(by, Kind.ANSWER)
    assert thought.startswith("The user asks how often the letter r occurs")
    assert by.thought_tokens == count(thought)
    assert by.billed_tokens == count(thought) + count(answer) == len(by.tokens)


def test_more_effort_is_more_thought_for_the_same_answer():
    replies = [reply_of("thinker", depth=depth) for depth in (None, *Depth)]
    lengths = [by.thought_tokens for by in replies]
    assert lengths[0] == 0
    assert lengths == sorted(set(lengths))
    assert len({said(by, Kind.ANSWER) for by in replies}) == 1


def test_the_summariser_shows_a_summary_and_bills_the_whole_thought():
    thinker, by = reply_of("thinker"), reply_of("summariser")
    summary = said(by, Kind.SUMMARY)
    assert summary.startswith("**Looking letter by letter**\n\n")
    assert "\n\n**Counting**\n\n" in summary
    assert said(by, Kind.THOUGHT) == ""
    assert by.thought_tokens == thinker.thought_tokens > count(summary)
    assert by.billed_tokens == thinker.billed_tokens


def test_the_summary_comes_in_step_with_the_thought():
    kinds = [token.kind for token in reply_of("summariser").tokens]
    changes = [kind for at, kind in enumerate(kinds) if at == 0 or kinds[at - 1] is not kind]
    assert changes == [Kind.SILENT, Kind.SUMMARY, Kind.SILENT, Kind.SUMMARY, Kind.ANSWER]


@pytest.mark.parametrize(("model", "exclude"), [("quiet", False), ("thinker", True), ("summariser", True)])
def test_hidden_thought_has_no_text_and_is_billed(model: str, exclude: bool):
    by = reply_of(model, exclude=exclude)
    assert said(by, Kind.THOUGHT) == said(by, Kind.SUMMARY) == said(by, Kind.SILENT) == ""
    assert by.thought_tokens == reply_of("thinker").thought_tokens
    assert said(by, Kind.ANSWER) == said(reply_of("thinker"), Kind.ANSWER)


@given(st.integers(1, 200))
def test_a_budget_bounds_the_thought_and_its_end_is_admitted(budget: int):
    by, free = reply_of("thinker", max_thought=budget), reply_of("thinker")
    thought = said(by, Kind.THOUGHT)
    assert by.thought_tokens == min(budget, free.thought_tokens)
    if budget >= free.thought_tokens:
        assert thought == said(free, Kind.THOUGHT)
    elif budget > count(OUT_OF_BUDGET):
        assert said(free, Kind.THOUGHT).startswith(thought.removesuffix(OUT_OF_BUDGET))
        assert thought.endswith(OUT_OF_BUDGET)
    assert said(by, Kind.ANSWER) == said(free, Kind.ANSWER)
    assert by.finish == "stop"


def test_a_summary_admits_that_the_budget_ended():
    by = reply_of("summariser", max_thought=20)
    assert said(by, Kind.SUMMARY).endswith(OUT_OF_BUDGET)
    assert by.thought_tokens == 20


@given(st.sampled_from(sorted(MODELS)), st.integers(1, 400))
def test_a_limit_on_all_tokens_cuts_thought_and_answer_alike(model: str, limit: int):
    by, free = reply_of(model, max_tokens=limit), reply_of(model)
    assert by.billed_tokens == min(limit, free.billed_tokens)
    assert by.finish == ("stop" if limit >= free.billed_tokens else "length")
    assert by.tokens == free.tokens[: len(by.tokens)]


@given(st.data())
def test_an_answer_that_was_cut_goes_on_exactly_there(data: st.DataObject):
    answer = said(reply_of("thinker"), Kind.ANSWER)
    cut = data.draw(st.integers(1, len(answer)))
    by = reply_of("thinker", Asked(QUESTION, answer_so_far=answer[:cut]))
    assert answer[:cut] + said(by, Kind.ANSWER) == answer
    assert said(by, Kind.THOUGHT).startswith("My answer was cut off after “")


@given(st.data())
def test_thoughts_that_were_cut_go_on_exactly_there(data: st.DataObject):
    whole = reply_of("thinker")
    thought = said(whole, Kind.THOUGHT)
    cut = data.draw(st.integers(1, len(thought)))
    by = reply_of("thinker", Asked(QUESTION, thoughts_so_far=thought[:cut]))
    assert thought[:cut] + said(by, Kind.THOUGHT) == thought
    assert said(by, Kind.ANSWER) == said(whole, Kind.ANSWER)


def test_thoughts_about_going_on_that_were_cut_go_on_too():
    answer = said(reply_of("thinker"), Kind.ANSWER)
    by = reply_of("thinker", Asked(QUESTION, answer_so_far=answer[:20], thoughts_so_far="My answer was cut off"))
    assert said(by, Kind.THOUGHT).startswith(" after “")
    assert said(by, Kind.ANSWER) == answer[20:]


@given(st.data())
def test_a_summary_that_was_cut_goes_on_exactly_there(data: st.DataObject):
    whole = reply_of("summariser")
    summary = said(whole, Kind.SUMMARY)
    cut = data.draw(st.integers(1, len(summary)))
    by = reply_of("summariser", Asked(QUESTION, thoughts_so_far=summary[:cut]))
    assert summary[:cut] + said(by, Kind.SUMMARY) == summary
    assert by.thought_tokens <= whole.thought_tokens


def test_an_answer_of_another_is_not_gone_on_with_in_silence():
    by = reply_of("thinker", Asked(QUESTION, answer_so_far="Perhaps there are"))
    assert "not one that I can go on from" in said(by, Kind.ANSWER)
    assert said(reply_of("thinker"), Kind.ANSWER) in said(by, Kind.ANSWER)
