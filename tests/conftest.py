"""The cast, the room, the provider."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.backends.signals import connection_created

from chatroom.cluster.postgres import THROWAWAY
from tests.support import surroundings
from tests.support.provider import ScriptedProvider
from tests.support.recordings import recordings
from tests.support.recordings_table import write_table
from tests.support.room import Room, running_room

# Settings have been read by now. Rooms that tests start are given a database of their own.
os.environ.pop("DATABASE_URL", None)
# A thread that ends without a word takes its connection with it; in a pool that would be missed.
settings.DATABASES["default"]["OPTIONS"].pop("pool", None)

TESTS = Path(__file__).parent
BROWSER = TESTS / "browser"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, None, None]:
    """Mark what drives a browser, and put it last; mark what is about the record, for it runs on both databases.

    Playwright's loop stays in its thread once it has begun; asynchronous tests after it could not run.
    """
    for item in items:
        if BROWSER in item.path.parents:
            item.add_marker("browser")
        elif _is_about_the_record(item):
            item.add_marker("record")
    yield  # -m chooses, and the order is shuffled
    if THROWAWAY in os.environ:
        config.hook.pytest_deselected(items=[item for item in items if not item.get_closest_marker("record")])
        items[:] = [item for item in items if item.get_closest_marker("record")]
    items.sort(key=lambda item: BROWSER in item.path.parents)


def _is_about_the_record(item: pytest.Item) -> bool:
    """Whether it has to do with a database: by what it asks for, or, with a real server, by where it stands."""
    asked = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("django_db") is not None or TESTS / "server" in item.path.parents


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the room's server said beside a failure."""
    report = yield
    for fixture in getattr(item, "funcargs", {}).values():
        if report.failed and isinstance(fixture, Room):
            report.sections.append(("the room's server said", "".join(fixture.output[-60:])))
    return report


# What each test of a recorded answer came to; on a run in several processes, in the one that tells of all.
_replayed: dict[str, list[bool]] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and "test_recordings.py::" in report.nodeid:
        _replayed.setdefault(report.nodeid.partition("[")[2].rstrip("]"), []).append(report.passed)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many recorded answers were replayed: a folder that is found empty must not look like success.

    A run that replayed them all tells so in docs/providers.md, too.
    """
    passed = {name: all(outcomes) for name, outcomes in _replayed.items()}
    if passed:
        terminalreporter.write_line(f"Replayed {len(passed)} recorded answers, {sum(passed.values())} passed.")
    if len(passed) == len(recordings()) > 0 and len({len(outcomes) for outcomes in _replayed.values()}) == 1:
        write_table(passed)


def pytest_sessionfinish() -> None:
    if surroundings.IS_FIRST:
        shutil.rmtree(surroundings.DATA, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Whether the test database is left behind: on a server that is thrown away, where others may still look at it."""
    return THROWAWAY in os.environ


@pytest.fixture(autouse=True)
def _no_connection_stays() -> Iterator[None]:
    """Threads that a test has begun, and that go on to wait for work, keep no connection to PostgreSQL."""
    made: list[Any] = []

    def note(connection: Any, **_: Any) -> None:
        if connection.vendor == "postgresql" and threading.current_thread() is not threading.main_thread():
            made.append(connection)

    connection_created.connect(note)
    yield
    connection_created.disconnect(note)
    for connection in made:
        connection.inc_thread_sharing()
        connection.close()


KEY = "sk-test-key-1234567890"


@pytest.fixture(scope="session")
def provider() -> Iterator[ScriptedProvider]:
    """A provider whose every word the test says."""
    played = ScriptedProvider()
    yield played
    played.stop()


@pytest.fixture
def calls(provider: ScriptedProvider) -> Iterator[ScriptedProvider]:
    """The same, with nothing left over from another test."""
    provider.forget()
    yield provider
    provider.forget()


def write_providers(folder: Path, provider: ScriptedProvider) -> str:
    """A TOML file that names the played provider."""
    file = folder / "providers.toml"
    lines = [
        "[[provider]]",
        'name = "played"',
        'label = "Played"',
        f'base_url = "{provider.base_url}"',
        f'api_key = "{KEY}"',
    ]
    file.write_text("\n".join(lines))
    return str(file)


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory, provider: ScriptedProvider) -> Iterator[Room]:
    """A real server with Alice, Bob and Charlie."""
    folder = tmp_path_factory.mktemp("room")
    with running_room(folder / "data", CHATROOM_PROVIDERS=write_providers(folder, provider)) as running:
        running.people()
        yield running
