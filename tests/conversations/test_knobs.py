"""What is asked of a model, and what the page says where that is less than was wished."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.http import QueryDict

from chatroom.conversations.forms import Asked, fitting, lanes_from, wishes_from
from chatroom.conversations.offers.catalogue import Catalogue, Offer, Shelf
from chatroom.conversations.offers.knobs import about, left_out
from chatroom.conversations.offers.listings import listed
from chatroom.conversations.refusals import BadInput
from chatroom.providers.catalog import Model
from chatroom.providers.provider import Provider

PROVIDER = Provider("p", "P", "openai-chat", "https://models.example.com/v1")
ALL = Model(
    "all",
    "All of it",
    "optional",
    ("none", "low", "high"),
    takes_budget=True,
    takes_exclude=True,
    summaries=("detailed",),
)
R1 = Model("r1", "DeepSeek R1", "always")
LOW_OR_HIGH = Model("g", "Grok", "always", ("low", "high"))
SWITCH = Model("k", "Kimi", "optional", ("none",))
PLAIN = Model("p", "Plain", "none")


def offer(model: Model) -> Offer:
    return Offer(PROVIDER, model, Shelf(PROVIDER, listed(PROVIDER, []), [model]))


def wish(**settings: Any) -> Asked:
    return replace(Asked("p", "other", "Other"), **settings)


def missed(model: Model, **settings: Any) -> tuple[str, str] | None:
    asked = fitting(offer(model), wish(**settings))
    found = left_out(wish(**settings), asked, model)
    return (found.sentence, found.instead) if found else None


def test_a_model_that_takes_all_is_asked_for_all() -> None:
    settings: dict[str, Any] = {"effort": "high", "exclude": True, "summary": "detailed"}
    assert fitting(offer(ALL), wish(**settings)) == Asked("p", "all", "All of it", "high", None, True, "detailed")
    assert missed(ALL, **settings) is None


def test_a_budget_takes_the_place_of_an_effort_without_a_word() -> None:
    asked = wish(effort="high", budget=900)
    assert fitting(offer(ALL), asked) == Asked("p", "all", "All of it", "", 900)
    assert missed(ALL, effort="high", budget=900) is None


def test_what_a_model_does_not_take_is_left_out() -> None:
    settings: dict[str, Any] = {"effort": "high", "budget": 900, "exclude": True, "summary": "detailed"}
    assert fitting(offer(R1), wish(**settings)) == Asked("p", "r1", "DeepSeek R1")


def test_no_budget_is_given_to_no_thinking() -> None:
    assert fitting(offer(ALL), wish(effort="none", budget=900)).budget is None
    assert missed(ALL, effort="none", budget=900) is None


def test_what_is_left_out_is_said_and_the_nearest_effort_named() -> None:
    assert missed(R1, effort="max") == ("‘max’ is not taken by DeepSeek R1, so it is left out.", "")
    assert missed(LOW_OR_HIGH, effort="max") == ("‘max’ is not taken by Grok, so it is left out.", "high")
    assert missed(LOW_OR_HIGH, effort="none") == ("‘none’ is not taken by Grok, so it is left out.", "low")
    assert missed(R1, exclude=True) == ("‘not returned’ is not taken by DeepSeek R1, so it is left out.", "")


def test_no_thinking_is_no_neighbour_of_much_thinking() -> None:
    assert missed(SWITCH, effort="high") == ("‘high’ is not taken by Kimi, so it is left out.", "")


def test_several_that_are_left_out_are_said_in_one_sentence() -> None:
    assert missed(PLAIN, effort="max", budget=900, summary="detailed") == (
        "‘max’, ‘≤ 900 tokens’ and ‘detailed summary’ are not taken by Plain, so they are left out.",
        "",
    )


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (ALL, ""),
        (SWITCH, ""),
        (PLAIN, "Does not think."),
        (R1, "Thinks always; cannot be told how hard."),
        (LOW_OR_HIGH, "Thinks always."),
        (Model("m", "M", "optional"), "Can think; cannot be told how hard."),
        (Model("m", "M", "optional", takes_budget=True), ""),
        (Model("m", "M"), "Whether it thinks is not known."),
        (replace(ALL, summarised=True), "Shows no more than a summary of its thought."),
        (replace(LOW_OR_HIGH, summarised=True), "Thinks always. Shows no more than a summary of its thought."),
    ],
)
def test_what_a_model_does_is_said_where_its_settings_do_not_show_it(model: Model, sentence: str) -> None:
    assert about(model) == sentence


class Two(Catalogue):
    """A catalogue of two models."""

    def __init__(self) -> None:
        self._offers = {one.key: one for one in (offer(ALL), offer(R1))}


def test_a_picker_keeps_what_is_wished_and_a_prompt_takes_what_fits() -> None:
    data = QueryDict("lane-0-model=p/r1&lane-0-effort=max&lane-0-exclude=on&lane-1-model=p/all&lane-1-summary=detailed")
    wishes = wishes_from(data, Two())
    assert wishes == [
        Asked("p", "r1", "DeepSeek R1", "max", exclude=True),
        Asked("p", "all", "All of it", summary="detailed"),
    ]
    assert lanes_from(data, Two()) == [Asked("p", "r1", "DeepSeek R1"), wishes[1]]


@pytest.mark.parametrize("field", ["effort=utmost", "budget=0", "budget=many", "budget=99999999999", "summary=long"])
def test_what_cannot_be_read_falls_away_in_the_picker_and_is_refused_with_a_prompt(field: str) -> None:
    data = QueryDict(f"lane-0-model=p/all&lane-0-{field}")
    assert wishes_from(data, Two()) == [Asked("p", "all", "All of it")]
    with pytest.raises(BadInput):
        lanes_from(data, Two())


def test_a_model_that_is_not_there_falls_away_in_the_picker() -> None:
    assert wishes_from(QueryDict("lane-0-model=p/gone&lane-1-model=p/r1&lane-7-model=p/r1"), Two()) == [
        Asked("p", "r1", "DeepSeek R1")
    ]
