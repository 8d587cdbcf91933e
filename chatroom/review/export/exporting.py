"""An export under way: replies are found, read and written by a thread of their own, as fast as they are taken.

What was found at the beginning is what is written, except for what is deleted, or kept from reviewers, meanwhile.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import connection

from chatroom.accounts.models import User
from chatroom.conversations.refusals import TooMany
from chatroom.conversations.threads import DatabaseThreads
from chatroom.review.export.columns import Record
from chatroom.review.export.formats import Format
from chatroom.review.export.pipe import BrokenOff, Pipe
from chatroom.review.export.progress import Progress, State, tell
from chatroom.review.export.rows import AT_A_TIME, rows

# Exports that one process writes at once: each holds a thread for as long as it is downloaded.
AT_ONCE = 4

_threads = DatabaseThreads("export", AT_ONCE)
_under_way: set[str] = set()


@dataclass(frozen=True, slots=True)
class Export:
    """What is asked for. `entries`: the pks of the entries, some at a time; `key`: by which its progress is known."""

    user: User
    entries: Callable[[], Iterable[list[int]]]
    format: Format
    why: str
    key: str

    def write(self, write: Callable[[bytes], None], still_taken: Callable[[], None] = lambda: None) -> None:
        """Write all of it, and tell how far it is. Errors come out, those of the arguments too: `BrokenOff`."""
        found = array("q")
        done = 0

        def tell_that(state: State) -> None:
            tell(self.user, self.key, Progress(state, done, len(found)))

        def batches() -> Iterator[list[Record]]:
            nonlocal done
            for start in range(0, len(found), AT_A_TIME):
                yield from rows(self.user, found[start : start + AT_A_TIME].tolist(), self.why)
                _let_go()
                done = min(len(found), start + AT_A_TIME)
                tell_that(State.WRITING)

        try:
            tell_that(State.LOOKING)
            for some in self.entries():
                still_taken()
                found.extend(some)
                tell_that(State.LOOKING)
            _let_go()
            self.format.write(batches(), write)
        except BrokenOff:
            tell_that(State.BROKEN_OFF)
            raise
        except BaseException:
            tell_that(State.FAILED)
            raise
        tell_that(State.DONE)


def look_for_room() -> None:
    """Raises TooMany where as many exports are under way as there may be."""
    if len(_under_way) >= AT_ONCE:
        raise TooMany("Other exports are under way, as many as there can be at once. Try again when one has ended.")


async def stream(export: Export) -> AsyncIterator[bytes]:
    """The bytes of an export as they come; an error where it fails. Who stops listening ends it."""
    pipe = Pipe()
    writing = asyncio.ensure_future(_threads.run(_write, export, pipe))
    writing.add_done_callback(lambda _: pipe.end())
    try:
        while (data := await pipe.next()) is not None:
            yield data
        await writing
    finally:
        pipe.close()


def _write(export: Export, pipe: Pipe) -> None:
    _under_way.add(export.key)
    try:
        pipe.still_taken()
        export.write(pipe.write, pipe.still_taken)
    except BrokenOff:
        pass
    finally:
        _under_way.discard(export.key)


def _let_go() -> None:
    """Where there is a pool of connections, none is held while the other side takes its time."""
    if connection.settings_dict["OPTIONS"].get("pool"):
        connection.close()
