"""What is told to whom sends more than the room takes in; see `chatroom.bounds`."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings

from chatroom.bounds import Answer, Bounds
from chatroom.conversations.http import refusal_told
from chatroom.conversations.refusals import Busy, Refusal, TooLarge
from chatroom.watching import metrics


def bounds() -> Bounds:
    """The bounds of this room's requests."""
    return Bounds(settings.DATA_UPLOAD_MAX_MEMORY_SIZE, _answer)


def _answer(status: HTTPStatus, htmx: bool) -> Answer:
    refusal: Refusal
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        metrics.REFUSED.labels("request_size").inc()
        refusal = TooLarge()
    else:
        metrics.REFUSED.labels("requests_at_once").inc()
        refusal = Busy()
    headers, html = refusal_told(refusal, htmx=htmx)
    headers["Content-Type"] = "text/html; charset=utf-8"
    return Answer(list(headers.items()), html.encode())
