"""Whether the sums are those of the rows, and making them anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Sum

from chatroom.ledger.models import Entry, HouseSum, PersonSum, Spread
from chatroom.ledger.sums import KEYS_OF, SUMMED, Books

ROWS_AT_A_TIME = 5_000
# Sums that wait in memory for being written.
MOST_ROWS = 100_000


@transaction.atomic
def differences() -> list[str]:
    """What the tables say otherwise than the entries; nothing where all is well."""
    _nobody_books()
    books = Books()
    for entry in _entries():
        books.enter(entry)
    found: list[str] = []
    for model, summed, sums in (
        (HouseSum, SUMMED, dict(books.house)),
        (PersonSum, SUMMED, dict(books.people)),
        (Spread, ("entries",), {key: [count] for key, count in books.spread.items()}),
    ):
        told = _told(model, summed)
        keys = sorted({*sums, *told}, key=str)
        found += [
            f"{model.__name__} {key}: {told.get(key)}, and should be {sums.get(key)}"
            for key in keys
            if told.get(key) != sums.get(key)
        ]
    return found


@transaction.atomic
def sum_up_anew() -> None:
    """Make all sums from the entries."""
    _nobody_books()
    for model in (HouseSum, PersonSum, Spread):
        model._default_manager.all().delete()
    books = Books()
    for entry in _entries():
        books.enter(entry)
        if books.rows > MOST_ROWS:
            books.save()
            books = Books()
    books.save()


def _nobody_books() -> None:
    """Until the end of the transaction. On SQLite a transaction keeps others from writing anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Entry._meta.db_table} IN EXCLUSIVE MODE")
            # Of a million entries the sums are compared for longer than a transaction may be idle (`HELD_SECONDS`).
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def _entries() -> Iterator[Entry]:
    return Entry.objects.order_by("pk").iterator(ROWS_AT_A_TIME)


def _told(model: type[models.Model], summed: tuple[str, ...]) -> dict[Any, list[int]]:
    """What a table says, by key. Of people who are gone there may be several rows of one key: together."""
    keys = KEYS_OF[model]
    rows = model._default_manager.values_list(*keys).annotate(*[Sum(name) for name in summed]).order_by()
    return {tuple(row[: len(keys)]): list(row[len(keys) :]) for row in rows}
