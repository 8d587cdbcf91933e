"""Rows into the database, many at a time: COPY on PostgreSQL, prepared statements on SQLite."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

from chatroom.conversations.models import Conversation, Delta, Message, Part, Run
from chatroom.conversations.sample.talks import Row, Rows

# In the order in which they refer to each other, with the fields of the rows. What is not named has its default.
TABLES: Sequence[tuple[str, type[models.Model], str]] = (
    ("conversations", Conversation, "id owner title pinned created_at touched_at"),
    (
        "messages",
        Message,
        "id conversation parent role text lane created_at selected_at chosen_at reasoning_back owner",
    ),
    (
        "runs",
        Run,
        "id reply provider model label effort status attempts created_at started_at answering_at ended_at"
        " finish_reason error_kind error input_tokens output_tokens reasoning_tokens cost cost_computed",
    ),
    ("parts", Part, "id run index kind provenance name text opaque started_at ended_at owner"),
    ("deltas", Delta, "run seq part kind text at"),
)


HASTE = {"foreign_keys": 0, "synchronous": 0, "cache_size": -200_000}
# What SQLite has no type for.
NOT_PLAIN = (datetime, list)


def first_free() -> dict[str, int]:
    """The first id that is free in each table."""
    return {
        model.__name__.lower(): (model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0) + 1
        for _, model, _ in TABLES
        if model is not Delta
    }


@contextmanager
def in_haste() -> Iterator[None]:
    """Let SQLite trust that rows refer to rows, and leave it to the system when they reach the disk."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in HASTE}
        for name, value in HASTE.items():
            cursor.execute(f"PRAGMA {name} = {value}")
        try:
            yield
        finally:
            for name, value in before.items():
                cursor.execute(f"PRAGMA {name} = {value}")


def write(rows: Rows) -> None:
    """Write rows of all tables."""
    for name, model, fields in TABLES:
        _write(model, fields.split(), getattr(rows, name))
    with connection.cursor() as cursor:
        touched = [(at if connection.vendor == "postgresql" else _plain(at), pk) for at, pk in rows.touched]
        cursor.executemany(f"UPDATE {Conversation._meta.db_table} SET touched_at = %s WHERE id = %s", touched)  # noqa: S608


def finish() -> None:
    """Let the database know which ids are taken now."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model for _, model, _ in TABLES]):
            cursor.execute(statement)


def _write(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    # Columns that the database has no default for and the rows do not name.
    rest: list[Any] = [
        field
        for field in model._meta.concrete_fields
        if field not in fields and not field.null and not isinstance(field, models.CompositePrimaryKey)
    ]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in [*fields, *rest])
    table = connection.ops.quote_name(model._meta.db_table)
    defaults = tuple(_plain(field.get_default()) for field in rest)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row([json.dumps(one) if isinstance(one, list) else one for one in (*row, *defaults)])
        else:
            places = ", ".join(["%s"] * (len(fields) + len(rest)))
            plain = [(*[_plain(one) if type(one) in NOT_PLAIN else one for one in row], *defaults) for row in rows]
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", plain)  # noqa: S608


def _plain(value: Any) -> Any:
    """A value as SQLite stores it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]
    return json.dumps(value) if isinstance(value, list) else value
