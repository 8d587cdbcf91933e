"""Rows as bytes, in the three formats. Each takes rows as they come and gives bytes as soon as there are some."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

import msgspec

from chatroom.ledger.spreadsheets import guarded
from chatroom.review.export.columns import COLUMNS, Record
from chatroom.review.export.parquet import write_parquet

Batches: TypeAlias = Iterable[list[Record]]
Write: TypeAlias = Callable[[bytes], None]


def write_csv(batches: Batches, write: Write) -> None:
    """CSV as in RFC 4180, UTF-8, with a head. Unknown is an empty cell; lists are JSON; texts are `guarded`."""
    write(_lines([list(COLUMNS)]))
    for batch in batches:
        write(_lines([_cell(record[column]) for column in COLUMNS] for record in batch))


def write_json_lines(batches: Batches, write: Write) -> None:
    """One object a line, UTF-8. Unknown is null; times are in ISO 8601, UTC."""
    encoder = msgspec.json.Encoder()
    for batch in batches:
        write(encoder.encode_lines(batch))


def _lines(rows: Iterable[list[Any]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return msgspec.json.encode(value).decode() if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Format:
    """A format by its name for people, the end of its files' names, and what browsers call it."""

    label: str
    suffix: str
    content_type: str
    write: Callable[[Batches, Write], None]


FORMATS = {
    "csv": Format("CSV, for spreadsheets", "csv", "text/csv; charset=utf-8", write_csv),
    "jsonl": Format("JSON Lines, for programs", "jsonl", "application/jsonl; charset=utf-8", write_json_lines),
    "parquet": Format("Parquet, for analysis", "parquet", "application/vnd.apache.parquet", write_parquet),
}
