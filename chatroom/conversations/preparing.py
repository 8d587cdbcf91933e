"""What is to be done before a process can serve: the database brought up to date, and of the same room.

Several processes may begin at once, on one machine or on many: of those that prepare, one does and the others wait.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from chatroom.accounts.models import KeyMark
from chatroom.accounts.owner import ensure_owner
from chatroom.accounts.reaching import with_database
from chatroom.conversations.migrating import is_behind

# The name of our lock in PostgreSQL: "chatroom" as a number.
LOCK = int.from_bytes(b"chatroom", "big")

OTHER_KEY = (
    "This process has another secret key than the rest of the room: whoever signs in here would be signed out there."
    " Give all the same CHATROOM_SECRET_KEY, or the same file secret-key in CHATROOM_DATA. (Was it changed on purpose?"
    " `python manage.py new_key` makes it the room's, and everybody signs in again.)"
)


def prepare_database(say: Callable[[str], object]) -> None:
    """Migrate where that is needed, and see that there is an owner. Raises CommandError with one clear line."""
    with with_database(), alone_in(Path(settings.DATA_DIR)), _alone_in_the_database():
        if is_behind():
            say("Preparing the database …")
            call_command("migrate", verbosity=0, interactive=False)
        ensure_owner()
        require_the_key()


def require_the_key() -> None:
    """Refuse to be of a room whose other processes have another secret key. Raises CommandError."""
    # A room on SQLite is one process, and may have its key changed at any time.
    if connection.vendor != "sqlite" and not KeyMark.is_ours():
        raise CommandError(OTHER_KEY)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder's lock, against other processes of this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    holding = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems cannot lock
            fcntl.flock(holding, fcntl.LOCK_EX)
        yield
    finally:
        os.close(holding)


@contextlib.contextmanager
def _alone_in_the_database() -> Iterator[None]:
    """Hold a lock in PostgreSQL, against the processes of other machines. It ends with its connection, too."""
    if connection.vendor != "postgresql":
        yield
        return
    holding = connection.copy()
    try:
        with holding.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    finally:
        holding.close()
