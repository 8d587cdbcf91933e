"""The log: one JSON object a line for programs, or one line of words for people; never anyone's text, never a key.

Each line says which run it is about, wherever in the program it was written: `about` is set where a run begins to
live and goes along into every task and thread that works for it.
"""

from __future__ import annotations

import copy
import logging
import os
import socket
import sys
import threading
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TypeAlias

from pythonjsonlogger.json import JsonFormatter

from chatroom.watching import discretion

ErrorInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

#: What the work in this context is about: `run`, `conversation`; numbers of rows, nothing else.
about: ContextVar[Mapping[str, int] | None] = ContextVar("about", default=None)

_SUBJECTS = ("run", "conversation")
_process = f"{socket.gethostname()[:60]}:{os.getpid()}"


def name_process(name: str) -> None:
    """Name this process in its log lines as the record names it: by its worker's name."""
    global _process
    _process = name


class Discreet(logging.Formatter):
    """A formatter of lines without anyone's text; the two below say how they look."""

    #: For developers: errors with all that they quote.
    tell_all = False

    def format(self, record: logging.LogRecord) -> str:
        """Reduce a copy of the record (others may format it too), then format that."""
        return super().format(record if self.tell_all else _reduced(record))

    def formatException(self, ei: ErrorInfo) -> str:  # noqa: N802
        """An error with its places."""
        if self.tell_all:
            return super().formatException(ei)
        return discretion.account(ei[1]) if ei[1] is not None else ""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """ISO 8601, UTC, milliseconds."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class JsonLines(Discreet, JsonFormatter):
    """One object a line."""

    def __init__(self, *, tell_all: bool = False) -> None:
        super().__init__()
        self.tell_all = tell_all

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """These and no others: what a library adds to a record may be a whole request."""
        log_data["time"] = self.formatTime(record)
        log_data["level"] = record.levelname
        log_data["logger"] = record.name
        log_data["message"] = record.message
        log_data["worker"] = _process
        log_data.update(_subjects(record))
        if error := message_dict.get("exc_info"):
            log_data["exception"] = error


class HumanLines(Discreet):
    """Time, level, logger, message; then what it is about."""

    def __init__(self, *, tell_all: bool = False) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")
        self.tell_all = tell_all

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """The line, and in brackets which run."""
        subjects = " ".join(f"{name} {number}" for name, number in _subjects(record).items())
        return super().formatMessage(record) + (f" [{subjects}]" if subjects else "")


def _subjects(record: logging.LogRecord) -> dict[str, int]:
    known = {**_of_request(record), **(about.get() or {}), **record.__dict__}
    return {name: known[name] for name in _SUBJECTS if isinstance(known.get(name), int)}


def _of_request(record: logging.LogRecord) -> dict[str, int]:
    """What a request is about, by its address."""
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    kwargs = getattr(match, "kwargs", None) or {}
    return {name: kwargs[f"{name}_id"] for name in _SUBJECTS if isinstance(kwargs.get(f"{name}_id"), int)}


def _reduced(record: logging.LogRecord) -> logging.LogRecord:
    """A copy of the record in which errors stand without their texts, and libraries speak in one line."""
    reduced = copy.copy(record)
    reduced.exc_text = None  # another formatter may have left it there, with all that it quotes
    reduced.stack_info = None
    if record.name.startswith("django.security."):
        reduced.exc_info = None  # a stranger's doing: where in Django it was noticed helps nobody, and fills the log
    if isinstance(record.args, Mapping):
        reduced.args = {name: _told(value) for name, value in record.args.items()}
    elif record.args:
        reduced.args = tuple(_told(value) for value in record.args)
    if isinstance(record.msg, BaseException):
        reduced.msg, reduced.args = discretion.kind(record.msg), ()
    if record.name.partition(".")[0] != "chatroom":
        message = _without_address(reduced.getMessage(), record)
        if record.name == "asyncio":  # which shows callbacks with their arguments
            message = message.partition("\n")[0].partition("(")[0].partition("<")[0]
        reduced.msg, reduced.args = discretion.foreign(message), ()
    return reduced


def _told(value: object) -> object:
    return discretion.kind(value) if isinstance(value, BaseException) else value


def _without_address(message: str, record: logging.LogRecord) -> str:
    """A request is told by the pattern of its address: an address may be a way in."""
    request = getattr(record, "request", None)
    path = getattr(request, "path", "")
    if not isinstance(path, str) or len(path) < 2:
        return message
    match = getattr(request, "resolver_match", None)
    return message.replace(path, f"/{match.route}" if match else "an unknown address")


def configuration(form: str, level: int, *, tell_all: bool) -> dict[str, Any]:
    """Django's LOGGING. `form`: `json`, `text`, or empty for words on a terminal and JSON elsewhere."""
    form = form or ("text" if sys.stderr.isatty() else "json")
    # Libraries tell more than is good for anybody when they are asked for everything: not below INFO.
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "chatroom.watching.logs.JsonLines", "tell_all": tell_all},
            "text": {"()": "chatroom.watching.logs.HumanLines", "tell_all": tell_all},
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["stderr"], "level": max(level, logging.INFO)},
        "loggers": {
            "chatroom": {"level": level},
            # Django's own handlers would show errors whole, beside ours.
            "django": {"handlers": [], "level": max(level, logging.INFO), "propagate": True},
            # One line a request says little and holds addresses; trouble is still told.
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "ERROR"},  # strangers' forms, a line each
            "django.db.backends": {"level": "WARNING"},  # statements, with what is in them
            "httpx": {"level": "WARNING"},
            "daphne": {"level": "WARNING"},
        },
    }


def take_uncaught() -> None:
    """Log what nobody catches, in threads and destructors too, instead of printing it whole."""
    logger = logging.getLogger("chatroom.uncaught")

    def of_program(kind: type[BaseException], error: BaseException, place: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            logger.critical("The program ends by an error", exc_info=(kind, error, place))

    def of_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and args.exc_type is not SystemExit:
            logger.error("A thread ended by an error", exc_info=args.exc_value)

    def of_destructor(args: Any) -> None:
        logger.error("An error was left over", exc_info=args.exc_value)

    sys.excepthook, threading.excepthook, sys.unraisablehook = of_program, of_thread, of_destructor
    logging.captureWarnings(True)
