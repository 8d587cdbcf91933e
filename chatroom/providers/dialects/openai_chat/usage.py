"""Token counts and cost on one scale, from whatever a host of this dialect reports."""

from __future__ import annotations

from dataclasses import replace

from chatroom.providers.events import Json, UsageReported
from chatroom.providers.loose_json import as_count, as_number, as_object

_TICKS_PER_USD = 1e10  # xAI


def read_usage(chunk: Json) -> UsageReported | None:
    """Return the usage that one chunk reports, or None."""
    usage = as_object(chunk.get("usage")) or as_object(as_object(chunk.get("x_groq")).get("usage"))
    if not usage:
        return None
    details = as_object(usage.get("completion_tokens_details"))
    output = as_count(usage.get("completion_tokens"))
    reasoning = as_count(details.get("reasoning_tokens"))
    if reasoning is None:
        reasoning = as_count(usage.get("reasoning_tokens"))  # Azure AI
    reported = UsageReported(as_count(usage.get("prompt_tokens")), output, reasoning, _cost(usage))
    if reasoning and output is not None and _stands_beside(reported, as_count(usage.get("total_tokens"))):
        reported = replace(reported, output=output + reasoning)
    return reported


def merge_usage(earlier: UsageReported, later: UsageReported) -> UsageReported:
    """Return `later`, with the counts of `earlier` where it is silent."""
    return UsageReported(
        earlier.input if later.input is None else later.input,
        earlier.output if later.output is None else later.output,
        earlier.reasoning if later.reasoning is None else later.reasoning,
        earlier.cost if later.cost is None else later.cost,
    )


def _stands_beside(usage: UsageReported, total: int | None) -> bool:
    """Return whether the reasoning tokens are counted beside the output, not inside it.

    xAI does so, and Gemini behind some gateways. The total tells, whoever the host is; where it is
    missing, reasoning that exceeds the output cannot be inside it.
    """
    if usage.input is None or usage.output is None or usage.reasoning is None:
        return False
    if total is None:
        return usage.reasoning > usage.output
    return total == usage.input + usage.output + usage.reasoning


def _cost(usage: Json) -> float | None:
    """Return US dollars. OpenRouter, Vercel: `cost`; Perplexity: `cost.total_cost`; xAI: ticks."""
    cost = usage.get("cost")
    dollars = as_number(as_object(cost).get("total_cost") if isinstance(cost, dict) else cost)
    if dollars is None and (ticks := as_number(usage.get("cost_in_usd_ticks"))) is not None:
        dollars = ticks / _TICKS_PER_USD
    return dollars
