"""The socket of a shared page that goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, parse_cookie

from chatroom.conversations.attendance import Visitor
from chatroom.conversations.consumers import Admitted, PageConsumer, who_is_signed_in
from chatroom.conversations.engine import Engine
from chatroom.conversations.fragments import into
from chatroom.conversations.open_page import GONE
from chatroom.conversations.reading import Ended
from chatroom.conversations.refusals import Refusal
from chatroom.sharing.doors import count_miss, hold_back_guessing, link_of, may_read
from chatroom.sharing.models import Link
from chatroom.sharing.shared_page import page_of


class SharedConsumer(PageConsumer):
    """News for a page that somebody was sent a link to."""

    async def admit(self, working: Engine) -> Admitted | int:
        """Whoever may read the page."""
        token: str = self.scope["url_route"]["kwargs"]["token"]
        link, visitor = await working.threads.run(_who_comes, token, self.scope)
        if link is None:
            return GONE
        return Admitted(page_of(link, working.threads), ("link", link.pk), visitor)

    async def ended(self, ended: Ended) -> None:
        """Leave nothing on the page."""
        await self._send(into("shared", "innerHTML", ""))


def _who_comes(token: str, scope: Mapping[str, Any]) -> tuple[Link | None, Visitor | None]:
    headers = dict(scope["headers"])
    request = HttpRequest()  # as much of one as is needed to tell from where it comes
    request.META["REMOTE_ADDR"] = (scope.get("client") or ("",))[0]
    request.META["HTTP_X_FORWARDED_FOR"] = headers.get(b"x-forwarded-for", b"").decode("latin-1")
    try:
        hold_back_guessing(request)
    except Refusal:
        return None, None
    link = link_of(token)
    if link is None:
        count_miss(request)
        return None, None
    if not link.live:
        return None, None
    cookies: dict[str, Any] = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    found = who_is_signed_in(headers)
    if not may_read(link, found[0] if found else None, cookies):
        return None, None
    # Who may read only as a member of the house reads no more when signed out.
    return link, Visitor(found[0].pk, found[1]) if found and link.members_only else None
