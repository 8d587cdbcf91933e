"""A link's page as HTML. From the same templates as the owner's."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from chatroom.accounts.models import User
from chatroom.conversations.drawing import Liking, draw
from chatroom.conversations.pages import digest, shape
from chatroom.conversations.panes import touched_panes
from chatroom.sharing.models import Link
from chatroom.sharing.preview import card_of
from chatroom.sharing.showing import Showing

# As in `conversations.views`: the turns do not pass through the templates.
TURNS = SafeString("<turns>")


def page_html(request: HttpRequest, link: Link, shown: Showing, *, preview: bool = False) -> HttpResponse:
    """The page. `preview`: for its owner, before there is a link."""
    liking = Liking(shown.liking.pane, touched_panes(request))
    drawn = draw(shown.path, liking, shown.sight, shown.cuts)
    framed = request.headers.get("Sec-Fetch-Dest") in {"iframe", "frame", "embed", "object"}
    user = request.user
    context = {
        "link": link,
        "title": shown.title,
        "turns": TURNS,
        "shape": digest(shape(shown.path, shown.sight)),
        "pane": shown.liking.pane,
        "now": round(timezone.now().timestamp() * 1000),
        "at_work": any(one.run.is_live for one in drawn.runs),
        "card": card_of(shown),
        "origin": f"{request.scheme}://{request.get_host()}",
        "preview": preview,
        "framed": framed,
        "own": isinstance(user, User) and user.pk == link.conversation.owner_id,
    }
    before, after = render_to_string("sharing/shared.html", context, request).split(TURNS)
    return HttpResponse(b"".join([before.encode(), *drawn.html, after.encode()]))
