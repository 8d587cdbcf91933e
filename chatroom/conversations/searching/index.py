"""The index that this room has. It is made after each migrate, where it is missing, and else left alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Protocol

from django.db import DEFAULT_DB_ALIAS, connection

from chatroom.conversations.searching import postgresql, sqlite
from chatroom.conversations.searching.needle import Needle
from chatroom.conversations.searching.sources import SOURCES, Source


def _backend() -> ModuleType:
    return postgresql if connection.vendor == "postgresql" else sqlite


def is_ready() -> bool:
    """Whether searches can rely on it."""
    return bool(_backend().is_ready())


class Lookup(Protocol):
    """A needle, looked up in the index."""

    @property
    def exact(self) -> bool:
        """Whether what is found holds the needle for certain, and need not be looked at."""

    def rows(self, owner: int, source: Source) -> Iterator[tuple[int, int]]:
        """The ids of the owner's rows that hold the needle, or may, and of their conversations; newest first."""

    def anyones(self, source: Source, most: int) -> list[int] | None:
        """The ids of the rows of all owners that hold the needle, or may. None: more than `most`, or not to be told."""

    def is_all(self, owner: int, source: Source) -> bool:
        """Whether no older row can hold it than are found."""


def is_quick(needle: Needle) -> bool:
    """Whether to look such a needle up takes no time, however common it is."""
    return bool(_backend().is_quick(needle))


def look_up(needle: Needle) -> Lookup | None:
    """Look a needle up. None where there is no index, or it is of no use for such a needle."""
    found: Lookup | None = _backend().look_up(needle) if is_ready() else None
    return found


@contextmanager
def paused() -> Iterator[None]:
    """No index while many rows are written; it is made of them all in the end, which takes a fraction of the time."""
    _backend().drop()
    try:
        yield
    finally:
        _backend().make()


def make_if_missing(**told: Any) -> None:
    """After a migrate (the arguments are the signal's): make the index, and say where it cannot be made."""
    if told.get("using") != DEFAULT_DB_ALIAS or not _columns_are_there() or is_ready():
        return
    say = getattr(told.get("stdout"), "write", print)
    if reason := _backend().make():
        say(f"Searching goes on without an index, among the newest conversations only: {reason}.\n")


def _columns_are_there() -> bool:
    """Not yet, or not any more, where only some of the migrations are done."""
    with connection.cursor() as cursor:
        for source in SOURCES:
            if source.table not in connection.introspection.table_names(cursor):
                return False
            described = connection.introspection.get_table_description(cursor, source.table)
            if not {*source.watched} <= {column.name for column in described}:
                return False
    return True
