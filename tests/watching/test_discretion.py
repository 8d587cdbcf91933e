"""Errors are told by type, code and place; what they quote stays out."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest

from chatroom.watching.discretion import account, foreign, kind

SECRET = "planted wombat"


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError(SECRET), "ValueError"),
        (KeyError(SECRET), "KeyError"),
        (UnicodeEncodeError("ascii", SECRET + "é", 0, 1, SECRET), "UnicodeEncodeError"),
        (OSError(errno.ENOSPC, "No space left on device", f"/{SECRET}"), "OSError (ENOSPC, No space left on device)"),
        (sqlite3.OperationalError(f"database is locked: {SECRET}"), "sqlite3.OperationalError (database is locked)"),
        (RuntimeError(), "RuntimeError"),
        (AttributeError(SECRET, name="title", obj=SECRET), "AttributeError (str.title)"),
    ],
)
def test_an_error_in_a_few_words(error: Exception, told: str) -> None:
    assert kind(error) == told


def test_a_database_says_what_it_does_by_its_code(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "x") as connection:
        connection.execute("CREATE TABLE t (x TEXT CHECK (x != 'planted wombat'))")
        with pytest.raises(sqlite3.IntegrityError) as refused:
            connection.execute("INSERT INTO t VALUES (?)", [SECRET])
    assert kind(refused.value) == "sqlite3.IntegrityError (SQLITE_CONSTRAINT_CHECK)"


def test_an_error_whose_words_are_an_error_is_told_all_the_same() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise ValueError(SECRET)

    assert kind(Mute()).endswith("Mute")


def test_the_account_names_places_and_causes_but_no_words() -> None:
    def inner() -> None:
        raise KeyError(SECRET)

    def outer() -> None:
        try:
            inner()
        except KeyError as error:
            raise ValueError(f"cannot use {SECRET}") from error

    try:
        outer()
    except ValueError as error:
        told = account(error)
    assert SECRET not in told
    lines = told.splitlines()
    assert lines[0] == "ValueError"
    assert f'  File "{__file__}", line ' in told
    assert ", in outer" in told
    assert "because of KeyError" in lines
    assert told.index("because of KeyError") < told.rindex(", in inner")


def test_an_error_while_another_is_handled_and_a_group() -> None:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError:
            raise ExceptionGroup(SECRET, [raised(ValueError(SECRET)), OSError(SECRET)])  # noqa: B904
    except ExceptionGroup as error:
        told = account(error)
    assert SECRET not in told
    for line in ("ExceptionGroup", "of which ValueError", "of which OSError", "while handling KeyError"):
        assert line in told.splitlines()


def test_errors_that_refer_to_each_other_come_to_an_end() -> None:
    one, other = ValueError(SECRET), KeyError(SECRET)
    one.__cause__, other.__cause__ = other, one
    assert account(one).splitlines() == ["ValueError", "because of KeyError"]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Too slow: <WebRequest method=GET uri=/rail/?q=planted+wombat clientproto=HTTP/1.1>", "uri=/rail/?… client"),
        ("Internal Server Error: /sign-in/planted-wombat/", "Internal Server Error: /sign-in/…/"),
        ("first line\nplanted wombat", "first line"),
        ("x" * 1000, "x" * 300),
    ],
)
def test_a_library_speaks_in_one_line_without_queries_and_links(message: str, told: str) -> None:
    assert told in foreign(message)
    assert "planted" not in foreign(message)


def test_of_a_traceback_in_a_message_the_places_stay() -> None:
    message = (
        "Traceback (most recent call last):\n"
        '  File "/room/server.py", line 3, in serve\n'
        "    answer('planted wombat')\n"
        "room.Trouble: planted wombat\n"
    )
    assert foreign(message) == 'room.Trouble\n  File "/room/server.py", line 3, in serve'
