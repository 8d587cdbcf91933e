"""Caches bounded by what they hold."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T", str, bytes)


class Cache(Generic[T]):
    """What was used longest ago goes first once there are more than `limit` characters, or bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._values: OrderedDict[T, T] = OrderedDict()
        self._lock = Lock()  # pages are rendered in threads

    def get(self, key: T) -> T | None:
        """The value, or None."""
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: T, value: T) -> None:
        """Keep `value`, which a key must always have, until there is no more room."""
        with self._lock:
            if key in self._values:
                return
            self._values[key] = value
            self._held += len(key) + len(value)
            while self._held > self._limit:
                old_key, old_value = self._values.popitem(last=False)
                self._held -= len(old_key) + len(old_value)


TextCache = Cache[str]
BytesCache = Cache[bytes]
