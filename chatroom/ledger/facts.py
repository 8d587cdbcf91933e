"""A run that is over and what it said → what it came to. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from chatroom.conversations.models import Run
from chatroom.providers.events import Provenance
from chatroom.providers.parts import PartKind

# The most open first: a thought of which some came raw and some sealed can be read.
OPENNESS = (Provenance.RAW, Provenance.SUMMARY, Provenance.ENCRYPTED, Provenance.REDACTED, Provenance.HIDDEN)

BILLION = 1_000_000_000
MOST_DOLLARS = 1_000_000
# Beyond it a column of PostgreSQL ends.
MOST_MS = 2**31 - 1

# A run of so many words that stands in a thought twice is no chance any more.
WORDS_IN_A_ROW = 8
# Looked at of a thought, in characters: who repeats himself does so early enough.
LOOKED_AT = 200_000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Said:
    """A part of a reply, as far as it is needed. `text` of thoughts only."""

    kind: str
    provenance: str
    characters: int
    started_at: datetime
    ended_at: datetime | None
    text: str = ""


class Facts(TypedDict):
    """The columns of an `Entry` that follow from the run and its parts."""

    at: int
    effort: str
    status: str
    finish_reason: str
    error_kind: str
    provenance: str
    taken: bool
    thought_ms: int | None
    first_thought_ms: int | None
    first_word_ms: int | None
    total_ms: int | None
    input_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    share: int | None
    cost: int | None
    cost_computed: bool
    speed: float | None
    thought_chars: int
    answer_chars: int
    repeated: int


def facts_of(run: Run, parts: Sequence[Said]) -> Facts:
    """What a run came to; it must have ended."""
    if run.ended_at is None:
        raise ValueError(f"run {run.pk} is not over")
    thoughts = [part for part in parts if part.kind == PartKind.REASONING]
    answers = [part for part in parts if part.kind == PartKind.CONTENT and part.characters]
    first = min((part.started_at for part in parts), default=None)
    return Facts(
        at=round(run.ended_at.timestamp() * 1000),
        effort=run.effort,
        status=run.status,
        finish_reason=run.finish_reason,
        error_kind=run.error_kind,
        provenance=_provenance(run, thoughts),
        taken=run.taken,
        thought_ms=sum(_ms(part.started_at, part.ended_at) or 0 for part in thoughts) if thoughts else None,
        first_thought_ms=_ms(run.started_at, min((part.started_at for part in thoughts), default=None)),
        first_word_ms=_ms(run.started_at, min((part.started_at for part in answers), default=None)),
        total_ms=_ms(run.started_at, run.ended_at),
        input_tokens=run.input_tokens,
        output_tokens=run.output_tokens,
        reasoning_tokens=run.reasoning_tokens,
        share=_share(run),
        cost=(cost := _cost(run)),
        cost_computed=cost is not None and run.cost_computed,
        speed=_speed(run, run.started_at if run.reasoning_tokens and not thoughts else first),
        thought_chars=sum(part.characters for part in thoughts),
        answer_chars=sum(part.characters for part in answers),
        repeated=repetition(part.text for part in thoughts),
    )


def repetition(texts: Iterable[str]) -> int:
    """Of a hundred runs of eight words so many stood in the text before; of who goes in circles, nearly all."""
    words: list[str] = []
    room = LOOKED_AT
    for text in texts:
        words += _WORD.findall(text[:room].lower())
        room -= min(room, len(text))
    runs = len(words) - WORDS_IN_A_ROW + 1
    if runs < WORDS_IN_A_ROW:
        return 0
    different = {hash(tuple(words[start : start + WORDS_IN_A_ROW])) for start in range(runs)}
    return round(100 * (runs - len(different)) / runs)


def _provenance(run: Run, thoughts: Sequence[Said]) -> str:
    kinds = {part.provenance for part in thoughts}
    if not kinds and run.reasoning_tokens:
        return Provenance.HIDDEN
    return next((kind for kind in OPENNESS if kind in kinds), "")


def _share(run: Run) -> int | None:
    if not run.output_tokens or run.reasoning_tokens is None:
        return None
    # More than there was in all: some provider does not count reasoning as output; what is told then is no share.
    return None if run.reasoning_tokens > run.output_tokens else round(1000 * run.reasoning_tokens / run.output_tokens)


def _cost(run: Run) -> int | None:
    """In billionths of a dollar. Nonsense that a provider reports is not known, and no reason to book nothing."""
    if run.cost is None or not 0 <= run.cost <= MOST_DOLLARS:
        return None
    return round(run.cost * BILLION)


def _speed(run: Run, first: datetime | None) -> float | None:
    """Tokens a second, from the first piece on; of a hidden thought from the request on, since it was thought then."""
    ms = _ms(first, run.ended_at)
    return run.output_tokens * 1000 / ms if run.output_tokens and ms else None


def _ms(start: datetime | None, end: datetime | None) -> int | None:
    if start is None or end is None:
        return None
    return min(MOST_MS, max(0, round((end - start).total_seconds() * 1000)))
