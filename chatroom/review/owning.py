"""What an owner has to do with the review: ask for it, and see that it happened."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chatroom.conversations.access import access_conversation, access_run
from chatroom.conversations.http import PersonRequest
from chatroom.conversations.models import Run
from chatroom.review.blind import blind_runs
from chatroom.review.marking import marks_of
from chatroom.review.models import Flag, Mark, Opening, Verdict

LONGEST_WORD = 500
# The newest; who opened a conversation more often than that is told of so many.
MOST_SHOWN = 500


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def flag(request: PersonRequest, run_id: int) -> HttpResponse:
    """Ask the reviewers to look at a reply of one's own, with a word; or take that back."""
    run = access_run(request.user, run_id)
    if not settings.REVIEW or run.is_live:
        raise Http404
    word = request.POST.get("word", "").replace("\0", "").strip()
    error = ""
    if request.method == "POST":
        if "withdraw" in request.POST:
            Flag.objects.filter(run=run).delete()
            return _back(run)
        if len(word) <= LONGEST_WORD:
            Flag.objects.update_or_create(run=run, defaults={"word": word})
            return redirect("flag", run.pk)
        error = f"At most {LONGEST_WORD} characters, please; this has {len(word):,}."
    there = Flag.objects.filter(run=run).first()
    context = {"run": run, "flag": there, "word": word or (there.word if there else ""), "error": error}
    return render(request, "review/flag.html", context, status=422 if error else 200)


@require_safe
@never_cache
@login_required
def reviewed(request: PersonRequest, conversation_id: int) -> HttpResponse:
    """Who has opened a conversation of one's own, when and why; and what was marked, if the house tells that."""
    conversation = access_conversation(request.user, conversation_id)
    if settings.REVIEW_TELLS == "nothing":
        raise Http404
    mine = Opening.objects.filter(conversation=conversation, owner=request.user)
    context = {
        "conversation": conversation,
        "openings": mine.order_by("-pk")[:MOST_SHOWN],
        "tells_marks": settings.REVIEW_TELLS == "marks",
    }
    if settings.REVIEW_TELLS == "marks":
        runs = Run.objects.filter(reply__conversation=conversation)
        said = runs.filter(
            Exists(Mark.objects.filter(run=OuterRef("pk"))) | Exists(Verdict.objects.filter(run=OuterRef("pk")))
        )
        context["found"] = [
            (run, found)
            for run in said.exclude(pk__in=blind_runs(request.user)).order_by("pk")
            if (found := marks_of(run)).marks or found.verdicts
        ]
    return render(request, "review/reviewed.html", context)


def _back(run: Run) -> HttpResponse:
    response = redirect("conversation", run.reply.conversation_id)
    response["Location"] += f"#r{run.pk}"
    return response
