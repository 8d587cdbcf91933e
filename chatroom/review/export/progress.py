"""How far an export is, for who began it: in the cache that all processes share, for a while."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum

from django.core.cache import cache

from chatroom.accounts.models import User

KEPT_SECONDS = 60 * 60
LONGEST_KEY = 64


class State(StrEnum):
    """Where an export stands. The last three are final."""

    ASKED = "asked"
    LOOKING = "looking"
    WRITING = "writing"
    DONE = "done"
    BROKEN_OFF = "broken-off"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Progress:
    """Replies that were written, of all that there are; while they are looked for, `total` is how many were found."""

    state: State
    done: int = 0
    total: int = 0

    @property
    def goes_on(self) -> bool:
        """Whether it is worth asking again."""
        return self.state in (State.ASKED, State.LOOKING, State.WRITING)


def new_key(user: User) -> str:
    """For an export that `user` may begin; nobody guesses it."""
    key = secrets.token_urlsafe(16)
    tell(user, key, Progress(State.ASKED))
    return key


def tell(user: User, key: str, progress: Progress) -> None:
    """Note how far it is."""
    cache.set(_name(user, key), (progress.state.value, progress.done, progress.total), KEPT_SECONDS)


def told(user: User, key: str) -> Progress | None:
    """How far it is; None: `user` has begun no such export, or long ago."""
    kept = cache.get(_name(user, key)) if len(key) <= LONGEST_KEY else None
    return Progress(State(kept[0]), kept[1], kept[2]) if kept else None


def _name(user: User, key: str) -> str:
    return f"export:{user.pk}:{key}"
