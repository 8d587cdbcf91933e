"""The cast as clients of a real server: Alice owns, Bob reviews, Charlie is a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.support.room import Room


@pytest.fixture
def alice(room: Room) -> Iterator[httpx.Client]:
    with closing(room.signed_in("alice")) as client:
        yield client


@pytest.fixture
def bob(room: Room) -> Iterator[httpx.Client]:
    with closing(room.signed_in("bob")) as client:
        yield client


@pytest.fixture
def charlie(room: Room) -> Iterator[httpx.Client]:
    with closing(room.signed_in("charlie")) as client:
        yield client


@pytest.fixture
def plain_files(settings: Any) -> None:
    """Pages that are drawn in the test's own process name their style sheets: nobody has collected them."""
    storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": storage}
