"""A room's data with Alice, Bob and Charlie, made once a test run; each room that a test starts gets a copy."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests.support.room import PASSWORD, PEOPLE, ROOT, SETTINGS
from tests.support.surroundings import DATA

TEMPLATE = "furnished"


def furnish(data: Path) -> None:
    """A copy of the folder that a room on SQLite keeps its data in."""
    folder = DATA / "furnished"
    with _alone():
        if not folder.exists():
            draft = DATA / "furnishing"
            shutil.rmtree(draft, ignore_errors=True)
            _make(draft)
            draft.rename(folder)
    shutil.copytree(folder, data, dirs_exist_ok=True)


def furnished_on(server: str) -> str:
    """The name of a database on a PostgreSQL server, of which others can be made."""
    with _alone(), psycopg.connect(server, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
            connection.execute("CREATE DATABASE furnishing")
            _make(DATA / "key", DATABASE_URL=server.rpartition("/")[0] + "/furnishing")
            connection.execute(f"ALTER DATABASE furnishing RENAME TO {TEMPLATE}")
    return TEMPLATE


def _make(data: Path, **environment: str) -> None:
    environment = {**os.environ, "CHATROOM_DATA": str(data), **SETTINGS, **environment}
    for command in (["migrate", "-v", "0"], ["shell", "-v", "0", "-c", PEOPLE.format(password=PASSWORD)]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Of the processes of a run one makes it, and the others wait."""
    DATA.mkdir(exist_ok=True)
    with (DATA / "furnished.lock").open("w") as holding:
        fcntl.flock(holding, fcntl.LOCK_EX)
        yield
