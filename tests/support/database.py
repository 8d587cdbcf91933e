"""What is on disk, read past the room: of either database the same way."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql


class Row(tuple[Any, ...]):
    """A row like SQLite's: by number, by name, as a dict."""

    names: Sequence[str]

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(self.names.index(key) if isinstance(key, str) else key)

    def keys(self) -> Sequence[str]:
        return self.names


def _rows(cursor: psycopg.Cursor[Any]) -> Any:
    names = [column.name for column in cursor.description or ()]

    def make(values: Sequence[Any]) -> Row:
        row = Row(values)
        row.names = names
        return row

    return make


def connected(url: str) -> psycopg.Connection[Row]:
    """A connection to PostgreSQL whose rows are like SQLite's."""
    return psycopg.connect(url, row_factory=_rows, autocommit=True)


def rows_of(connection: psycopg.Connection[Row], query: str, *parameters: Any) -> list[Any]:
    """The rows of a query that is written for both: `?` for a parameter."""
    query = query.replace("%", "%%").replace("?", "%s") if parameters else query
    return connection.execute(query, parameters or None).fetchall()


def in_postgres(url: str, query: str, *parameters: Any) -> list[Any]:
    """The same, by a connection of its own."""
    with connected(url) as connection:
        return rows_of(connection, query, *parameters)


def in_sqlite(file: Path, query: str, *parameters: Any) -> list[Any]:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    with contextlib.closing(connection):
        return connection.execute(query, parameters).fetchall()


@contextlib.contextmanager
def database_on(server: str, template: str) -> Iterator[str]:
    """The address of a new database on a PostgreSQL server, a copy of `template`; dropped at the end."""
    name = f"room_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        names = (sql.Identifier(name), sql.Identifier(template))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        yield server.rpartition("/")[0] + f"/{name}"
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
