"""The cast as clients of a real server, and a conversation to share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from tests.support.provider import ScriptedProvider
from tests.support.room import Room
from tests.support.sharing import asked_and_answered, stranger


@pytest.fixture
def alice(room: Room) -> Iterator[httpx.Client]:
    with closing(room.signed_in("alice")) as client:
        yield client


@pytest.fixture
def charlie(room: Room) -> Iterator[httpx.Client]:
    with closing(room.signed_in("charlie")) as client:
        yield client


@pytest.fixture
def anybody(room: Room) -> Iterator[httpx.Client]:
    with closing(stranger(room)) as client:
        yield client


@pytest.fixture
def talk(room: Room, alice: httpx.Client, calls: ScriptedProvider) -> str:
    """A conversation of one turn. Its address."""
    address, _ = asked_and_answered(room, alice, calls, "What is it?", "It is blue.", "It may be red.")
    return address
