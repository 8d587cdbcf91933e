"""Rows as Parquet. Text is compressed; lists are JSON, which every reader of Parquet takes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import IO, TYPE_CHECKING, Any, cast

import msgspec

from chatroom.review.export.columns import COLUMNS, Holds, Record

if TYPE_CHECKING:  # loaded only where somebody exports
    from arro3.core import Array, DataType, RecordBatch

# So many rows stay in memory, compressed, until they are written.
ROWS_A_GROUP = 2_000
# Those of which no two rows are alike.
_TEXTS = ("prompt", "given_reasoning", "reasoning", "content", "tools", "parts", "marks", "verdicts", "flag", "error")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write_parquet(batches: Iterable[list[Record]], write: Callable[[bytes], None]) -> None:
    """Write one file. Errors of `batches` and `write` come out as they are."""
    from arro3.core import Field, RecordBatchReader, Schema
    from arro3.io import write_parquet as write_file

    types = _types()
    schema = Schema([Field(name, types[holds], nullable=True) for name, holds in COLUMNS.items()])
    sink = _Sink(write)
    failures: list[BaseException] = []

    def arrays() -> Iterator[RecordBatch]:
        # The library knows other people's errors by their texts only, and falls over those of a file.
        try:
            for batch in batches:
                if sink.failure:
                    return
                yield _batch(batch, types, schema)
        except BaseException as error:
            failures.append(error)
            raise

    try:
        write_file(
            RecordBatchReader.from_batches(schema, arrays()),
            cast("IO[bytes]", sink),
            compression="zstd(3)",
            max_row_group_size=ROWS_A_GROUP,
            column_dictionary_enabled=dict.fromkeys(_TEXTS, False),
            created_by="Chatroom",
        )
    except BaseException:
        if not failures:
            raise
    for failure in (*failures, sink.failure):
        if failure is not None:
            raise failure


def _batch(records: list[Record], types: dict[Holds, DataType], schema: Any) -> RecordBatch:
    from arro3.core import RecordBatch

    columns = [_array([record[name] for record in records], holds, types) for name, holds in COLUMNS.items()]
    return RecordBatch.from_arrays(columns, schema=schema)


def _array(values: list[Any], holds: Holds, types: dict[Holds, DataType]) -> Array:
    from arro3.core import Array

    if holds is Holds.TIME:
        microseconds = [None if at is None else (at - _EPOCH) // timedelta(microseconds=1) for at in values]
        return Array(microseconds, types[Holds.WHOLE]).cast(types[holds])
    if holds is Holds.LIST:
        values = [msgspec.json.encode(value).decode() for value in values]
    return Array(values, types[holds])


def _types() -> dict[Holds, DataType]:
    from arro3.core import DataType

    return {
        Holds.TEXT: DataType.string(),
        Holds.WHOLE: DataType.int64(),
        Holds.NUMBER: DataType.float64(),
        Holds.YES_NO: DataType.bool(),
        Holds.TIME: DataType.timestamp("us", tz="UTC"),
        Holds.LIST: DataType.string(),
    }


class _Sink(io.RawIOBase):
    """A file that hands on what is written. After a failure it takes the rest and drops it."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self.failure: BaseException | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self.failure is None:
            try:
                self._write(bytes(data))
            except BaseException as error:
                self.failure = error
        return len(data)
