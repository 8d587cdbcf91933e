"""Commands: HTTP in, a call into `actions`, HTTP out."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import trigger_client_event

from chatroom.conversations import actions
from chatroom.conversations.access import access_conversation, access_message, access_run, access_thought
from chatroom.conversations.composer import composer
from chatroom.conversations.engine import engine
from chatroom.conversations.forms import Asked, lanes_from, prompt_from, thought_from
from chatroom.conversations.http import PersonRequest, command, done, go_to
from chatroom.conversations.thoughts import as_it_was, least_thinking, thought_so_far


@command
def begin(request: PersonRequest) -> HttpResponse:
    """The first prompt of a new conversation."""
    prompt, form_key = prompt_from(request.POST)
    conversation = actions.begin(request.user, prompt, lanes_from(request.POST, engine().catalogue), form_key)
    return go_to(request, reverse("conversation", args=[conversation.pk]))


@command
def ask(request: PersonRequest, conversation_id: int) -> HttpResponse:
    """A further prompt."""
    conversation = access_conversation(request.user, conversation_id)
    prompt, form_key = prompt_from(request.POST)
    actions.ask(conversation, prompt, lanes_from(request.POST, engine().catalogue), form_key)
    # A fresh key for the next form: the one on the page has been used.
    return trigger_client_event(done(request, conversation), "asked", {"key": str(uuid.uuid4())})


@command
def edit(request: PersonRequest, message_id: int) -> HttpResponse:
    """A prompt said otherwise."""
    message = access_message(request.user, message_id)
    prompt, _ = prompt_from(request.POST)
    actions.edit(message, prompt)
    return done(request, message.conversation)


@command
def retry(request: PersonRequest, run_id: int) -> HttpResponse:
    """The same again, as a sibling."""
    run = access_run(request.user, run_id)
    actions.retry(run)
    return done(request, run.reply.conversation)


@command
def go_on(request: PersonRequest, run_id: int) -> HttpResponse:
    """Let a reply that broke off go on."""
    run = access_run(request.user, run_id)
    actions.go_on(run)
    return done(request, run.reply.conversation)


@command
def answer_now(request: PersonRequest, run_id: int) -> HttpResponse:
    """No more thinking: answer from what has been thought."""
    run = access_run(request.user, run_id)
    asked = Asked.again(run)
    actions.answer_now(run, least_thinking(asked, engine().catalogue.offer(asked.key)))
    return done(request, run.reply.conversation)


@command
def hand_over(request: PersonRequest, run_id: int, index: int) -> HttpResponse:
    """The same prompt to another model, with this thought beside it, and without."""
    thought = access_thought(request.user, run_id, index)
    sent = thought_from(request.POST)
    asked, *_ = lanes_from(request.POST, engine().catalogue)
    text = as_it_was(sent.text, thought_so_far(thought)[: sent.seen])
    actions.hand_over(thought, text, asked, compare=sent.compare, form_key=sent.form_key)
    return done(request, thought.run.reply.conversation)


@command
def stop(request: PersonRequest, run_id: int) -> HttpResponse:
    """Stop one run. One that is over stays as it ended."""
    run = access_run(request.user, run_id)
    actions.stop(run)
    return done(request, run.reply.conversation)


@command
def stop_all(request: PersonRequest, conversation_id: int) -> HttpResponse:
    """Stop whatever goes on in the conversation."""
    conversation = access_conversation(request.user, conversation_id)
    actions.stop_all(conversation)
    return done(request, conversation)


@command
def select(request: PersonRequest, message_id: int) -> HttpResponse:
    """Show this sibling."""
    message = access_message(request.user, message_id)
    actions.select(message)
    return done(request, message.conversation)


@command
def choose(request: PersonRequest, message_id: int) -> HttpResponse:
    """Go on with this lane, or with all; the composer follows."""
    reply = access_message(request.user, message_id)
    actions.choose(reply, only=request.POST.get("only") == "1")
    answer = done(request, reply.conversation)
    if answer.status_code != 204:
        return answer
    return render(request, "conversations/_lanes.html", composer(request.user, reply.conversation))


@command
def rename(request: PersonRequest, conversation_id: int) -> HttpResponse:
    """Give another title."""
    conversation = access_conversation(request.user, conversation_id)
    actions.rename(conversation, request.POST.get("title", ""))
    if request.htmx:
        return render(request, "conversations/_title.html", {"conversation": conversation})
    return done(request, conversation)


@command
def pin(request: PersonRequest, conversation_id: int) -> HttpResponse:
    """Keep at the top of the rail, or not."""
    conversation = access_conversation(request.user, conversation_id)
    actions.pin(conversation, pinned=request.POST.get("pinned") == "1")
    if request.htmx:
        return render(request, "conversations/_pin.html", {"conversation": conversation})
    return done(request, conversation)


@command
def delete(request: PersonRequest, conversation_id: int) -> HttpResponse:
    """Delete for good."""
    actions.delete(access_conversation(request.user, conversation_id))
    return go_to(request, reverse("home"))
