"""Who has which conversation open in this process, and telling them that something happened.

Nothing is carried but the hint: the page's reader looks at the record. What runs say goes another
way (`following`), which carries what was committed.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Protocol


class Listener(Protocol):
    """An open page. Both return at once; the work is done in the listener's own task."""

    #: Whose list of conversations stands on it, if anybody's.
    user_id: int | None
    conversation_id: int | None

    def conversation_changed(self) -> None:
        """Messages came, another sibling was selected, a run began or ended, the title changed."""

    def rail_changed(self) -> None:
        """The list of the person's conversations changed."""


class Hub:
    """The open pages of this process. To be used on the event loop."""

    def __init__(self) -> None:
        self._by_conversation: dict[int, set[Listener]] = defaultdict(set)
        self._by_user: dict[int, set[Listener]] = defaultdict(set)

    def join(self, listener: Listener) -> None:
        """From now on tell `listener`."""
        if listener.user_id is not None:
            self._by_user[listener.user_id].add(listener)
        if listener.conversation_id is not None:
            self._by_conversation[listener.conversation_id].add(listener)

    def leave(self, listener: Listener) -> None:
        """Tell `listener` no more."""
        for listeners, key in ((self._by_user, listener.user_id), (self._by_conversation, listener.conversation_id)):
            if key is not None and key in listeners:
                listeners[key].discard(listener)
                if not listeners[key]:
                    del listeners[key]

    def changed(self, conversation_id: int, user_id: int) -> None:
        """The conversation has another shape now: tell its readers, and the person's other pages."""
        for listener in tuple(self._by_conversation.get(conversation_id, ())):
            listener.conversation_changed()
        self.rail(user_id)

    def rail(self, user_id: int) -> None:
        """The person's list of conversations has changed: tell all pages they have open."""
        for listener in tuple(self._by_user.get(user_id, ())):
            listener.rail_changed()
