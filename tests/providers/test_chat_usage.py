from __future__ import annotations

from typing import Any

import pytest

from chatroom.providers.dialects.openai_chat.usage import merge_usage, read_usage
from chatroom.providers.events import UsageReported


def usage(reasoning: int | None = None, **counts: Any) -> UsageReported | None:
    details = {} if reasoning is None else {"completion_tokens_details": {"reasoning_tokens": reasoning}}
    return read_usage({"usage": counts | details})


def test_what_is_not_reported_is_none_and_never_0() -> None:
    assert usage(prompt_tokens=5) == UsageReported(input=5)
    assert usage(prompt_tokens=5, completion_tokens=0, reasoning=0) == UsageReported(5, 0, 0)
    assert read_usage({}) is None
    assert read_usage({"usage": None}) is None


def test_reasoning_counted_beside_the_output_is_added_to_it() -> None:  # xAI
    reported = usage(prompt_tokens=331, completion_tokens=11, reasoning=271, total_tokens=613)
    assert reported == UsageReported(331, 282, 271)


def test_reasoning_counted_inside_the_output_is_not() -> None:
    reported = usage(prompt_tokens=43, completion_tokens=36, reasoning=13, total_tokens=79)
    assert reported == UsageReported(43, 36, 13)


def test_without_a_total_more_reasoning_than_output_cannot_be_inside_it() -> None:
    assert usage(prompt_tokens=3, completion_tokens=11, reasoning=271) == UsageReported(3, 282, 271)
    assert usage(prompt_tokens=3, completion_tokens=300, reasoning=271) == UsageReported(3, 300, 271)


def test_a_count_larger_than_the_whole_is_left_as_reported() -> None:  # OpenRouter: 11 of 10
    assert usage(prompt_tokens=3, completion_tokens=10, reasoning=11, total_tokens=13) == UsageReported(3, 10, 11)


def test_reasoning_tokens_may_stand_outside_the_details() -> None:  # Azure
    assert usage(completion_tokens=9, reasoning_tokens=0) == UsageReported(output=9, reasoning=0)


@pytest.mark.parametrize(
    ("reported", "cost"),
    [
        ({"cost": 0.000669}, 0.000669),
        ({"cost": "0.002937"}, 0.002937),
        ({"cost": {"input_tokens_cost": 0.1, "total_cost": 0.00921}}, 0.00921),
        ({"cost_in_usd_ticks": 1_660_500}, 0.00016605),
        ({"cost": 0}, 0.0),
        ({"cost": None}, None),
        ({"cost": "nan"}, None),
    ],
)
def test_cost_is_in_dollars_whoever_reports_it(reported: dict[str, Any], cost: float | None) -> None:
    assert usage(prompt_tokens=1, **reported) == UsageReported(input=1, cost=cost)


def test_later_counts_replace_earlier_ones_and_silence_does_not() -> None:
    assert merge_usage(UsageReported(1, 2, 3, 4.0), UsageReported(output=5)) == UsageReported(1, 5, 3, 4.0)
    assert merge_usage(UsageReported(1, 2), UsageReported(0, None, 7, 0.0)) == UsageReported(0, 2, 7, 0.0)
