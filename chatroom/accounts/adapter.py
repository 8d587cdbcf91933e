"""How allauth behaves in this house."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.httpkit import clean_client_ip
from django.conf import settings
from django.http import HttpRequest

TOO_MANY = "too_many_login_attempts"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator: nobody signs up by themselves."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        TOO_MANY: "Too many attempts to sign in. Wait five minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """What attempts for one name are counted under; allauth adds the host, of which a room may have many names."""
        return str(credentials.get("username", "")).lower()

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whose attempts are counted together: who connected, or whom our own proxies say they heard.

        Each proxy adds to X-Forwarded-For at its end; what stands before that is the word of a stranger.
        """
        heard = [place.strip() for place in request.headers.get("X-Forwarded-For", "").split(",") if place.strip()]
        address = request.META.get("REMOTE_ADDR") or ""
        if settings.PROXIES and heard:
            address = heard[-min(settings.PROXIES, len(heard))]
        # Without an address (a socket file, a proxy that says nothing) all count together.
        return clean_client_ip(address) or "unknown"
