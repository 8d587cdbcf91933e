"""Helpers for tests that read chat completions: write a stream, cut it, read it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from typing import Any

from chatroom.providers.dialects import DIALECTS
from chatroom.providers.events import Event
from chatroom.providers.transcript import Transcript


def chunk(delta: dict[str, Any] | None = None, *, finish: str | None = None, **top: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}], **top}


def sse(*chunks: dict[str, Any], done: bool = True) -> bytes:
    lines = [f"data: {json.dumps(one, ensure_ascii=False)}\n\n" for one in chunks]
    return "".join([*lines, "data: [DONE]\n\n" if done else ""]).encode()


def document(message: dict[str, Any], *, finish: str | None = "stop", **top: Any) -> bytes:
    return json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": finish}], **top}).encode()


def in_bytes(body: bytes) -> Iterator[bytes]:
    return (body[i : i + 1] for i in range(len(body)))


def at_random(body: bytes, seed: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    start = 0
    while start < len(body):
        end = start + chance.choice((1, 2, 3, 5, 8, 21, 64))
        yield body[start:end]
        start = end


def events_of(pieces: Iterable[bytes]) -> list[Event]:
    decoder = DIALECTS["openai-chat"].decoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.flush()


def read(pieces: Iterable[bytes]) -> Transcript:
    transcript = Transcript()
    for event in events_of(pieces):
        transcript.add(event)
    return transcript


def opaque_of(transcript: Transcript) -> list[dict[str, Any]]:
    return [piece for part in transcript.parts() for piece in part.opaque]
