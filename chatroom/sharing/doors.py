"""Who may come in by a link. A wrong token, an expired and a revoked link look the same: nothing is there."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Mapping

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from chatroom.accounts.models import User
from chatroom.conversations.refusals import TooMany
from chatroom.sharing.models import Link
from chatroom.sharing.tokens import digest_of
from chatroom.watching import metrics

# The cookie of a browser that has knocked.
PASS = "pass"  # noqa: S105
_signer = signing.Signer(salt="chatroom.sharing.pass")

# Addresses that lead nowhere, by place and minute. (Wrong passwords are counted by `ACCOUNT_RATE_LIMITS`.)
MISSES_A_MINUTE = 60


def link_of(token: str) -> Link | None:
    """The link that a token opens."""
    links = Link.objects.select_related("conversation__owner")
    link = links.filter(digest=digest_of(token), revoked_at=None, conversation__owner__is_active=True).first()
    if link is None or not link.is_open:
        return None
    link.token = token
    return link


def may_read(link: Link, user: object, cookies: Mapping[str, str]) -> bool:
    """Whether who comes has been let in, or needs not to be. Its owner always may."""
    if isinstance(user, User) and user.pk == link.conversation.owner_id:
        return True
    if link.members_only and not isinstance(user, User):
        return False
    return not link.is_gated or _is_pass(link, cookies.get(PASS, ""))


def give_pass(link: Link, response: HttpResponse) -> None:
    """Let a browser in that has knocked, until it is closed or the password is another."""
    response.set_cookie(
        PASS,
        _signer.sign(_mark(link)),
        path=link.address,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _is_pass(link: Link, signed: str) -> bool:
    try:
        return _signer.unsign(signed) == _mark(link)
    except signing.BadSignature:
        return False


def _mark(link: Link) -> str:
    """Of this link, with this password; told to who has the pass, so the row's number is no part of it."""
    return hashlib.sha256(f"{link.digest} {link.password}".encode()).hexdigest()[:32]


def nowhere(request: HttpRequest) -> HttpResponse:
    """The answer where no link is."""
    count_miss(request)
    response = render(request, "404.html", status=404)
    patch_vary_headers(response, ["Cookie"])  # as if it had been looked at who comes, which shows that there is a link
    return guarded(response)


def guarded(response: HttpResponse) -> HttpResponse:
    """With what every answer under a link's address needs: it is kept nowhere, and its address goes nowhere."""
    response["Cache-Control"] = "private, no-store"
    # Never the path. (With "no-referrer" a browser sends forms with `Origin: null`, which no form may come from.)
    response["Referrer-Policy"] = "strict-origin"
    response.headers.setdefault("X-Robots-Tag", "noindex, nofollow, noarchive")
    return response


def hold_back_guessing(request: HttpRequest) -> None:
    """Raise TooMany for a place from which too many addresses were tried that lead nowhere."""
    if cache.get(_misses_key(request), 0) >= MISSES_A_MINUTE:
        raise _too_many("share_miss")


def hold_back_passwords(request: HttpRequest, link: Link) -> None:
    """Raise TooMany where too many wrong passwords were tried."""
    if not ratelimit.consume(request, action="share_password", key=str(link.pk), dry_run=True):
        raise _too_many("share_password")


def count_wrong_password(request: HttpRequest, link: Link) -> None:
    """One more."""
    ratelimit.consume(request, action="share_password", key=str(link.pk))


def count_miss(request: HttpRequest) -> None:
    """One more address that leads nowhere."""
    key = _misses_key(request)
    if not cache.add(key, 1, 120):
        with contextlib.suppress(ValueError):  # it has just expired
            cache.incr(key)


def _misses_key(request: HttpRequest) -> str:
    place = hashlib.sha256(str(get_adapter().get_client_ip(request)).encode()).hexdigest()
    return f"sharing.misses.{place[:32]}.{int(time.time() // 60)}"


def _too_many(limit: str) -> TooMany:
    metrics.REFUSED.labels(limit).inc()
    refusal = TooMany("Too many attempts from here. Wait some minutes, then try again.")
    refusal.retry_after = 60
    return refusal
