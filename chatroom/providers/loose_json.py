"""JSON from strangers: parse it once, then take from it only what has the expected type.

Hosts disagree on what a key holds (`code` is a string or a number, `content` a string, a list or
null), and a key nobody reads must never end a reply. So nothing is validated as a whole; each
reader names the type it can use and gets that or nothing.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import msgspec

from chatroom.providers.events import Json

_decode = msgspec.json.Decoder().decode
_ESCAPED_SURROGATE = re.compile(
    r"\\\\"  # an escaped backslash: what follows is text
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair
    r"|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)

#: What is nested deeper might be parsed and then not be written again, since both use up Python's stack.
_MAX_DEPTH = 200


def parse_json(text: str | bytes) -> Any:
    """Parse `text`, UTF-8 where it is bytes. Raise ValueError where it is not JSON.

    Python's own parser has the second word, because it also takes what some servers write: NaN,
    numbers beyond any float. Halves of surrogate pairs, which no database would store, become U+FFFD.
    """
    try:
        try:
            value = _decode(text)
        except (msgspec.DecodeError, UnicodeError):
            value = _parse_leniently(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if len(text) > 2 * _MAX_DEPTH and _brackets(text) > _MAX_DEPTH and _is_too_deep(value):
        raise ValueError("nested too deeply")
    return value


def _parse_leniently(text: str | bytes) -> Any:
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return json.loads(_ESCAPED_SURROGATE.sub(lambda m: r"\ufffd" if m["lone"] else m[0], text))


def _brackets(text: str | bytes) -> int:
    return text.count("[") + text.count("{") if isinstance(text, str) else text.count(b"[") + text.count(b"{")


def _is_too_deep(value: object) -> bool:
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer if type(outer) is list else ())
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return False
    return True


def as_object(value: object) -> Json:
    """Return `value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return `value` if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Return `value` if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def as_count(value: object) -> int | None:
    """Return `value` if it can count something (a whole number, not negative), else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not math.isfinite(value) or value < 0 or value != int(value):
        return None
    return int(value)


def as_number(value: object) -> float | None:
    """Return `value` as a finite number, also where it was sent as a string, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
