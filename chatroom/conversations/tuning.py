"""How Python itself is set for a process that serves many streams."""

from __future__ import annotations

import gc

# New objects before the youngest are looked through: streams make many that live for a moment.
NEW_OBJECTS = 10_000


def tune() -> None:
    """To be called once all is loaded: what is there by then stays, and need not be looked through for garbage.

    The interpreter's switch interval stays as it is: with 1 ms in place of 5 threads that read the database held the
    event loop up more often, and the slowest frames came ten times later.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 20)
