"""A queue as a file: a page that asks how, the download, and how far it is."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chatroom.conversations.http import PersonRequest
from chatroom.conversations.refusals import BadInput
from chatroom.review import queue
from chatroom.review.access import reviewers_only
from chatroom.review.export.exporting import Export, look_for_room, stream
from chatroom.review.export.formats import FORMATS
from chatroom.review.export.progress import Progress, State, new_key, tell, told
from chatroom.review.filters import Filters
from chatroom.review.openings import LONGEST


@require_http_methods(["GET", "HEAD", "POST"])
@reviewers_only
def export(request: PersonRequest) -> HttpResponse:
    """The replies that the query of the address lets through: the form; when it is sent, the file."""
    filters = Filters.of(request.GET)
    # The one that is streamed is a response too, though Django does not make it one of that class.
    return cast("HttpResponse", _file(request, filters)) if request.method == "POST" else _form(request, filters)


def _form(request: PersonRequest, filters: Filters) -> HttpResponse:
    number, is_all = queue.count(request.user, filters)
    context = {
        "filters": filters,
        "number": number,
        "is_all": is_all,
        "formats": FORMATS,
        "key": new_key(request.user),
        "must_say_why": settings.REVIEW_WHY,
        "longest": LONGEST,
    }
    return render(request, "review/export.html", context)


def _file(request: PersonRequest, filters: Filters) -> StreamingHttpResponse:
    chosen = FORMATS.get(request.POST.get("format", ""))
    if chosen is None:
        raise BadInput("Choose a format: CSV, JSON Lines or Parquet.")
    why = request.POST.get("why", "").strip()
    if settings.REVIEW_WHY and not why:
        raise BadInput("Say why you export these replies. It stands in the record of each.")
    if len(why) > LONGEST or "\0" in why:
        raise BadInput(f"The reason may have {LONGEST:,} characters at most.")
    look_for_room()
    user, key = request.user, request.POST.get("key", "")
    if told(user, key) is None:  # not from a form, or from one of long ago
        key = new_key(user)
    tell(user, key, Progress(State.ASKED))
    wanted = Export(user, lambda: queue.every(user, filters), chosen, why, key)
    name = f"replies-{timezone.now():%Y-%m-%d-%H%M%S}.{chosen.suffix}"
    return StreamingHttpResponse(
        stream(wanted),
        content_type=chosen.content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Accel-Buffering": "no",  # of a proxy that would keep it all
        },
    )


@require_safe
@reviewers_only
def progress(request: PersonRequest, key: str) -> HttpResponse:
    """How far an export is; who has not begun it finds nothing."""
    found = told(request.user, key)
    if found is None:
        raise Http404
    return render(request, "review/_export_progress.html", {"progress": found, "key": key})
