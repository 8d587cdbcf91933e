"""What the floors above do for ever in a process that serves or works, beside the runs. Their apps put it here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from chatroom.conversations.threads import DatabaseThreads

COMPANIONS: list[Callable[[DatabaseThreads], Awaitable[None]]] = []
