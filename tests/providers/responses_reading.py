"""Helpers for tests that read responses: write a stream, cut it, say what it means."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from chatroom.providers.dialects import DIALECTS
from chatroom.providers.events import Event, UsageReported
from chatroom.providers.transcript import Transcript


class Told(NamedTuple):
    """What a stream means: parts as (kind, text, provenance or name)."""

    parts: list[tuple[str, str, str]]
    usage: UsageReported = UsageReported()
    finish: str | None = "stop"
    error: str | None = None


def sse(*events: dict[str, Any], done: bool = False) -> bytes:
    lines = [f"data: {json.dumps(one, ensure_ascii=False)}\n\n" for one in events]
    return "".join([*lines, "data: [DONE]\n\n" if done else ""]).encode()


def on(kind: str, place: int = 0, **keys: Any) -> dict[str, Any]:
    """An event about the item at index `place`."""
    return {"type": f"response.{kind}", "output_index": place, **keys}


def delta(kind: str, text: str, place: int = 0, index: int = 0) -> dict[str, Any]:
    key = "summary_index" if "summary" in kind else "content_index"
    return on(f"{kind}.delta", place, **{key: index}, delta=text)


def say(text: str, place: int = 0, index: int = 0) -> dict[str, Any]:
    return delta("output_text", text, place, index)


def added(place: int, kind: str = "", **keys: Any) -> dict[str, Any]:
    return on("output_item.added", place, item={"type": kind, **keys})


def ended(place: int, kind: str = "", **keys: Any) -> dict[str, Any]:
    return on("output_item.done", place, item={"type": kind, **keys})


def message(text: str, **keys: Any) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}], **keys}


def thought(*summaries: str, **keys: Any) -> dict[str, Any]:
    return {"type": "reasoning", "summary": [{"type": "summary_text", "text": one} for one in summaries], **keys}


def end(*output: dict[str, Any], status: str = "completed", **keys: Any) -> dict[str, Any]:
    return {"type": f"response.{status}", "response": response(*output, status=status, **keys)}


def response(*output: dict[str, Any], status: str = "completed", **keys: Any) -> dict[str, Any]:
    return {"object": "response", "status": status, "output": list(output), **keys}


def events_of(pieces: Iterable[bytes]) -> list[Event]:
    decoder = DIALECTS["openai-responses"].decoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.flush()


def read(pieces: Iterable[bytes]) -> Transcript:
    transcript = Transcript()
    for event in events_of(pieces):
        transcript.add(event)
    return transcript


def told(transcript: Transcript) -> Told:
    return Told(
        [(str(part.head.kind), part.text, str(part.head.provenance or part.head.name)) for part in transcript.parts()],
        transcript.usage,
        None if transcript.finished is None else transcript.finished.reason,
        None if transcript.error is None else transcript.error.kind,
    )
