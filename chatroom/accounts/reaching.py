"""Is the database there? Asked before anything else is done, so that a command can say in one line that it is not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, InterfaceError, connection

# SQLite's shared memory and its log take some of a disk before it can read a row.
NEEDED_BYTES = 1024 * 1024


@contextmanager
def with_database() -> Iterator[None]:
    """Around what a command does with the database. Raises CommandError with one clear line where that fails."""
    try:
        _reach()
        yield
    except (DatabaseError, InterfaceError) as error:
        raise CommandError(f"The database cannot be used: {' '.join(str(error).split())}{_full()}") from error
    finally:
        connection.close()


def _full() -> str:
    """Why SQLite fails where all it says is "disk I/O error": there is no room for what it keeps beside itself."""
    folder = Path(settings.DATA_DIR)
    if connection.vendor == "sqlite" and shutil.disk_usage(folder).free < NEEDED_BYTES:
        return f". The disk that {folder} is on is full."
    return ""


def _reach() -> None:
    """Try once, without the pool, which would try for a while and say less of why. Raises DatabaseError."""
    database: Any = connection
    if database.vendor == "postgresql" and not database.in_atomic_block:
        with database.wrap_database_errors:
            database.Database.connect(**database.get_connection_params()).close()
