"""The socket of an open page. It forwards news and answers nothing: commands travel by HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from autobahn.exception import Disconnected
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, parse_cookie

from chatroom.accounts.models import User
from chatroom.conversations.access import access_conversations
from chatroom.conversations.attendance import Visitor
from chatroom.conversations.engine import Engine, engine
from chatroom.conversations.limits import Sockets
from chatroom.conversations.open_page import GONE, REFUSED, OpenPage, OwnPage
from chatroom.conversations.reading import Ended, Reader
from chatroom.watching import logs, metrics

logger = logging.getLogger(__name__)

# A code of our own, which the page's script knows. (The server's library sends none of the standard's 1011 to 1013,
# after which the socket extension would come back by itself.)
COME_BACK = 4503
# Codes of our own, too: a person has as many pages open as may be; a page asked something, which none of ours does.
FULL = 4429
ASKED = 4400

# Runs that a page may say it shows; one with more is sent all of them anew.
MOST_CURSORS = 1000

_sockets = Sockets()


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who comes: the page that is open, whom its socket counts for, and by which session, where one is needed."""

    page: OpenPage
    counts_for: Hashable
    visitor: Visitor | None = None


class PageConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """News for one page. Who may have them, a subclass says."""

    # None by this name: the library would give each socket a channel of its own, and refuse it while Redis is away.
    # News come to the process as a whole (`news`).
    channel_layer_alias = "none"
    reading: asyncio.Task[None] | None = None
    counted: Hashable = None
    left: Callable[[], None] | None = None
    asked = False

    async def admit(self, working: Engine) -> Admitted | int:
        """Who comes by `self.scope`; or the code that closes the socket."""
        raise NotImplementedError

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The life of the socket, at whose end it is not counted any more, whatever ended it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self.counted is not None:
                _sockets.leave(self.counted)
            if self.left:
                self.left()

    async def connect(self) -> None:
        """Accept (a refusal must be a close code that the page can read), then begin to read."""
        await self.accept()
        working = engine()
        who = await self.admit(working)
        if isinstance(who, int):
            await self.close(who)
            return
        if not _sockets.take(who.counts_for):
            await self.close(FULL)
            return
        self.counted = who.counts_for
        reader = Reader(
            who.page,
            self._send,
            hub=working.hub,
            followers=working.followers,
            rails=working.rails,
            is_alone=working.news.is_alone,
        )
        if who.visitor:
            working.attendance.join(who.visitor, reader.show_out)
            self.left = partial(working.attendance.leave, reader.show_out)
        shown, cursors = _what_the_page_shows(self.scope["query_string"])
        self.reading = asyncio.create_task(reader.read(shown, cursors))
        self.reading.add_done_callback(self._reading_ended)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Nothing is asked over the socket: who does is cut off, before it becomes a flood."""
        if not self.asked:
            self.asked = True
            await self.close(ASKED)

    async def disconnect(self, code: int) -> None:
        """The page went, or the network did."""
        if self.reading:
            self.reading.cancel()

    async def _send(self, html: str) -> None:
        metrics.FRAMES.inc()
        await self.send(text_data=html)

    def _reading_ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or (error := task.exception()) is None or isinstance(error, Disconnected):
            return  # the page went, perhaps in the middle of a frame
        code = error.code if isinstance(error, Ended) else COME_BACK
        if code == COME_BACK:
            logger.error("The reader of a page failed", exc_info=error)
        self._closing = asyncio.ensure_future(self._end(error, code))

    async def _end(self, error: BaseException, code: int) -> None:
        if isinstance(error, Ended):
            await self.ended(error)
        await self.close(code)

    async def ended(self, ended: Ended) -> None:
        """The page may read no more; what else is to be sent before its socket is closed."""


class NewsConsumer(PageConsumer):
    """News for a page of one's own: of a conversation if the address names one, and of the rail."""

    async def admit(self, working: Engine) -> Admitted | int:
        """Who is signed in, and may read the conversation."""
        conversation_id: int | None = self.scope["url_route"]["kwargs"].get("conversation_id")
        if conversation_id is not None:
            logs.about.set({"conversation": conversation_id})
        visitor, may_read = await working.threads.run(_who_comes, dict(self.scope["headers"]), conversation_id)
        if visitor is None:
            return REFUSED
        if not may_read:
            return GONE
        page = OwnPage(visitor.user_id, conversation_id, working.threads)
        return Admitted(page, visitor.user_id, visitor)


def who_is_signed_in(headers: dict[bytes, bytes]) -> tuple[User, str] | None:
    """The person who has the session that a socket came with, and the session's key."""
    cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    request = HttpRequest()
    request.session = SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    user = get_user(request)
    if not isinstance(user, User) or not request.session.session_key:
        return None
    return user, request.session.session_key


def _who_comes(headers: dict[bytes, bytes], conversation_id: int | None) -> tuple[Visitor | None, bool]:
    """Who is signed in, if anybody, and whether that person may read the conversation, if one is asked for."""
    if (found := who_is_signed_in(headers)) is None:
        return None, False
    user, session_key = found
    may_read = conversation_id is None or access_conversations(user).filter(pk=conversation_id).exists()
    return Visitor(user.pk, session_key), may_read


def _what_the_page_shows(query: bytes) -> tuple[str, dict[int, int]]:
    """`?shape=…&at=RUN:SEQ&at=…` → the digest of the page's shape, and where it stands in each live run."""
    try:
        fields: dict[str, list[Any]] = parse_qs(query.decode("ascii", "replace"), max_num_fields=MOST_CURSORS + 1)
    except ValueError:
        return "", {}
    cursors = {}
    for cursor in fields.get("at", []):
        run, _, seq = cursor.partition(":")
        if run.isdecimal() and seq.isdecimal() and len(run) < 19 and len(seq) < 10:
            cursors[int(run)] = int(seq)
    return fields.get("shape", [""])[0], cursors
