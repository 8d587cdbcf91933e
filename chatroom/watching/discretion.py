"""Errors told without what they quote.

The text of an error may hold anything: a database quotes the row that it refuses, a transport the address with the
key in it, a decoder what it could not read. So an error is told by its type, its code and its places in the
program; of its text only what names a well-known trouble is repeated.
"""

from __future__ import annotations

import errno
import os
import re
import traceback
from collections.abc import Iterator

#: Of a chain of errors so many are told, and of each so many places, the innermost.
_MOST_ERRORS = 8
_MOST_PLACES = 30
_LONGEST_LINE = 300

# Troubles that operators look for. They are repeated as they stand here: nothing that is quoted gets in between.
_WELL_KNOWN = (
    "connection refused",
    "connection reset",
    "connection timed out",
    "timeout expired",
    "password authentication failed",
    "the database system is starting up",
    "the database system is shutting down",
    "the database system is in recovery mode",
    "server closed the connection unexpectedly",
    "terminating connection due to administrator command",
    "consuming input failed",
    "too many clients already",
    "remaining connection slots are reserved",
    "couldn't get a connection",
    "could not translate host name",
    "canceling statement due to",
    "deadlock detected",
    "no space left on device",
    "database is locked",
    "database or disk is full",
    "disk i/o error",
    "attempt to write a readonly database",
    "unable to open database file",
    "database disk image is malformed",
    "no such table",
    "does not exist",
    "certificate verify failed",
    "name or service not known",
    "temporary failure in name resolution",
)
# What drivers, the system and the room itself number their troubles with: SQLITE_FULL, 53100, 429.
_CODES = ("sqlite_errorname", "sqlstate", "status", "code")
_CODE = re.compile(r"[0-9A-Z]{5}|SQLITE_[A-Z_]+")
_QUERY = re.compile(r"\?[^\s'\">)]*")
# What lets in whoever has it: of sign-in links, and of share links.
_SECRETS = re.compile(r"/(sign-in|s)/(?!<)[^/\s'\">)]+")
_PLACE = re.compile(r'\s*File "[^"]+", line \d+, in \S+')
_TYPE = re.compile(r"[A-Za-z_][\w.]*(?=:|$)")


def kind(error: BaseException) -> str:
    """`error` in a few words without its text: `OperationalError (SQLITE_FULL, database or disk is full)`."""
    notes = [str(code) for name in _CODES if _is_code(code := getattr(error, name, None))]
    if isinstance(error, OSError) and isinstance(error.errno, int) and error.errno in errno.errorcode:
        notes += [errno.errorcode[error.errno], os.strerror(error.errno)]
    if isinstance(error, AttributeError) and error.name:  # what the program looked for, and in what
        notes.append(f"{type(error.obj).__name__}.{error.name[:80]}")
    try:
        text = str(error).lower()
    except Exception:  # an error's own __str__ may fail
        text = ""
    notes += [trouble for trouble in _WELL_KNOWN if trouble in text and trouble not in (note.lower() for note in notes)]
    name, module = type(error).__qualname__, type(error).__module__
    if module.startswith("chatroom."):
        notes += [word] if isinstance(word := getattr(error, "kind", None), str) else []  # one of a few of our own
    elif module != "builtins":
        name = f"{module}.{name}"
    return f"{name} ({', '.join(notes)})" if notes else name


def _is_code(code: object) -> bool:
    return isinstance(code, int) or (isinstance(code, str) and len(code) < 40 and _CODE.fullmatch(code) is not None)


def account(error: BaseException) -> str:
    """Where `error` came about, and the errors that led to it, the first last; a line each."""
    lines: list[str] = []
    for number, (how, one) in enumerate(_chain(error)):
        if number == _MOST_ERRORS:
            lines.append("and more")
            break
        lines.append(f"{how}{kind(one)}")
        places = traceback.extract_tb(one.__traceback__)[-_MOST_PLACES:]
        lines += [f'  File "{place.filename}", line {place.lineno}, in {place.name}' for place in places]
    return "\n".join(lines)


def _chain(error: BaseException) -> Iterator[tuple[str, BaseException]]:
    seen: set[int] = set()
    todo: list[tuple[str, BaseException]] = [("", error)]
    while todo:
        how, one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield how, one
        if isinstance(one, BaseExceptionGroup):
            todo += [("of which ", part) for part in one.exceptions]
        if one.__cause__ is not None:
            todo.append(("because of ", one.__cause__))
        elif one.__context__ is not None and not one.__suppress_context__:
            todo.append(("while handling ", one.__context__))


def foreign(message: str) -> str:
    """What a library says, in one line: no query, no sign-in link, and of a traceback only the places."""
    if "Traceback (most recent call last)" in message:
        lines = message.splitlines()
        places = [line.strip() for line in lines if _PLACE.fullmatch(line)][-_MOST_PLACES:]
        last = next((line for line in reversed(lines) if line and not line.startswith(" ")), "")
        type_name = _TYPE.match(last)
        return "\n  ".join([type_name.group() if type_name else "An error", *places])
    first = message.split("\n", 1)[0][:_LONGEST_LINE]
    return _SECRETS.sub(r"/\1/…", _QUERY.sub("?…", first))
