"""What a model is sent, told to whoever asked it; and the choice of what of a reply's reasoning goes along."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chatroom.conversations import actions
from chatroom.conversations.access import access_conversation, access_message, access_run
from chatroom.conversations.composer import composer
from chatroom.conversations.context.history import history_of, history_to_come
from chatroom.conversations.context.sent import Sending, lines
from chatroom.conversations.engine import engine
from chatroom.conversations.forms import Asked, lanes_from
from chatroom.conversations.http import PersonRequest, command, refused
from chatroom.conversations.models import Conversation, Exchange, Message, ReasoningBack, Run
from chatroom.conversations.pages import load_turns
from chatroom.conversations.refusals import BadInput, Refusal


@require_safe
@never_cache
@login_required
def of_run(request: PersonRequest, run_id: int) -> HttpResponse:
    """What the model of one reply is shown, by the choices of today."""
    run = access_run(request.user, run_id)
    return _show(request, run.reply.conversation, [_sending(run)])


@require_safe
@never_cache
@login_required
def of_prompt(request: PersonRequest, message_id: int) -> HttpResponse:
    """What each model that a prompt was put to is shown: one reply a lane, that which was selected last."""
    prompt = access_message(request.user, message_id)
    if prompt.role != Message.Role.USER:
        raise Http404
    runs = Run.objects.filter(reply__parent=prompt).select_related("reply").order_by("reply__selected_at", "pk")
    by_lane = {run.reply.lane: run for run in runs}
    return _show(request, prompt.conversation, [_sending(by_lane[lane]) for lane in sorted(by_lane)])


@require_safe
@never_cache
@login_required
def of_next(request: PersonRequest, conversation_id: int) -> HttpResponse:
    """What the models in the composer would be shown with the next prompt; unnamed, those that it begins with."""
    conversation = access_conversation(request.user, conversation_id)
    path = load_turns(conversation.pk)
    if any(key.startswith("lane-") for key in request.GET):
        try:
            asked = lanes_from(request.GET, engine().catalogue)
        except Refusal as refusal:
            return refused(request, refusal)
    else:
        asked = [lane.asked for lane in composer(request.user, conversation, path)["lanes"]]
    sendings = []
    for one, own in zip(asked, actions.lines_after(path[-1], asked), strict=True):
        before = own or path[-1].followed[0].last
        history = history_to_come(conversation.pk, before.pk, (one.provider, one.model))
        sendings.append(Sending(one.label, lines(history, one, engine().catalogue.provider(one.provider))))
    return _show(request, conversation, sendings, "What will be sent")


@command
def reasoning_back(request: PersonRequest, message_id: int) -> HttpResponse:
    """What of a reply's reasoning goes along from now on; then back to the page that asked."""
    reply = access_message(request.user, message_id)
    choice = request.POST.get("reasoning_back", "")
    if choice not in ("", *ReasoningBack.values):
        raise BadInput("That is not one of the choices.")
    actions.send_back(reply, choice)
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        return redirect("conversation", reply.conversation_id)
    return HttpResponseRedirect(back)


def _sending(run: Run) -> Sending:
    recorded = Exchange.objects.filter(run=run).exists()
    told = lines(history_of(run), Asked.again(run), engine().catalogue.provider(run.provider))
    return Sending(run.label or run.model, told, run, recorded)


def _show(
    request: PersonRequest, conversation: Conversation, sendings: list[Sending], title: str = "What is sent"
) -> HttpResponse:
    """For htmx the panel alone, which goes above the composer; else a page of its own."""
    context = {"title": title, "conversation": conversation, "sendings": sendings, "back": request.get_full_path()}
    template = "conversations/_sent.html" if request.htmx else "conversations/sent.html"
    return render(request, template, context)
