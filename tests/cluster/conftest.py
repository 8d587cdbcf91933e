"""A room of many processes, on real PostgreSQL and Redis, behind a real nginx."""

from __future__ import annotations

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
        folder / "data", CHATROOM_PROVIDERS=str(providers), CHATROOM_LEASE="6", CHATROOM_DRAIN="4"
    ) as running:
        yield running


@pytest.fixture
def cluster(clustered: ClusteredRoom, load: LoadProvider) -> Iterator[ClusteredRoom]:
    """A test may harm it; after that it is mended, and no run goes on."""
    yield clustered
    load.release()
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
