"""Rooms that may be harmed, and those who read in them meanwhile.

`FAULTS=long` gives the long form: more runs, longer texts, and waiting as long as a fault can last.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.support import faults_table
from tests.support.crowd import Crowd
from tests.support.furnished import furnish
from tests.support.load import LoadProvider
from tests.support.misdeeds import MISDEEDS
from tests.support.page import Audience, audience
from tests.support.room import Room
from tests.support.tally import Tally

LONG = os.environ.get("FAULTS") == "long"
# Runs that speak at once.
MANY = 20 if LONG else 6

Note = Callable[..., None]
Rooms = Callable[..., Room]
Gather = Callable[[Room], Crowd]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for a state here may wait long on a busy machine."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(900 if LONG else 300))


@pytest.fixture(scope="session")
def load() -> Iterator[LoadProvider]:
    """A provider that says what it is asked to say, well or badly."""
    provider = LoadProvider(MISDEEDS)
    yield provider
    provider.stop()


@pytest.fixture(scope="session")
def standing_rooms() -> Iterator[list[Room]]:
    """The room that stands now, if one does."""
    kept: list[Room] = []
    yield kept
    for room in kept:
        room.stop()


@pytest.fixture
def standing(
    standing_rooms: list[Room], tmp_path_factory: pytest.TempPathFactory, load: LoadProvider
) -> Iterator[Room]:
    """A room for all tests whose fault leaves it as it was. One in which runs go on after a test serves no other."""
    if not standing_rooms:
        folder = tmp_path_factory.mktemp("standing")
        furnish(folder / "data")
        room = Room(folder / "data", CHATROOM_PROVIDERS=load.configuration(folder), CHATROOM_DEMO="0")
        standing_rooms.append(room)
        room.start()
    yield standing_rooms[0]
    load.release()
    if standing_rooms[0].rows("SELECT 1 FROM conversations_run WHERE ended_at IS NULL"):
        standing_rooms.pop().stop()


@pytest.fixture
def rooms(tmp_path: Path, load: LoadProvider) -> Iterator[Rooms]:
    """Makes rooms on SQLite that ask the load's provider; they end with the test."""
    made: list[Room] = []

    def make(*, data: Path | None = None, start: bool = True, **environment: str) -> Room:
        data = data or tmp_path / f"data-{len(made)}"
        furnish(data)
        settings = {"CHATROOM_PROVIDERS": load.configuration(tmp_path), "CHATROOM_DEMO": "0", **environment}
        made.append(Room(data, **settings))
        if start:
            made[-1].start()
        return made[-1]

    yield make
    for number, room in enumerate(made):
        room.stop()
        print(f"room {number} said at last:", "".join(room.output)[-6000:])  # noqa: T201 - shown beside a failure


@pytest.fixture
def readers() -> Iterator[Audience]:
    """Those who read."""
    with audience() as gathered:
        yield gathered


@pytest.fixture
def crowd_in(load: LoadProvider, readers: Audience) -> Gather:
    """Gathers a crowd in a room."""
    return lambda room: Crowd(room, load, readers)


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """Takes down what became of a fault: `note(fault, tally, statuses)`. Fails where something was lost or doubled."""

    def take_down(fault: str, tally: Tally, statuses: Mapping[str, int], *, silent: bool = False) -> None:
        faults_table.note(request, fault, tally, statuses, silent=silent)

    return take_down
