"""Errors that Django would explain to a developer, told to a person."""

from __future__ import annotations

import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import server_error

from chatroom.conversations.http import refused
from chatroom.conversations.refusals import Refusal, TooLarge
from chatroom.watching import metrics


class Misunderstood(Refusal):
    """What was sent is no request of this room's pages."""

    status = 400


class Away(Refusal):
    """The database does not answer, is full, or is busy for too long."""

    status = 503
    retry_after = 5

    def __init__(self) -> None:
        super().__init__(
            "The room cannot read or write its record just now. What was said is kept; try again in a moment."
        )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form came from an old page or another site: say so, and how to go on."""
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was sent cannot be read: it is too large, holds too many fields, or names a host that is not ours."""
    if isinstance(exception, RequestDataTooBig):
        return refused(request, TooLarge())
    if isinstance(exception, TooManyFieldsSent | TooManyFilesSent):
        return refused(request, Misunderstood("That form has more fields than this room takes."))
    return refused(request, Misunderstood("The room does not understand that request."))


def too_many(request: HttpRequest) -> HttpResponse:
    """Too often in too short a time, and not only with a wrong password."""
    metrics.REFUSED.labels("sign_in").inc()
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "60"
    return response


def broken(request: HttpRequest) -> HttpResponse:
    """A request failed inside the room: it was the database, which may come back, or a fault of ours."""
    error = sys.exc_info()[1]
    # SQLite says so of what is wrong with a statement, too.
    ours = getattr(getattr(error, "__cause__", None), "sqlite_errorname", "") == "SQLITE_ERROR"
    if isinstance(error, OperationalError | InterfaceError | InternalError) and not ours:
        return refused(request, Away())
    return server_error(request)
