"""Can this process work? The database, Redis, the migrations, the writer: each in a word or two.

Cheap enough to be asked every second, by anybody: an answer holds for a second, and the migrations, once they are
found to be up to date, are not looked at again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from chatroom.conversations.migrating import is_behind

OK = "ok"
NO_ANSWER = "no answer"

# An answer holds so long; who has not answered after so long is as good as gone.
FRESH_SECONDS = 1.0
ANSWER_SECONDS = 2.0
REDIS_SECONDS = 0.5
# A writer whose oldest piece is older than this does not keep up.
MOST_LAG = 5.0


class Readiness:
    """Looks in a thread of its own, so that a database that hangs holds up nobody else.

    `lag`: seconds that the oldest piece has waited for the writer, None where there is none in this process (yet).
    """

    def __init__(self, lag: Callable[[], float | None]) -> None:
        self._lag = lag
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="readiness")
        self._lock = threading.Lock()
        self._looking: Future[dict[str, str]] | None = None
        self._looked_at = 0.0
        self._up_to_date = False
        # What the look that is under way has found.
        self._so_far: dict[str, str] = {}
        self._redis = _redis() if settings.REDIS_URL else None

    def look(self) -> dict[str, str]:
        """What there is to see, by name: `ok`, or what is wrong. Takes two seconds at most; from any thread."""
        try:
            found = self._begin().result(ANSWER_SECONDS)
        except TooSlow:
            found = dict(self._so_far)
        return {**found, "writer": self._writer()}

    def _begin(self) -> Future[dict[str, str]]:
        with self._lock:
            stale = time.monotonic() - self._looked_at > FRESH_SECONDS
            if self._looking is None or (self._looking.done() and stale):
                self._looking = self._pool.submit(self._look)
                self._looked_at = time.monotonic()
            return self._looking

    def _look(self) -> dict[str, str]:
        found = self._so_far = {"database": NO_ANSWER}
        if self._redis is not None:
            found["redis"] = self._ping(self._redis)
        found["database"] = self._database()
        if found["database"] == OK:
            found["migrations"] = "unknown"
            found["migrations"] = self._migrations()
        return found

    def _database(self) -> str:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except (DatabaseError, InterfaceError):
            connection.close()
            return NO_ANSWER
        return OK

    def _migrations(self) -> str:
        try:
            self._up_to_date = self._up_to_date or not is_behind()
        except (DatabaseError, InterfaceError):
            return "unknown"
        finally:
            if connection.settings_dict["OPTIONS"].get("pool"):
                connection.close()  # back into the pool
        return OK if self._up_to_date else "missing"

    def _ping(self, redis: Any) -> str:
        try:
            redis.ping()
        except Exception:  # whatever it is, Redis cannot be used
            return NO_ANSWER
        return OK

    def _writer(self) -> str:
        lag = self._lag()
        if lag is None:
            return "not started"
        return OK if lag <= MOST_LAG else "behind"


def _redis() -> Any:
    # Seven megabytes, which a room that is one process does without.
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
        retry=Retry(NoBackoff(), 1),  # a connection from before Redis was started again fails first
    )
