"""Commands: HTTP in, a call into `actions`, HTTP out."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from chatroom.conversations import actions
from chatroom.conversations.access import access_conversation, access_message, access_run
from chatroom.conversations.composer import composer
from chatroom.conversations.engine import engine
from chatroom.conversations.forms import LanesError, PromptForm, lanes_from
from chatroom.conversations.http import PersonRequest, done, go_to, refused


@require_POST
@login_required
def begin(request: PersonRequest) -> HttpResponse:
    """The first prompt of a new conversation."""
    form = PromptForm(request.POST)
    if not form.is_valid():
        return refused(request, _first(form))
    try:
        lanes = lanes_from(request.POST, engine().catalogue)
    except LanesError as error:
        return refused(request, str(error))
    conversation = actions.begin(request.user, form.cleaned_data["prompt"], lanes, form.key)
    return go_to(request, reverse("conversation", args=[conversation.pk]))


@require_POST
@login_required
def ask(request: PersonRequest, conversation_id: int) -> HttpResponse:
    """A further prompt."""
    conversation = access_conversation(request.user, conversation_id)
    form = PromptForm(request.POST)
    if not form.is_valid():
        return refused(request, _first(form))
    try:
        lanes = lanes_from(request.POST, engine().catalogue)
    except LanesError as error:
        return refused(request, str(error))
    try:
        actions.ask(conversation, form.cleaned_data["prompt"], lanes, form.key)
    except actions.CannotDo as error:
        return refused(request, str(error), status=409)
    # A fresh key for the next form: the one on the page has been used.
    return trigger_client_event(done(request, conversation), "asked", {"key": str(uuid.uuid4())})


@require_POST
@login_required
def edit(request: PersonRequest, message_id: int) -> HttpResponse:
    """A prompt said otherwise."""
    prompt = access_message(request.user, message_id)
    form = PromptForm(request.POST)
    if not form.is_valid():
        return refused(request, _first(form))
    try:
        actions.edit(prompt, form.cleaned_data["prompt"])
    except actions.CannotDo as error:
        return refused(request, str(error), status=409)
    return done(request, prompt.conversation)


@require_POST
@login_required
def retry(request: PersonRequest, run_id: int) -> HttpResponse:
    """The same again, as a sibling."""
    run = access_run(request.user, run_id)
    actions.retry(run)
    return done(request, run.reply.conversation)


@require_POST
@login_required
def go_on(request: PersonRequest, run_id: int) -> HttpResponse:
    """Let a reply that broke off go on."""
    run = access_run(request.user, run_id)
    try:
        actions.go_on(run)
    except actions.CannotDo as error:
        return refused(request, str(error), status=409)
    return done(request, run.reply.conversation)


@require_POST
@login_required
def stop(request: PersonRequest, run_id: int) -> HttpResponse:
    """Stop one run. One that is over stays as it ended."""
    run = access_run(request.user, run_id)
    actions.stop(run)
    return done(request, run.reply.conversation)


@require_POST
@login_required
def stop_all(request: PersonRequest, conversation_id: int) -> HttpResponse:
    """Stop whatever goes on in the conversation."""
    conversation = access_conversation(request.user, conversation_id)
    actions.stop_all(conversation)
    return done(request, conversation)


@require_POST
@login_required
def select(request: PersonRequest, message_id: int) -> HttpResponse:
    """Show this sibling."""
    message = access_message(request.user, message_id)
    actions.select(message)
    return done(request, message.conversation)


@require_POST
@login_required
def choose(request: PersonRequest, message_id: int) -> HttpResponse:
    """Go on with this lane, or with all; the composer follows."""
    reply = access_message(request.user, message_id)
    actions.choose(reply, only=request.POST.get("only") == "1")
    answer = done(request, reply.conversation)
    if answer.status_code != 204:
        return answer
    return render(request, "conversations/_lanes.html", composer(request.user, reply.conversation) | {"oob": True})


@require_POST
@login_required
def rename(request: PersonRequest, conversation_id: int) -> HttpResponse:
    """Give another title."""
    conversation = access_conversation(request.user, conversation_id)
    actions.rename(conversation, request.POST.get("title", ""))
    if request.htmx:
        return render(request, "conversations/_title.html", {"conversation": conversation})
    return done(request, conversation)


@require_POST
@login_required
def pin(request: PersonRequest, conversation_id: int) -> HttpResponse:
    """Keep at the top of the rail, or not."""
    conversation = access_conversation(request.user, conversation_id)
    actions.pin(conversation, pinned=not conversation.pinned)
    return done(request, conversation)


@require_POST
@login_required
def delete(request: PersonRequest, conversation_id: int) -> HttpResponse:
    """Delete for good."""
    actions.delete(access_conversation(request.user, conversation_id))
    return go_to(request, reverse("home"))


def _first(form: PromptForm) -> str:
    return str(next(iter(form.errors.values()))[0])
