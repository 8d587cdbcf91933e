"""What each model was last heard to say: the latest run of each that is over.

Quick however many runs there are: from model to model by the index `run_last_heard`, a few steps each.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone

from chatroom.conversations.models import Run, Status


def last_heard() -> dict[str, dict[str, Run]]:
    """By provider and model, of each that has had its say, the run that ended last."""
    found: dict[str, dict[str, Run]] = {}
    for provider in _each(Run.objects.all(), "provider"):
        runs = Run.objects.filter(provider=provider)
        ended = (
            runs.filter(model=model, ended_at__isnull=False).order_by("-ended_at").first()
            for model in _each(runs, "model")
        )
        found[provider] = {run.model: run for run in ended if run}
    return found


def outcome(run: Run) -> str:
    """How a run ended, in one line: when, with how many tokens, or why not."""
    ended = f"{run.status} {timezone.localtime(run.ended_at):%Y-%m-%d %H:%M}" if run.ended_at else run.status
    if run.status == Status.FAILED:
        return f"{ended}: {run.error}"
    if run.output_tokens is None:
        return ended
    share = ""
    if run.output_tokens and run.reasoning_tokens is not None:
        share = f", {round(100 * run.reasoning_tokens / run.output_tokens)} % thinking"
    return f"{ended}, {run.output_tokens} tokens{share}"


def _each(runs: QuerySet[Run], field: str) -> Iterator[str]:
    """Each value of `field` once, in order. DISTINCT would read the whole index; this takes one step in it a value."""
    values = runs.order_by(field).values_list(field, flat=True)
    value = values.first()
    while value is not None:
        yield value
        value = values.filter(**{f"{field}__gt": value}).first()
