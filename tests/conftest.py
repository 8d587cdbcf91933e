"""The cast, the room, the provider."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

# Before settings are read: tests keep nothing in the folder of a room that someone lives in.
_DATA = Path(os.environ.get("PYTEST_DATA", f"/tmp/chatroom-tests-{os.getpid()}"))
os.environ["CHATROOM_DATA"] = str(_DATA)
# Collected once for all the rooms of a session.
os.environ["CHATROOM_STATIC"] = str(_DATA / "static")
os.environ.pop("DATABASE_URL", None)
os.environ.pop("CHATROOM_PROVIDERS", None)

from tests.support.provider import ScriptedProvider  # noqa: E402
from tests.support.recordings import recordings  # noqa: E402
from tests.support.recordings_table import write_table  # noqa: E402
from tests.support.room import Room, running_room  # noqa: E402


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, and put it last.

    Playwright's loop stays in its thread once it has begun; asynchronous tests after it could not run.
    """
    browser = Path(__file__).parent / "browser"
    for item in items:
        if browser in item.path.parents:
            item.add_marker("browser")
    items.sort(key=lambda item: browser in item.path.parents)


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
    shutil.rmtree(_DATA, ignore_errors=True)


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
