"""What is counted, for Prometheus: all of it is defined here, and whoever knows of it counts.

A count costs about a microsecond, so text is counted by the commit and not by the delta. Labels are bounded: a
provider is named as it is configured, a view as in the addresses; models are not told apart, there are too many.
"""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics, generate_latest

disable_created_metrics()  # type: ignore[no-untyped-call]

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_PAGES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 10)
_PATIENT = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_MANY = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)

RUNS_LIVE = Gauge("chatroom_runs_live", "Runs of the whole room that are not over, as its record says.", ["status"])
RUNS_HERE = Gauge("chatroom_runs_here", "Runs that this process is at work on.")
RUNS_ENDED = Counter("chatroom_runs_ended", "Runs that ended.", ["status"])
RUN_WAITED = Histogram("chatroom_run_queued_seconds", "From the question to the worker that took it.", buckets=_QUICK)

DELTAS = Counter("chatroom_deltas", "Deltas written to the log.")
CHARACTERS = Counter("chatroom_characters", "Characters written to the log.")
BATCH = Histogram("chatroom_writer_batch_deltas", "Deltas that one commit wrote.", buckets=_MANY)
COMMIT = Histogram("chatroom_writer_commit_seconds", "Time that one commit took.", buckets=_QUICK)
LAG = Gauge("chatroom_writer_lag_seconds", "Age of the oldest piece that is not written yet.")
WAITING = Gauge("chatroom_writer_waiting_characters", "Characters that wait to be written.")
HELD_BACK = Counter("chatroom_writer_held_back", "Times that providers were not read from, since too much waited.")
WRITER_ERRORS = Counter("chatroom_writer_errors", "Commits that the database refused.")

SOCKETS = Gauge("chatroom_sockets", "Open pages with a socket to this process.")
FRAMES = Counter("chatroom_frames", "Frames sent to pages.")

FIRST_BYTE = Histogram(
    "chatroom_provider_first_byte_seconds",
    "From the request to the head of the answer.",
    ["provider"],
    buckets=_PATIENT,
)
FIRST_PIECE = Histogram(
    "chatroom_provider_first_piece_seconds", "From the request to the first word.", ["provider"], buckets=_PATIENT
)
PROVIDER_ERRORS = Counter("chatroom_provider_errors", "Requests to providers that failed.", ["provider", "kind"])

REQUESTS = Counter("chatroom_requests", "Requests of pages and forms.", ["view", "status"])
REQUEST_TIME = Histogram("chatroom_request_seconds", "Time that requests took.", ["view"], buckets=_PAGES)
REFUSED = Counter("chatroom_refused", "What was refused because a limit was reached.", ["limit"])


def exposition() -> bytes:
    """All that is counted, in Prometheus' text format."""
    return generate_latest()


def written(lengths: Sequence[int], seconds: float) -> None:
    """A commit added deltas of these lengths, in characters, and took so long."""
    if lengths:
        DELTAS.inc(len(lengths))
        CHARACTERS.inc(sum(lengths))
        BATCH.observe(len(lengths))
    COMMIT.observe(seconds)
