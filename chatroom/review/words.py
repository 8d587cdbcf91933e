"""Replies that hold some words, whoever asked: by the search's index, or by looking through them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from chatroom.conversations.models import Message, Part, Run
from chatroom.conversations.searching import index
from chatroom.conversations.searching.needle import Needle
from chatroom.conversations.searching.sources import PARTS, PROMPTS
from chatroom.providers.parts import PartKind

# Rows of the index that are followed up. What more texts hold is found by looking through the newest.
MOST_ROWS = 20_000
AT_A_TIME = 500


def holding(run_ids: Collection[int], needle: Needle, where: str) -> set[int]:
    """Of these runs those that hold the words: in the thought, the content, the prompt; empty: in any of them."""
    found: set[int] = set()
    if where != "prompt":
        kinds = [where] if where else [PartKind.REASONING, PartKind.CONTENT]
        parts = Part.objects.filter(run__in=run_ids, kind__in=kinds).order_by()
        found = {run for run, text in parts.values_list("run", "text") if needle.is_in(text)}
    if where in {"", "prompt"}:
        rest = [run for run in run_ids if run not in found]
        asked = Run.objects.filter(pk__in=rest, reply__parent__role=Message.Role.USER)
        found |= {run for run, text in asked.values_list("pk", "reply__parent__text") if needle.is_in(text)}
    return found


def indexed(needle: Needle, where: str) -> set[int] | None:
    """All runs that may hold the words. None where the index does not tell, or too much."""
    lookup = index.look_up(needle)
    if lookup is None:
        return None
    runs: set[int] = set()
    if where != "prompt":
        rows = lookup.anyones(PARTS, MOST_ROWS)
        if rows is None:
            return None
        for some in _batches(rows):
            parts = Part.objects.filter(pk__in=some)
            runs.update((parts.filter(kind=where) if where else parts).values_list("run", flat=True))
    if where in {"", "prompt"}:
        rows = lookup.anyones(PROMPTS, MOST_ROWS)
        if rows is None:
            return None
        for some in _batches(rows):
            runs.update(Run.objects.filter(reply__parent__in=some).values_list("pk", flat=True))
    return runs


def _batches(rows: Sequence[int]) -> Iterable[Sequence[int]]:
    return (rows[start : start + AT_A_TIME] for start in range(0, len(rows), AT_A_TIME))
