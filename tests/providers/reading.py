"""Helpers for tests that read answers in any dialect."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from chatroom.providers.dialects import DIALECTS
from chatroom.providers.events import Event, Provenance, UsageReported
from chatroom.providers.parts import Part, PartHead, PartKind
from chatroom.providers.transcript import Transcript


class Told(NamedTuple):
    """What an answer means: parts as (kind, text, provenance or name)."""

    parts: list[tuple[str, str, str]]
    usage: UsageReported = UsageReported()
    finish: str | None = "stop"
    error: str | None = None


def events_in(dialect: str, pieces: Iterable[bytes]) -> list[Event]:
    decoder = DIALECTS[dialect].decoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.flush()


def read_in(dialect: str, pieces: Iterable[bytes]) -> Transcript:
    transcript = Transcript()
    for event in events_in(dialect, pieces):
        transcript.add(event)
    return transcript


def told(transcript: Transcript) -> Told:
    parts = [
        (str(part.head.kind), part.text, str(part.head.provenance or part.head.name)) for part in transcript.parts()
    ]
    return Told(
        parts,
        transcript.usage,
        None if transcript.finished is None else transcript.finished.reason,
        None if transcript.error is None else transcript.error.kind,
    )


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def parts_of(*said: tuple[str, str]) -> tuple[Part, ...]:
    """Return the parts of an earlier reply, from (kind, text); the text of a tool is its name."""
    parts = []
    for index, (kind, text) in enumerate(said):
        provenance = Provenance.RAW if kind == "reasoning" else None
        parts.append(Part(PartHead(index, PartKind(kind), provenance, text if kind == "tool" else ""), text))
    return tuple(parts)
