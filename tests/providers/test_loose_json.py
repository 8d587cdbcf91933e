from __future__ import annotations

import json
import math

import pytest

from chatroom.providers.loose_json import as_count, as_list, as_number, as_object, as_text, parse_json


def test_json_is_parsed() -> None:
    assert parse_json(' {"a": [1, 2.5, "x", null, true]} ') == {"a": [1, 2.5, "x", None, True]}


def test_numbers_that_json_does_not_know_are_taken_all_the_same() -> None:
    assert math.isnan(parse_json('{"a": NaN}')["a"])
    assert parse_json('{"a": 1e999, "b": 2}') == {"a": math.inf, "b": 2}


@pytest.mark.parametrize("text", ["", "{", "<html>", '{"a": tru', "[" * 100_000, "1" * 5000])
def test_what_is_not_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        parse_json(text)


def test_what_can_be_parsed_can_be_written_again() -> None:
    json.dumps(parse_json("[" * 200 + "]" * 200))
    for opening, closing in (("[", "]"), ('{"a":', "}"), ('[1,{"a":', "}]")):
        text = opening * 201 + "0" + closing * 201
        with pytest.raises(ValueError, match="deeply"):
            parse_json(text)
    assert len(parse_json("[" + "[[{}]]," * 5000 + "0]")) == 5001


def test_values_of_another_type_are_nothing() -> None:
    values: list[object] = [None, 1, True, "x", [1], {"a": 1}]
    assert [as_object(value) for value in values] == [{}, {}, {}, {}, {}, {"a": 1}]
    assert [as_list(value) for value in values] == [[], [], [], [], [1], []]
    assert [as_text(value) for value in values] == ["", "", "", "x", "", ""]


@pytest.mark.parametrize(
    ("value", "count"),
    [(3, 3), (0, 0), (3.0, 3), (3.5, None), (-1, None), (True, None), ("3", None), (math.nan, None), (math.inf, None)],
)
def test_a_count_is_whole_and_not_negative(value: object, count: int | None) -> None:
    assert as_count(value) == count


@pytest.mark.parametrize(
    ("value", "number"),
    [(3, 3.0), ("0.5", 0.5), (-1, -1.0), (True, None), ("x", None), ("nan", None), (math.inf, None), (10**400, None)],
)
def test_a_number_may_be_written_as_text(value: object, number: float | None) -> None:
    assert as_number(value) == number
