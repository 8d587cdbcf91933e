"""A cache that all processes share, and that is never missed: while Redis is away each process has one of its own.

What is kept here are counts of attempts, to sign in or to guess a link. Without Redis they go on to be counted, by each
process for itself: nobody is locked out, and who guesses passwords gains one set of attempts a process.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

# Nobody waits longer for Redis than this, to connect or to hear from it; and after a failure it is left alone so long.
SECONDS = 0.5
LEFT_ALONE_SECONDS = 5.0


class SharedCache(BaseCache):
    """Redis while it answers, else memory. `server`: its URL."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        # Once more: a connection from before Redis was started again fails first.
        connection = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS, "retry": Retry(NoBackoff(), 1)}
        self._shared = RedisCache(server, {"KEY_PREFIX": "chatroom", "OPTIONS": connection})
        self._own = LocMemCache("while-redis-is-away", params)
        self._away_until = 0.0

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """As Django's."""
        return bool(self._do("add", key, value, timeout, version))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """As Django's."""
        return self._do("get", key, default, version)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """As Django's."""
        self._do("set", key, value, timeout, version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """As Django's."""
        return bool(self._do("touch", key, timeout, version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        """As Django's."""
        return bool(self._do("delete", key, version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """As Django's, in one step."""
        return int(self._do("incr", key, delta, version))

    def clear(self) -> None:
        """As Django's."""
        self._do("clear")

    def _do(self, operation: str, *arguments: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return getattr(self._shared, operation)(*arguments)
            except RedisError as error:
                logger.warning("Attempts are counted by this process alone: %s", type(error).__name__)
                self._away_until = time.monotonic() + LEFT_ALONE_SECONDS
        return getattr(self._own, operation)(*arguments)
