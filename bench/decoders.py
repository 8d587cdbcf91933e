"""How fast each decoder is, beside `json.loads` of the same events: a part of `make bench`, or this file.

Each recorded stream is fed to a fresh decoder in pieces of 16 kB, and event by event as a slow model sends it; the
payloads of the same events go through `json.loads`. The three take turns, and the median of the turns counts; what
counts is processor time, so that whatever else the machine does matters little.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from chatroom.providers.dialects import DIALECTS
from tests.support.recordings import recordings

TURNS = 5
EVENTS_A_TURN = 20_000
# For a mere look whether it works.
SHORT = (1, 1_000)
PIECE = 16 * 1024
FEWEST_EVENTS = 20


class Stream(NamedTuple):
    """One recorded stream, cut in two ways, and the JSON of its events."""

    pieces: list[bytes]
    events: list[bytes]
    payloads: list[str]
    size: int


def read_streams() -> dict[str, list[Stream]]:
    """Return the recorded streams that have a good number of events, by dialect."""
    streams: dict[str, list[Stream]] = defaultdict(list)
    for recording in recordings():
        facts = recording.read("meta.json")
        if not facts["streaming"] or facts["status"] != 200 or facts["recorded"] != "real":
            continue
        body = recording.body
        end = b"\n" if recording.dialect == "ollama" else b"\r\n\r\n" if b"\r\n\r\n" in body else b"\n\n"
        events = [event + end for event in body.split(end) if event.strip()]
        lines = [line.removeprefix(b"data:").strip() for line in body.splitlines()]
        payloads = [line.decode() for line in lines if line[:1] == b"{"]
        if len(payloads) >= FEWEST_EVENTS:
            pieces = [body[start : start + PIECE] for start in range(0, len(body), PIECE)]
            streams[recording.dialect].append(Stream(pieces, events, payloads, len(body)))
    return streams


def decode(dialect: str, streams: list[Stream], cut: Callable[[Stream], list[bytes]]) -> None:
    """Read all streams, cut into pieces by `cut`."""
    for stream in streams:
        decoder = DIALECTS[dialect].decoder()
        for piece in cut(stream):
            decoder.feed(piece)
        decoder.flush()


def parse(streams: list[Stream]) -> None:
    """Parse the JSON of all events, and nothing more."""
    for stream in streams:
        for payload in stream.payloads:
            json.loads(payload)


def timed(work: Callable[[], None], times: int) -> float:
    """Return the seconds of processor time that `work` takes."""
    gc.collect()
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times


def measure(*, short: bool = False) -> dict[str, float]:
    """Print one line a dialect. Returns events a second and the two ratios, by dialect; nothing without recordings."""
    turns, events_a_turn = SHORT if short else (TURNS, EVENTS_A_TURN)
    numbers: dict[str, float] = {}
    streams = read_streams()
    if not streams:
        sys.stderr.write("The decoders are not measured: RECORDINGS names no folder of recorded answers.\n")
        return numbers
    sys.stdout.write("| decoder | events | events/s | MB/s | ÷ json.loads | one event at a time ÷ json.loads |\n")
    sys.stdout.write("| --- | ---: | ---: | ---: | ---: | ---: |\n")
    for dialect, some in sorted(streams.items()):
        works: list[Callable[[], None]] = [
            lambda some=some: parse(some),  # type: ignore[misc]
            lambda some=some, dialect=dialect: decode(dialect, some, lambda stream: stream.pieces),  # type: ignore[misc]
            lambda some=some, dialect=dialect: decode(dialect, some, lambda stream: stream.events),  # type: ignore[misc]
        ]
        events, size = sum(len(one.payloads) for one in some), sum(one.size for one in some)
        times = max(1, events_a_turn // events)
        taken = [[timed(work, times) for work in works] for _ in range(turns)]
        whole = statistics.median(turn[1] for turn in taken)
        ratios = [statistics.median(turn[n] / turn[0] for turn in taken) for n in (1, 2)]
        sys.stdout.write(
            f"| {dialect} | {events} | {events / whole:,.0f} | {size / whole / 1e6:.0f}"
            f" | {ratios[0]:.2f} | {ratios[1]:.2f} |\n"
        )
        numbers |= {
            f"decoder_{dialect}_events_per_s": events / whole,
            f"decoder_{dialect}_over_json": ratios[0],
            f"decoder_{dialect}_one_by_one_over_json": ratios[1],
        }
    return numbers


if __name__ == "__main__":
    measure()
