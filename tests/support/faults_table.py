"""The table in docs/faults.md: what was done to the room, and what became of every character, counted by the tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.tally import Tally

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
_BEGIN = "<!-- made by the test run: begin -->\n"
_END = "<!-- made by the test run: end -->"
#: What a test's report carries its line under.
PROPERTY = "fault"

#: All faults, in the order of the table; only when each has its line is the table written.
FAULTS = {
    "kill": "kill -9 of the process, started again",
    "end": "SIGTERM: replies end, or are cut off after `CHATROOM_DRAIN`",
    "end twice": "a second SIGTERM",
    "freeze": "SIGSTOP past the lease, SIGCONT",
    "cut": "the socket is cut at random moments, again and again",
    "slow": "the network passes 1 kB a second, or everything 0.3 s late",
    "silent network": "the network falls silent, without a FIN",
    "stalled": "20 readers never read a byte of a reply of megabytes",
    "now and then": "a reader that stops reading and goes on, again and again",
    "provider refuses": "the provider refuses the connection",
    "provider stalls-before-the-head": "it says nothing at all",
    "provider stalls-after-the-head": "it says that it will answer, and does not",
    "provider stalls-in-the-middle": "it falls silent in the middle",
    "provider trickles": "it sends each byte by itself, some slowly",
    "provider drips-for-ever": "it goes on slowly for ever (`CHATROOM_RUN_SECONDS`)",
    "provider never-ends": "it goes on as fast as it can for ever (`CHATROOM_REPLY_CHARACTERS`)",
    "provider resets": "it resets the connection in the middle",
    "provider promises-too-much": "its Content-Length is too long",
    "provider promises-too-little": "its Content-Length is too short",
    "provider sends-noise": "it sends noise",
    "provider sends-broken-text": "it sends broken UTF-8 and broken JSON among good events",
    "provider sends-a-web-page": "it sends a web page",
    "provider sends-one-endless-line": "it sends 100 MB in one line",
    "provider breaks-off": "it ends without a last event",
    "provider goes-on-after-the-end": "it goes on after [DONE]",
    "provider miscounts-its-chunks": "its chunked encoding is wrong",
    "provider redirects": "it redirects",
    "provider has-an-endless-head": "it sends headers without end",
    "provider has-an-endless-header": "it sends one header without end",
    "provider compresses": "it compresses though it was asked not to",
    "provider sends-a-bomb": "it sends a gzip bomb",
    "provider sends-a-bomb-in-a-bomb": "it sends a gzip bomb in a gzip",
    "provider and others": "runs beside all these",
    "disk full": "the disk is full, and has room again",
    "disk full at the end": "SIGTERM while the disk is full",
    "locked": "another process holds the database",
    "clock back": "the clock is set back by an hour",
    "clock forward": "the clock is set forward by an hour",
    "clock back at the start": "kill -9, and the clock is set back before the start",
    "twice": "each form sent eight times at once, a thousand stops",
    "descriptors": "no more file descriptors",
    "cluster kill web": "cluster: kill -9 of a web, started again",
    "cluster kill worker": "cluster: kill -9 of a worker",
    "cluster kill redis": "cluster: kill -9 of Redis, started again",
    "cluster kill postgres": "cluster: kill -9 of PostgreSQL, started again",
    "cluster freeze worker": "cluster: SIGSTOP of a worker past its lease, SIGCONT",
    "cluster end worker": "cluster: SIGTERM to a worker: replies end, or are handed over",
    "cluster weather": "cluster: of the layer's messages 30 % lost, 30 % up to 1 s late, and so out of order",
    "cluster no worker": "cluster: no worker at all",
    "cluster stops": "cluster: a thousand stops, by two webs",
}


@dataclass(frozen=True, slots=True)
class Line:
    """What a test of one fault found."""

    fault: str
    runs: int
    compared: int
    lost: int
    doubled: int
    statuses: dict[str, int]

    @property
    def cells(self) -> tuple[str, ...]:
        """Its cells in the table."""
        statuses = ", ".join(f"{count} {status}" for status, count in sorted(self.statuses.items()))
        numbers = (f"{number:,}" for number in (self.runs, self.compared, self.lost, self.doubled))
        return (FAULTS[self.fault], *numbers, statuses)


HEAD = ("fault", "runs", "characters compared", "lost", "doubled", "final statuses")


def note(
    request: pytest.FixtureRequest, fault: str, tally: Tally, statuses: Mapping[str, int], *, silent: bool = False
) -> None:
    """Put the line of a fault on the test's report, and hold the tally: nothing may be lost or doubled.

    `silent`: nothing was said that could be compared.
    """
    assert fault in FAULTS
    line = Line(fault, sum(statuses.values()), tally.compared, tally.lost, tally.doubled, dict(statuses))
    request.node.user_properties.append((PROPERTY, asdict(line)))
    tally.assert_clean(silent=silent)


def lines_of(properties: Iterable[tuple[str, Any]]) -> list[Line]:
    """The lines that a report carries."""
    return [Line(**value) for name, value in properties if name == PROPERTY]


def together(lines: Iterable[Line]) -> list[Line]:
    """One line a fault, in the table's order: what several tests of it found is added up."""
    found: dict[str, Line] = {}
    for line in lines:
        before = found.get(line.fault, Line(line.fault, 0, 0, 0, 0, {}))
        found[line.fault] = Line(
            line.fault,
            before.runs + line.runs,
            before.compared + line.compared,
            before.lost + line.lost,
            before.doubled + line.doubled,
            dict(Counter(before.statuses) + Counter(line.statuses)),
        )
    return [found[fault] for fault in FAULTS if fault in found]


def table(lines: Iterable[Line]) -> list[str]:
    """The table in Markdown, a line each."""
    rows = [HEAD, *(line.cells for line in lines)]
    marks = ("---", *["---:"] * 4, "---")
    return ["| " + " | ".join(cells) + " |" for cells in (rows[0], marks, *rows[1:])]


def write_table(lines: Iterable[Line], page: Path = PAGE) -> None:
    """Write the table into `page`."""
    before, _, rest = page.read_text().partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"{page} has no place for the table")
    page.write_text(before + _BEGIN + "\n".join(table(lines)) + "\n" + end + after)
