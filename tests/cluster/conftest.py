"""A room of many processes, on real PostgreSQL and Redis, behind a real nginx.

`FAULTS=long` gives the long form: more runs, longer texts, more at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import write_providers
from tests.support.cluster import ClusteredRoom, running_cluster
from tests.support.crowd import Crowd, speeches
from tests.support.load import LoadProvider, Speech
from tests.support.page import Audience, audience
from tests.support.provider import ScriptedProvider

Some = Callable[..., list[Speech]]

LONG = os.environ.get("FAULTS") == "long"
# Runs that speak at once, and how much longer than in the short form each speaks.
MANY, LONGER = (12, 3) if LONG else (8, 1)
# Seconds: short, so that it lapses soon.
LEASE = 4


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for a state here may wait long on a busy machine."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(900 if LONG else 400))


@pytest.fixture(scope="session")
def load() -> Iterator[LoadProvider]:
    """A provider that says what it is asked to say."""
    provider = LoadProvider()
    yield provider
    provider.stop()


@pytest.fixture(scope="session")
def clustered(
    tmp_path_factory: pytest.TempPathFactory, provider: ScriptedProvider, load: LoadProvider
) -> Iterator[ClusteredRoom]:
    """Two webs, two workers, for all tests of a process."""
    folder = tmp_path_factory.mktemp("cluster")
    providers = Path(write_providers(folder, provider))
    providers.write_text(providers.read_text() + "\n\n" + Path(load.configuration(folder)).read_text())
    with running_cluster(
        folder / "data", CHATROOM_PROVIDERS=str(providers), CHATROOM_LEASE=str(LEASE), CHATROOM_DRAIN="4"
    ) as running:
        yield running


@pytest.fixture
def cluster(clustered: ClusteredRoom, load: LoadProvider, provider: ScriptedProvider) -> Iterator[ClusteredRoom]:
    """A test may harm it; after that it is mended, and no run goes on."""
    yield clustered
    load.release()
    provider.forget()
    clustered.mend()
    clustered.rest()


@pytest.fixture
def readers() -> Iterator[Audience]:
    """Those who read."""
    with audience() as gathered:
        yield gathered


@pytest.fixture
def crowd(cluster: ClusteredRoom, load: LoadProvider, readers: Audience) -> Crowd:
    """Those who ask, and read."""
    return Crowd(cluster, load, readers)


@pytest.fixture
def some() -> Some:
    """Makes speeches that nobody has asked for before: `some(12, pieces=400, rate=80)`."""
    return speeches
