"""Which thinking panes a person has opened or closed by hand: kept in a cookie, so that a reload shows them as left."""

from __future__ import annotations

from django.http import HttpRequest

COOKIE = "panes"
# The page keeps the latest of them; what is beyond was not written by it.
MOST = 100


def touched_panes(request: HttpRequest) -> dict[str, bool]:
    """`r5-p0.1~r6-p0.0` → {"r5-p0": True, "r6-p0": False}."""
    touched = {}
    for item in request.COOKIES.get(COOKIE, "").split("~")[:MOST]:
        pane, _, stands = item.rpartition(".")
        if pane:
            touched[pane] = stands == "1"
    return touched
