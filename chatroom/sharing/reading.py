"""What somebody who was sent a link reads. No account is needed, nor script; nothing here may be kept by a cache."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe

from chatroom.accounts.models import User
from chatroom.conversations.http import refused
from chatroom.conversations.models import Message, Run
from chatroom.conversations.refusals import Refusal
from chatroom.conversations.replaying import replay
from chatroom.conversations.texts import content, said
from chatroom.conversations.tree import replies_on
from chatroom.sharing import doors
from chatroom.sharing.models import Link
from chatroom.sharing.preview import card_of
from chatroom.sharing.shared_html import page_html
from chatroom.sharing.showing import Showing, showing
from chatroom.sharing.transcript import as_data, as_markdown, transcript

# Who has been counted is not counted again by the same browser for a while, in seconds.
SEEN = "seen"
SEEN_SECONDS = 86_400


def _at_the_door(request: HttpRequest, token: str) -> Link | HttpResponse:
    """The link, or what is answered to who may not come as far as its door."""
    try:
        doors.hold_back_guessing(request)
    except Refusal as refusal:
        return doors.guarded(refused(request, refusal))
    link = doors.link_of(token)
    if link is None:
        return doors.nowhere(request)
    if link.members_only and not request.user.is_authenticated:
        return doors.guarded(redirect_to_login(link.address))
    return link


def through_the_door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of what is behind a link, `view(request, link, …)`: for who may read it."""

    @wraps(view)
    def answer(request: HttpRequest, token: str, **kwargs: int) -> HttpResponse:
        link = _at_the_door(request, token)
        if isinstance(link, HttpResponse):
            return link
        if not doors.may_read(link, request.user, request.COOKIES):
            return doors.nowhere(request)
        return doors.guarded(view(request, link, **kwargs))

    return answer


@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The page itself; before a gate the knocker."""
    link = _at_the_door(request, token)
    if isinstance(link, HttpResponse):
        return link
    if not doors.may_read(link, request.user, request.COOKIES):
        return doors.nowhere(request) if link.is_used_up else doors.guarded(_gate(request, link))
    shown = showing(link)
    if not shown.path:
        return doors.nowhere(request)
    response = page_html(request, link, shown)
    if link.indexed and link.is_public:
        response["X-Robots-Tag"] = "all"
    if link.embeddable and link.is_public:
        # Of our own pages this one alone may stand in another.
        response._csp_replace = {"frame-ancestors": ["*"]}  # type: ignore[attr-defined]  # django-csp reads it
        response.xframe_options_exempt = True
    if _is_new(request, link):
        link.count_view()
        response.set_cookie(SEEN, "1", max_age=SEEN_SECONDS, path=link.address, httponly=True, samesite="Lax")
    return doors.guarded(response)


def _is_new(request: HttpRequest, link: Link) -> bool:
    if link.is_gated or request.method != "GET" or SEEN in request.COOKIES:
        return False  # whoever came through a gate was counted there
    return not (isinstance(request.user, User) and request.user.pk == link.conversation.owner_id)


def _gate(request: HttpRequest, link: Link, error: str = "", status: int = 200) -> HttpResponse:
    return render(request, "sharing/gate.html", {"link": link, "error": error}, status=status)


@require_POST
@csrf_protect
def knock(request: HttpRequest, token: str) -> HttpResponse:
    """Come in by a password, or as one of so many."""
    link = _at_the_door(request, token)
    if isinstance(link, HttpResponse):
        return link
    if link.is_used_up and not doors.may_read(link, request.user, request.COOKIES):
        return doors.nowhere(request)
    try:
        doors.hold_back_passwords(request, link)
    except Refusal as refusal:
        return doors.guarded(refused(request, refusal))
    if not link.has_password(request.POST.get("password", "")):
        doors.count_wrong_password(request, link)
        return doors.guarded(_gate(request, link, "That is not the password.", 403))
    if not doors.may_read(link, request.user, request.COOKIES):
        if not link.count_view():
            return doors.nowhere(request)
        response = redirect(link.address)
        doors.give_pass(link, response)
        return doors.guarded(response)
    return doors.guarded(redirect(link.address))


@require_safe
@through_the_door
def message_text(request: HttpRequest, link: Link, number: int) -> HttpResponse:
    """A message as it was written or said, to be copied; `number` is what it goes by on the page."""
    shown = showing(link)
    text = _text(shown, number)
    if text is None:
        return doors.nowhere(request)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _text(shown: Showing, number: int) -> str | None:
    for turn in shown.path:
        if shown.sight.message_number(turn.prompt.message.pk) == number:
            return Message.objects.values_list("text", flat=True).get(pk=turn.prompt.message.pk)
    found = _run(shown, lambda run: shown.sight.message_number(run.reply_id) == number)
    return content(said(found[0], shown.sight, found[1])) if found else None


def _run(shown: Showing, is_it: Callable[[Run], bool]) -> tuple[Run, int | None] | None:
    """A run that is shown, and where it is cut off."""
    run = next(filter(is_it, Run.objects.filter(reply__in=replies_on(shown.path))), None)
    return (run, shown.cuts[run.pk][0] if run.pk in shown.cuts else None) if run else None


@require_safe
@through_the_door
def replayed(request: HttpRequest, link: Link, number: int) -> HttpResponse:
    """A reply as it came, to be played again; `number` is what its run goes by on the page."""
    shown = showing(link)
    found = _run(shown, lambda run: shown.sight.run_number(run.pk) == number)
    if found is None:
        return doors.nowhere(request)
    run, upto = found
    return HttpResponse("".join(replay(run, shown.sight, upto)), content_type="application/x-ndjson")


@require_safe
@through_the_door
def markdown(request: HttpRequest, link: Link) -> HttpResponse:
    """The whole as Markdown, to be kept."""
    shown = showing(link)
    text = as_markdown(shown.title, transcript(shown), link.note)
    return _download(text, "text/markdown; charset=utf-8", "conversation.md")


@require_safe
@through_the_door
def data(request: HttpRequest, link: Link) -> HttpResponse:
    """The whole as JSON, to be kept."""
    shown = showing(link)
    found = as_data(shown.title, transcript(shown), shown.sight.numbers, shown.sight.settings)
    return _download(json.dumps(found, ensure_ascii=False, indent=1), "application/json", "conversation.json")


def _download(text: str, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    # What a model said may hold half a character; a document may not.
    return HttpResponse(text.encode("utf-8", "replace"), content_type=kind, headers=headers)


@require_safe
@through_the_door
def card(request: HttpRequest, link: Link) -> HttpResponse:
    """The picture that other sites show beside the address."""
    from chatroom.sharing.picture.card import draw_card  # megabytes that a room without links does without

    return HttpResponse(draw_card(card_of(showing(link))), content_type="image/png")
