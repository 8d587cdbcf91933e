"""Processes of a room begin: at once, with another key, without a database."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from chatroom.cluster.rooms import Web
from tests.support.cluster import ClusteredRoom
from tests.support.room import ROOT, free_port

KEY, OTHER = "one-key-" * 8, "other-key-" * 8


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "CHATROOM_DISCOVER": "0", "CHATROOM_DEMO": "0", **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_of_two_webs_on_two_machines_one_prepares_the_database(cluster: ClusteredRoom, tmp_path: Path) -> None:
    """They share nothing but the database and the key; who has another key is told so, until it is made the room's."""
    cluster.cluster.postgres.query("CREATE DATABASE two_machines")
    room = {
        **cluster.cluster.settings,
        "DATABASE_URL": cluster.cluster.postgres.url_of("two_machines"),
        "CHATROOM_SECRET_KEY": KEY,
    }
    webs = [
        Web(f"web-{name}", tmp_path / name, {**room, "CHATROOM_DATA": str(tmp_path / f"data-{name}")}) for name in "ab"
    ]
    try:
        for web in webs:
            web.launch()
        for web in webs:
            web.wait()
    finally:
        for web in webs:
            web.kill()
    assert sum("Preparing the database" in line for web in webs for line in web.output) == 1
    owners = "SELECT count(*) FROM accounts_user WHERE is_superuser"
    assert cluster.cluster.postgres.query(owners, "two_machines") == "1"

    another = {**room, "CHATROOM_SECRET_KEY": OTHER, "CHATROOM_DATA": str(tmp_path / "data-c")}
    for command in (["serve", "--port", str(free_port())], ["worker"]):
        refused = run(*command, **another)
        assert refused.returncode == 1
        assert refused.stderr.startswith("CommandError: This process has another secret key than the rest of the room")
        assert len(refused.stderr.splitlines()) == 1
    assert run("new_key", **another).returncode == 0
    assert "another secret key" in run("worker", **{**another, "CHATROOM_SECRET_KEY": KEY}).stderr
    cluster.cluster.postgres.query("DROP DATABASE two_machines WITH (FORCE)")


@pytest.mark.parametrize("command", ["serve", "sign_in_link", "new_key"])
def test_a_database_that_is_not_there_is_told_in_one_line(tmp_path: Path, command: str) -> None:
    with socket.socket() as held:  # bound, and nobody listens
        held.bind(("127.0.0.1", 0))
        url = f"postgres://chatroom:very-secret@127.0.0.1:{held.getsockname()[1]}/chatroom"
        arguments = [command, *(["--port", str(free_port())] if command == "serve" else [])]
        told = run(*arguments, DATABASE_URL=url, CHATROOM_DATA=str(tmp_path))
    assert told.returncode == 1
    assert told.stderr.startswith("CommandError: The database cannot be used: ")
    assert len(told.stderr.splitlines()) == 1
    assert "very-secret" not in told.stderr + told.stdout
