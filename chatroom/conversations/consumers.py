"""The socket of an open page. It forwards news and answers nothing: commands travel by HTTP."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from urllib.parse import parse_qs

from autobahn.exception import Disconnected
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from chatroom.accounts.models import User
from chatroom.conversations.access import access_conversations
from chatroom.conversations.engine import engine
from chatroom.conversations.reading import GONE, REFUSED, Ended, Reader

logger = logging.getLogger(__name__)

# A code of our own, which the page's script knows. (The server's library sends none of the standard's 1011 to 1013,
# after which the socket extension would come back by itself.)
COME_BACK = 4503


class NewsConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """News for one page: of a conversation if the address names one, and of the rail."""

    reading: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Accept (a refusal must be a close code that the page can read), then begin to read."""
        await self.accept()
        user = self.scope["user"]
        conversation_id: int | None = self.scope["url_route"]["kwargs"].get("conversation_id")
        if not isinstance(user, User):
            await self.close(REFUSED)
            return
        mine = access_conversations(user)
        if conversation_id is not None and not await database_sync_to_async(mine.filter(pk=conversation_id).exists)():
            await self.close(GONE)
            return
        working = engine()
        reader = Reader(
            user.pk,
            conversation_id,
            self._send,
            may_read=self._may_read,
            hub=working.hub,
            followers=working.followers,
            threads=working.threads,
        )
        shown, cursors = _what_the_page_shows(self.scope["query_string"])
        self.reading = asyncio.create_task(reader.read(shown, cursors))
        self.reading.add_done_callback(self._reading_ended)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Nothing is asked over the socket."""

    async def disconnect(self, code: int) -> None:
        """The page went, or the network did."""
        if self.reading:
            self.reading.cancel()

    async def _send(self, html: str) -> None:
        await self.send(text_data=html)

    def _may_read(self) -> bool:
        """Whether the person is still signed in, and may be."""
        session, user = self.scope["session"], self.scope["user"]
        return bool(session.exists(session.session_key)) and User.objects.filter(pk=user.pk, is_active=True).exists()

    def _reading_ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or (error := task.exception()) is None or isinstance(error, Disconnected):
            return  # the page went, perhaps in the middle of a frame
        code = error.code if isinstance(error, Ended) else COME_BACK
        if code == COME_BACK:
            logger.error("The reader of a page failed", exc_info=error)
        self._closing = asyncio.ensure_future(self.close(code))


def _what_the_page_shows(query: bytes) -> tuple[str, dict[int, int]]:
    """`?shape=…&at=RUN:SEQ&at=…` → the digest of the page's shape, and where it stands in each live run."""
    fields: dict[str, list[Any]] = parse_qs(query.decode("ascii", "replace"))
    cursors = {}
    for cursor in fields.get("at", [])[:1000]:
        run, _, seq = cursor.partition(":")
        if run.isdecimal() and seq.isdecimal() and len(run) < 19 and len(seq) < 10:
            cursors[int(run)] = int(seq)
    return fields.get("shape", [""])[0], cursors
