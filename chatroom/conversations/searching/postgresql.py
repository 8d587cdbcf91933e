"""The index on PostgreSQL: GIN over owner and trigrams, so that what others said costs a search nothing.

Two extensions that come with PostgreSQL make it: pg_trgm and btree_gin. Both are trusted, so whoever may CREATE in the
database may create them; elsewhere its administrator does, once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

from django.db import Error, connection, transaction

from chatroom.conversations.searching.needle import Needle
from chatroom.conversations.searching.sources import SOURCES, Source

EXTENSIONS = ("pg_trgm", "btree_gin")
# The index knows only letters and digits, three in a row.
KNOWN = re.compile(r"[^\W_]{3}")
# Of what it does not know so many of the newest texts are looked through, in each source.
NEWEST = 30_000
FEW = 3
MEMORY_WHILE_MAKING = "512MB"
# Rows that are taken from the database at a time.
ROWS_AT_A_TIME = 1_000


def is_ready() -> bool:
    """Whether the indexes are there."""
    names = list(_indexes())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE c.relname = ANY(%s) AND c.relnamespace = current_schema()::regnamespace AND i.indisvalid",
            [names],
        )
        return bool(cursor.fetchone()[0] == len(names))


def drop() -> None:
    """Take the indexes away."""
    with connection.cursor() as cursor:
        for name in _indexes():
            cursor.execute(f"DROP INDEX IF EXISTS {name}")


def make() -> str:
    """Make the indexes. Returns why that cannot be done; empty where it was."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for extension in EXTENSIONS:
                cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    except Error as error:
        asked = " ".join(f"CREATE EXTENSION {extension};" for extension in EXTENSIONS)
        said = str(error).partition("\n")[0]
        return f"{said}. Let the database's administrator run “{asked}” in it, and then manage.py migrate again"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL maintenance_work_mem = '{MEMORY_WHILE_MAKING}'")
        for name, body in _indexes().items():
            cursor.execute(f"DROP INDEX IF EXISTS {name}")
            cursor.execute(f"CREATE INDEX {name} ON {body}")
    return ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """How a needle is looked up: rows that are like one of the patterns. `newest`: so many rows are looked through."""

    patterns: Sequence[str]
    ignoring_case: bool
    newest: int | None = None
    exact: ClassVar[bool] = True

    def rows(self, owner: int, source: Source) -> Iterator[tuple[int, int]]:
        """The ids of the owner's rows and of their conversations, newest first."""
        alike = self._alike(source)
        with connection.cursor() as cursor:
            # Materialized: or the order of the ids might lure the planner into walking through the whole table.
            cursor.execute(
                f"WITH found AS MATERIALIZED (SELECT * FROM {source.table}"  # noqa: S608
                f" WHERE owner_id = %s::bigint AND {_held(source)} AND id >= %s AND ({alike}))"
                f" SELECT t.id, {source.conversation} FROM found t {source.joins} ORDER BY t.id DESC",
                [owner, self._oldest(owner, source), *self.patterns],
            )
            while found := cursor.fetchmany(ROWS_AT_A_TIME):
                yield from found

    def anyones(self, source: Source, most: int) -> list[int] | None:
        """The ids of the rows of all owners that hold the needle. None: more than `most`, or no index tells."""
        if self.newest is not None:
            return None
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM {source.table} WHERE {_held(source)} AND ({self._alike(source)}) LIMIT %s",  # noqa: S608
                [*self.patterns, most + 1],
            )
            found = [row for (row,) in cursor.fetchall()]
        return None if len(found) > most else found

    def _alike(self, source: Source) -> str:
        like = "ILIKE" if self.ignoring_case else "LIKE"
        return " OR ".join([f"{source.column} {like} %s"] * len(self.patterns))

    def is_all(self, owner: int, source: Source) -> bool:
        """Whether no older row can hold it than are found."""
        return not self._oldest(owner, source)

    def _oldest(self, owner: int, source: Source) -> int:
        """The oldest row that is looked at; 0: all are."""
        if self.newest is None:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM {source.table} WHERE owner_id = %s::bigint AND {_held(source)}"  # noqa: S608
                " ORDER BY id DESC OFFSET %s LIMIT 1",
                [owner, self.newest],
            )
            row = cursor.fetchone()
        return int(row[0]) if row else 0


def is_quick(needle: Needle) -> bool:
    """Never: all there is is found before the first is told, and of a word that is everywhere that is much."""
    return False


def look_up(needle: Needle) -> Lookup | None:
    """By the trigrams where the needle has any; else among the newest rows."""
    if KNOWN.search(needle.text):
        return Lookup([_pattern(needle.text)], ignoring_case=True)
    if len(needle.text) <= FEW:  # to write out the cases is far quicker than to ignore them
        cases = ({one for one in (letter, letter.lower(), letter.upper()) if len(one) == 1} for letter in needle.text)
        return Lookup([_pattern("".join(letters)) for letters in product(*cases)], ignoring_case=False, newest=NEWEST)
    return Lookup([_pattern(needle.text)], ignoring_case=True, newest=NEWEST)


def _pattern(text: str) -> str:
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"


def _indexes() -> dict[str, str]:
    """For each source the trigrams, and the rows from the newest."""
    found: dict[str, str] = {}
    for source in SOURCES:
        gin = f"USING gin (owner_id, {source.column} gin_trgm_ops)"
        found[f"search_{source.name}"] = f"{source.table} {gin} WHERE {_held(source)}"
        found[f"search_{source.name}_newest"] = f"{source.table} (owner_id, id) WHERE {_held(source)}"
    return found


def _held(source: Source) -> str:
    only = f" AND {source.only[0]} <> '{source.only[1]}'" if source.only else ""
    return f"{source.column} <> ''{only}"
