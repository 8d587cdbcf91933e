"""Token counts and cost of a response."""

from __future__ import annotations

from chatroom.providers.events import Json, UsageReported
from chatroom.providers.loose_json import as_count, as_number, as_object

_TICKS_PER_USD = 1e10  # xAI


def read_usage(response: Json) -> UsageReported | None:
    """Return the usage that a response reports, or None. Its reasoning is counted inside its output."""
    usage = as_object(response.get("usage"))
    if not usage:
        return None
    return UsageReported(
        as_count(usage.get("input_tokens")),
        as_count(usage.get("output_tokens")),
        as_count(as_object(usage.get("output_tokens_details")).get("reasoning_tokens")),
        _cost(usage),
    )


def _cost(usage: Json) -> float | None:
    """Return US dollars. OpenRouter: `cost`; Perplexity: `cost.total_cost`; xAI: ticks."""
    cost = usage.get("cost")
    dollars = as_number(cost.get("total_cost") if isinstance(cost, dict) else cost)
    if dollars is None and (ticks := as_number(usage.get("cost_in_usd_ticks"))) is not None:
        dollars = ticks / _TICKS_PER_USD
    return dollars
