"""The rails of those who have pages open: each is rendered once for all of a person's pages, and not too often.

Many runs that begin and end together would otherwise have each page's rail rendered for each of them.
"""

from __future__ import annotations

import asyncio

from chatroom.conversations.fragments import into
from chatroom.conversations.rail import rail_of
from chatroom.conversations.threads import DatabaseThreads

# A rail follows what happens within this time.
SPACING_SECONDS = 0.5


class RailBoard:
    """Rails by person. On the event loop."""

    def __init__(self) -> None:
        # One of their own: when hundreds of replies begin at once their rails wait, and not their first words.
        self._threads = DatabaseThreads("rails", 1)
        self._coming: dict[int, asyncio.Task[str]] = {}
        self._rendered_at: dict[int, float] = {}

    async def news(self, user_id: int, current: int | None) -> str:
        """The rail as a fragment, true as of now or later; `current` is the conversation on the page."""
        coming = self._coming.get(user_id)
        if coming is None:
            coming = self._coming[user_id] = asyncio.create_task(self._render(user_id), name=f"rail of {user_id}")
        return into("rail-list", "innerHTML", mark_current(await asyncio.shield(coming), current))

    async def _render(self, user_id: int) -> str:
        now = asyncio.get_running_loop().time()
        rest = self._rendered_at.get(user_id, 0.0) + SPACING_SECONDS - now
        if rest > 0:
            await asyncio.sleep(rest)
        # Whoever asks from here on may ask because of something that this does not show any more.
        del self._coming[user_id]
        self._rendered_at = {user: at for user, at in self._rendered_at.items() if now - at < SPACING_SECONDS}
        self._rendered_at[user_id] = now + max(rest, 0.0)
        return await self._threads.run(rail_of, user_id)


def mark_current(html: str, current: int | None) -> str:
    """Mark the conversation on the page in a rail that was rendered for all pages."""
    if current is None:
        return html
    link = f'href="/c/{current}/"'
    return html.replace(link, f'{link} aria-current="page"', 1)
