"""The index on SQLite: FTS5 over all substrings of three characters, kept up to date by triggers.

It holds no text, only in which texts each three characters occur (`detail=none`, `content=''`), so whatever it finds
must be looked at. Its row ids begin with the owner: what belongs to one person stands together in every list, and what
others said costs a search nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from chatroom.conversations.searching.needle import Needle
from chatroom.conversations.searching.sources import SOURCES, Source

TABLE = "conversations_search"
TERMS = "conversations_search_terms"
# SQLite has the tokenizer since 3.34 and, from 3.45 on, one that could ignore accents; people's words differ by them.
TABLE_SQL = (
    f"CREATE VIRTUAL TABLE {TABLE}"
    " USING fts5(text, content='', columnsize=0, detail=none, tokenize='trigram case_sensitive 0')"
)
TERMS_SQL = f"CREATE VIRTUAL TABLE {TERMS} USING fts5vocab({TABLE}, instance)"
# A row id: the owner (two million may come), which sort of text, the row's own id.
KIND_BITS, ID_BITS = 2, 40
# Behind every text, so that its last two characters are the beginning of something, too.
END = "char(10, 10)"

GRAM = 3
# A needle is looked up by so many of its substrings at most: each costs about a millisecond among a million messages.
MOST_GRAMS = 6
# Letters from the seldom to the common, in the languages that are written with them; others (-1) are more seldom still.
COMMON = "qxjzwkyvfbghpmucdlsrotniae "
# What is shorter than a gram is looked up by all grams that begin with it, if they are not more.
MOST_TERMS = 300

# Rows that are taken from the index at a time.
ROWS_AT_A_TIME = 500

ROWS_A_STEP = 20_000
# Of the index in memory before it is written, in bytes: while it is made, and FTS5's own.
HASH_WHILE_MAKING, HASH = 64_000_000, 1_048_576


def is_ready() -> bool:
    """Whether the index is there, and all that keeps it up to date."""
    wanted = {TABLE: TABLE_SQL, TERMS: TERMS_SQL, **_triggers()}
    with connection.cursor() as cursor:
        names = ", ".join(["%s"] * len(wanted))
        cursor.execute(f"SELECT name, sql FROM sqlite_master WHERE name IN ({names})", list(wanted))  # noqa: S608
        return dict(cursor.fetchall()) == wanted


def drop() -> None:
    """Take the index away, and what keeps it up to date."""
    with connection.cursor() as cursor:
        for name in _triggers():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        for name in (TERMS, TABLE):
            cursor.execute(f"DROP TABLE IF EXISTS {name}")


def make() -> str:
    """Make the index anew, of all that is there. Returns why that cannot be done; empty where it was."""
    drop()
    with connection.cursor() as cursor:
        try:
            cursor.execute(TABLE_SQL)
        except OperationalError as error:
            return f"this SQLite has no full-text search over substrings ({error}); there is one since version 3.34"
        cursor.execute(TERMS_SQL)
        _configure(cursor, "hashsize", HASH_WHILE_MAKING)
        for source in SOURCES:
            _fill(cursor, source)
        _configure(cursor, "hashsize", HASH)
        with transaction.atomic():  # last, since while one is missing the index is made anew
            for statement in _triggers().values():
                cursor.execute(statement)
    return ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """How a needle is looked up. What is found may hold it, and must be looked at."""

    match: str
    exact: ClassVar[bool] = False

    def rows(self, owner: int, source: Source) -> Iterator[tuple[int, int]]:
        """The ids of the owner's rows and of their conversations, newest first."""
        if not self.match:
            return
        first = ((owner << KIND_BITS) | source.kind) << ID_BITS
        last = first | ((1 << ID_BITS) - 1)
        with connection.cursor() as cursor:
            # Crosswise: the index comes first, whatever the planner thinks of it.
            cursor.execute(
                f"SELECT t.id, {source.conversation} FROM {TABLE} s"  # noqa: S608
                f" CROSS JOIN {source.table} t ON t.id = s.rowid - %s {source.joins}"
                f" WHERE {TABLE} MATCH %s AND s.rowid BETWEEN %s AND %s ORDER BY s.rowid DESC",
                [first, self.match, first, last],
            )
            while found := cursor.fetchmany(ROWS_AT_A_TIME):
                yield from found

    def anyones(self, source: Source, most: int) -> list[int] | None:
        """The ids of the rows of all owners that may hold the needle. None: more than `most`."""
        if not self.match:
            return []
        ids = (1 << ID_BITS) - 1
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT s.rowid & %s FROM {TABLE} s"  # noqa: S608
                f" WHERE {TABLE} MATCH %s AND (s.rowid >> {ID_BITS}) & {(1 << KIND_BITS) - 1} = %s LIMIT %s",
                [ids, self.match, source.kind, most + 1],
            )
            found = [row for (row,) in cursor.fetchall()]
        return None if len(found) > most else found

    def is_all(self, owner: int, source: Source) -> bool:
        """Whether no older row can hold it than are found."""
        return True


