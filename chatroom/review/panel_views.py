"""What a reviewer does beside a reply, over HTTP. Each answers with the panel anew, or leads back to the page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from chatroom.conversations.forms import number_from
from chatroom.conversations.http import PersonRequest, go_to
from chatroom.conversations.models import Run
from chatroom.conversations.refusals import BadInput, CannotDo
from chatroom.review import marking, verdicts
from chatroom.review.access import access_reply, reviewers_only
from chatroom.review.models import Label, Mark, Opening
from chatroom.review.openings import reason
from chatroom.review.panel import panel_context


@require_POST
@reviewers_only
def make_mark(request: PersonRequest, run_id: int) -> HttpResponse:
    """Mark words, or all of a part."""
    run = _read_by(request, run_id)
    sent = request.POST
    quote = marking.Quote(
        exact=sent.get("exact", ""),
        prefix=sent.get("prefix", ""),
        suffix=sent.get("suffix", ""),
        before=number_from(sent.get("before", "")),
        typed="typed" in sent,
    )
    part, label = number_from(sent.get("part", "")), _label(sent.get("label", ""))
    mark = marking.make_mark(request.user, run, -1 if part is None else part, quote, label, sent.get("comment", ""))
    return _panel(request, run, mark.pk)


@require_safe
@reviewers_only
def mark(request: PersonRequest, mark_id: int) -> HttpResponse:
    """The address of a mark: it leads to the page, which records that it is opened."""
    return redirect(_address(marking.access_mark(request.user, mark_id)))


@require_POST
@reviewers_only
def comment(request: PersonRequest, mark_id: int) -> HttpResponse:
    """Say something about a mark."""
    found = marking.access_mark(request.user, mark_id)
    _read_by(request, found.run_id)
    marking.add_comment(request.user, found, request.POST.get("comment", ""))
    return _panel(request, found.run, found.pk)


@require_POST
@reviewers_only
def withdraw(request: PersonRequest, mark_id: int) -> HttpResponse:
    """Take one's own mark back."""
    found = marking.access_mark(request.user, mark_id)
    marking.withdraw(request.user, found)
    return _panel(request, found.run, found.pk)


@require_POST
@reviewers_only
def give_verdict(request: PersonRequest, run_id: int) -> HttpResponse:
    """Say what one finds of the reply."""
    run = _read_by(request, run_id)
    verdicts.give_verdict(request.user, run, request.POST.get("verdict", ""), request.POST.get("note", ""))
    return _panel(request, run)


@require_POST
@reviewers_only
def assign(request: PersonRequest, run_id: int) -> HttpResponse:
    """Ask a reviewer to read the reply."""
    run = access_reply(request.user, run_id)
    verdicts.assign(run, number_from(request.POST.get("reviewer", "")) or 0)
    return _panel(request, run)


@require_POST
@reviewers_only
def unassign(request: PersonRequest, assignment_id: int) -> HttpResponse:
    """Take that back."""
    return _panel(request, verdicts.unassign(request.user, assignment_id))


def _label(sent: str) -> Label | None:
    """The label that a form names, None where it names none."""
    if not sent:
        return None
    label = Label.objects.filter(pk=number_from(sent) or 0).first()
    if label is None:
        raise BadInput("There is no such label any more. Choose another.")
    return label


def _has_opened(request: PersonRequest, run: Run) -> bool:
    """Whether it is on record, and the reason holds, if one is asked for."""
    opened = Opening.objects.filter(run=run, reviewer=request.user, conversation=run.reply.conversation_id)
    return opened.exists() and reason(request.user, run) is not None


def _read_by(request: PersonRequest, run_id: int) -> Run:
    """A reply that was opened: nobody says what he finds of what he has not read, or learns by trying what is in it."""
    run = access_reply(request.user, run_id)
    if not _has_opened(request, run):
        raise CannotDo("Open the reply first.")
    return run


def _panel(request: PersonRequest, run: Run, mark_id: int | None = None) -> HttpResponse:
    """The panel anew, for whom the page was opened. `mark_id`: the mark that it is about."""
    if not request.htmx or not _has_opened(request, run):
        place = f"mark-{mark_id}" if mark_id else "panel"
        return go_to(request, f"{reverse('review_reply', args=[run.pk])}#{place}")
    answer = render(request, "review/_panel.html", panel_context(request.user, run))
    return trigger_client_event(answer, "marked", {"mark": mark_id}, after="swap") if mark_id else answer


def _address(found: Mark) -> str:
    return f"{reverse('review_reply', args=[found.run_id])}?mark={found.pk}#mark-{found.pk}"
