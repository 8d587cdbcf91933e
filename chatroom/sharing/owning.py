"""What an owner does with links: make, look at, change, renew, revoke."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chatroom.accounts.models import User
from chatroom.conversations.access import access_conversation, access_message
from chatroom.conversations.engine import after_commit
from chatroom.conversations.http import PersonRequest
from chatroom.conversations.models import Conversation, Message
from chatroom.sharing.forms import TIMES, LinkForm
from chatroom.sharing.models import Link
from chatroom.sharing.shared_html import page_html
from chatroom.sharing.showing import freeze, showing

# What the form sets. Views are counted meanwhile.
_CHANGED = [*LinkForm.Meta.fields, "message", "frozen", "taken_at", "expires_at", "password"]


def access_links(user: User) -> QuerySet[Link]:
    """The links to conversations of `user`'s own, the newest first."""
    return Link.objects.filter(conversation__owner=user).select_related("conversation").order_by("-pk")


def access_link(user: User, link_id: int) -> Link:
    """One of them; else there is nothing here."""
    return get_object_or_404(access_links(user), pk=link_id)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def share(request: PersonRequest, conversation_id: int) -> HttpResponse:
    """Share a conversation."""
    conversation = access_conversation(request.user, conversation_id)
    return _form(request, Link(conversation=conversation))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def share_reply(request: PersonRequest, message_id: int) -> HttpResponse:
    """Share a reply, or the branch on which it stands."""
    message = access_message(request.user, message_id)
    if message.role != Message.Role.ASSISTANT:
        return redirect("share", message.conversation_id)
    return _form(request, Link(conversation=message.conversation, message=message, scope=Link.Scope.REPLY))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def link(request: PersonRequest, link_id: int) -> HttpResponse:
    """One link: its address, and what it shows, to be changed."""
    return _form(request, access_link(request.user, link_id))


def _form(request: PersonRequest, one: Link) -> HttpResponse:
    form = LinkForm(request.POST or None, instance=one)
    message, was = one.message, (one.live, one.scope)
    if request.method == "POST" and form.is_valid():
        one = form.apply()
        # What was frozen is so much of the conversation as the link showed then.
        if not one.live and (one.pk is None or (one.live, one.scope) != was):
            freeze(one)
        if request.POST.get("do") == "preview":
            return page_html(request, one, showing(one), preview=True)
        one.save(update_fields=_CHANGED if one.pk else None)
        _tell(one.conversation)
        return redirect("link", one.pk)
    context = {
        "form": form,
        "link": one,
        "message": message,
        "times": TIMES,
        "scopes": Link.Scope,
        "reasonings": Link.Reasoning,
        "origin": f"{request.scheme}://{request.get_host()}",
        "others": access_links(request.user).filter(conversation=one.conversation).exclude(pk=one.pk),
    }
    return render(request, "sharing/link.html", context, status=422 if form.errors else 200)


@require_safe
@never_cache
@login_required
def links(request: PersonRequest) -> HttpResponse:
    """All one's links."""
    found = list(access_links(request.user))
    return render(request, "sharing/links.html", {"links": found, "origin": f"{request.scheme}://{request.get_host()}"})


@require_POST
@login_required
def renew(request: PersonRequest, link_id: int) -> HttpResponse:
    """Let a frozen link show how it is now, at the same address."""
    one = access_link(request.user, link_id)
    if not one.live:
        freeze(one)
        one.save(update_fields=["frozen", "taken_at"])
    return redirect("link", one.pk)


@require_POST
@login_required
def revoke(request: PersonRequest, link_id: int) -> HttpResponse:
    """End it, for good and at once."""
    one = access_link(request.user, link_id)
    Link.objects.filter(pk=one.pk, revoked_at=None).update(revoked_at=timezone.now())
    _tell(one.conversation)
    return redirect("links")


def _tell(conversation: Conversation) -> None:
    """Let whoever has a page of it open look whether that still may be."""
    after_commit(lambda engine: engine.conversation_changed_soon(conversation.pk, conversation.owner_id))
