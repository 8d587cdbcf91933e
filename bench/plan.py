"""How much the rig measures: all of it, or as little as shows that it works."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Plan:
    """Numbers of streams, turns, readers; windows in seconds. As it stands here it fits into `make bench`."""

    #: Starts with an empty data folder, and as many with what they left there.
    starts: int = 3

    latency_window: float = 4
    #: Questions one after the other, of which the first two do not count.
    questions: int = 17

    #: Streams → the window.
    levels: dict[int, float] = field(default_factory=lambda: {10: 4.0, 50: 5.0, 100: 4.0, 200: 5.0})
    turns: int = 2

    #: Where the search for the largest number of streams begins, by system; it ends where the next try differs by no
    #: more than `step`, or after so many seconds.
    capacity_first: dict[str, int] = field(default_factory=lambda: {"room": 350, "relay": 300})
    capacity_seconds: dict[str, float] = field(default_factory=lambda: {"room": 85.0, "relay": 40.0})
    capacity_window: float = 6
    capacity_step: int = 25
    capacity_most: int = 600

    #: Deltas of a reply at full speed: the shorter, the longer.
    long: tuple[int, int] = (20_000, 40_000)
    long_turns: int = 3
    #: The longer one with so many events in a chunk of the body, too; 4 is what counts.
    chunked: tuple[int, ...] = (1, 100)
    chunked_turns: int = 1

    #: Readers that wait for nothing, after so many that were there before the memory was looked at.
    idle: int = 300
    warm: int = 100
    #: Readers of one run.
    crowd: int = 100
    crowd_window: float = 5
    #: Strangers on one live link, beside so many running conversations.
    strangers: int = 500
    beside: int = 50
    strangers_window: float = 6


FULL = Plan()
#: To see that the rig works. Its numbers say nothing.
SHORT = Plan(
    starts=1,
    latency_window=1,
    questions=4,
    levels={5: 1.0, 10: 1.0},
    turns=1,
    capacity_first={"room": 10, "relay": 10},
    capacity_seconds={"room": 4.0, "relay": 4.0},
    capacity_window=1,
    capacity_step=10,
    capacity_most=20,
    long=(2_000, 4_000),
    long_turns=1,
    chunked=(100,),
    idle=10,
    warm=2,
    crowd=10,
    crowd_window=1,
    strangers=10,
    beside=3,
    strangers_window=1,
)
