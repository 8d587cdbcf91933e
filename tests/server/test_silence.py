"""A provider that falls silent is ended, in clear words, with its text kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import write_providers
from tests.support.provider import ScriptedProvider
from tests.support.room import Room, running_room, until


@pytest.fixture
def impatient_room(tmp_path: Path, provider: ScriptedProvider) -> Iterator[Room]:
    """A room that waits for a second at most."""
    providers = write_providers(tmp_path, provider)
    with running_room(tmp_path / "data", CHATROOM_PROVIDERS=providers, CHATROOM_SILENCE="1") as room:
        room.people()
        yield room


def test_a_provider_that_falls_silent_is_ended(impatient_room: Room, calls: ScriptedProvider) -> None:
    with closing(impatient_room.signed_in("alice")) as alice:
        form = {"prompt": "Say something", "lane-0-model": "played/scripted"}
        before = alice.post("/begin/", data=form, follow_redirects=False).headers["Location"]
        call = calls.next_call()
        call.content("I was about to")
        assert call.gone.wait(10)
        ended = "SELECT * FROM conversations_run WHERE ended_at IS NOT NULL"
        run = until(lambda: impatient_room.rows(ended), "the run ends")[0]
        assert (run["status"], run["error_kind"]) == ("failed", "silent")
        page = alice.get(before).text
        assert "Played said nothing for 1 s." in page
        assert "I was about to" in page