def is_quick(needle: Needle) -> bool:
    """Whether it is looked up at once, and what is found told from the first on."""
    return len(needle.text) >= GRAM


def look_up(needle: Needle) -> Lookup | None:
    """None where the needle is too short, and the beginning of too much."""
    if is_quick(needle):
        return Lookup(" ".join(_grams(needle.text)))
    terms = _beginning_with(needle.text)
    return Lookup(" OR ".join(terms)) if len(terms) <= MOST_TERMS else None


def _grams(text: str) -> list[str]:
    """The substrings that the needle is looked up by: all, or of many those that occur least, by their letters."""
    grams = {text[start : start + GRAM] for start in range(len(text) - GRAM + 1)}
    seldom = sorted(grams, key=lambda gram: sum(map(COMMON.find, gram.lower())))
    return [_quoted(gram) for gram in seldom[:MOST_GRAMS]]


def _beginning_with(text: str) -> list[str]:
    """The substrings in the index that begin with `text`, which is shorter than they are: all, or too many."""
    found: list[str] = []
    with connection.cursor() as cursor:
        # The index holds them in lower case, as it understands that for letters of which there are several.
        for prefix in sorted({text, text.lower(), text.casefold()}):
            at = prefix
            while len(found) <= MOST_TERMS:
                # From each to the next that differs, past all the places where it occurs.
                cursor.execute(f"SELECT term FROM {TERMS} WHERE term >= %s LIMIT 1", [at])  # noqa: S608
                row = cursor.fetchone()
                if row is None or not row[0].startswith(prefix):
                    break
                found.append(_quoted(row[0]))
                at = row[0] + "\x01"
    return found


def _quoted(gram: str) -> str:
    return '"' + gram.replace('"', '""') + '"'


def _key(source: Source, row: str) -> str:
    """The row id in the index, in SQL."""
    return f"((({row}.owner_id << {KIND_BITS}) | {source.kind}) << {ID_BITS}) | {row}.id"


def _triggers() -> dict[str, str]:
    """The statements that make the triggers, by their names."""
    return {name: f"CREATE TRIGGER {name} {body}" for source in SOURCES for name, body in _trigger_bodies(source)}


def _trigger_bodies(source: Source) -> Sequence[tuple[str, str]]:
    old, new = source.holds("OLD"), source.holds("NEW")
    put = f"INSERT INTO {TABLE}(rowid, text) SELECT {_key(source, 'NEW')}, NEW.{source.column} || {END}"
    taken = f"'delete', {_key(source, 'OLD')}, OLD.{source.column} || {END}"
    take = f"INSERT INTO {TABLE}({TABLE}, rowid, text) SELECT {taken}"
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in source.watched)
    return (
        (f"search_{source.name}_added", f"AFTER INSERT ON {source.table} WHEN {new} BEGIN {put}; END"),
        (f"search_{source.name}_gone", f"AFTER DELETE ON {source.table} WHEN {old} BEGIN {take}; END"),
        (
            f"search_{source.name}_changed",
            f"AFTER UPDATE OF {', '.join(source.watched)} ON {source.table} WHEN {changed}"
            f" BEGIN {take} WHERE {old}; {put} WHERE {new}; END",
        ),
    )


def _configure(cursor: CursorWrapper, name: str, value: int) -> None:
    cursor.execute(f"INSERT INTO {TABLE}({TABLE}, rank) VALUES (%s, %s)", [name, value])  # noqa: S608


def _fill(cursor: CursorWrapper, source: Source) -> None:
    """Put all rows of a source in, in the order of the index: each that comes out of it would cost a write."""
    cursor.execute("DROP TABLE IF EXISTS temp.search_todo")
    cursor.execute(
        f"CREATE TEMP TABLE search_todo AS SELECT {_key(source, 't')} AS key, t.id AS id FROM {source.table} t"  # noqa: S608
        f" WHERE {source.holds('t')} ORDER BY 1"
    )
    cursor.execute("SELECT max(rowid) FROM temp.search_todo")
    for start in range(0, cursor.fetchone()[0] or 0, ROWS_A_STEP):
        with transaction.atomic():
            cursor.execute(
                f"INSERT INTO {TABLE}(rowid, text) SELECT d.key, t.{source.column} || {END} FROM temp.search_todo d"  # noqa: S608
                f" JOIN {source.table} t ON t.id = d.id WHERE d.rowid > %s AND d.rowid <= %s ORDER BY d.rowid",
                [start, start + ROWS_A_STEP],
            )
    cursor.execute("DROP TABLE temp.search_todo")
