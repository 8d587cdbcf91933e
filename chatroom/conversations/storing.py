"""Values as the database takes them, for statements that are not Django's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, models


def storable(text: str) -> str:
    """`text` as every database takes it: PostgreSQL stores no U+0000, and no page could show it."""
    return text.replace("\0", "\ufffd")


def for_column(model: type[models.Model], field: str, value: Any) -> Any:
    """`value` as a parameter, for a column of `model`."""
    column: models.Field[Any, Any] = model._meta.get_field(field)  # type: ignore[assignment]
    return column.get_db_prep_save(value, connection)


def time_for_column(at: datetime) -> Any:
    """A time as a parameter."""
    return connection.ops.adapt_datetimefield_value(at)
