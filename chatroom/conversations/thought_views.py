"""Pages around thoughts that leave their reply: the form that hands one over, and the way back to where it stands."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chatroom.conversations import actions
from chatroom.conversations.access import access_message, access_thought
from chatroom.conversations.composer import lanes_context
from chatroom.conversations.forms import Asked
from chatroom.conversations.http import PersonRequest
from chatroom.conversations.presenting import part_id
from chatroom.conversations.thoughts import thought_so_far


@require_safe
@never_cache
@login_required
def hand_over_form(request: PersonRequest, run_id: int, index: int) -> HttpResponse:
    """A thought in a form, as far as the log has it, and which model it is to be given to.

    For htmx the form alone, which goes below the pane; else a page of its own.
    """
    thought = access_thought(request.user, run_id, index)
    context = {
        "part": thought,
        "field": f"{part_id(run_id, index)}-thought",
        "text": thought_so_far(thought),
        "going_on": thought.run.is_live and thought.ended_at is None,
        "form_key": uuid.uuid4(),
        **lanes_context([Asked.again(thought.run)], single=True),
    }
    template = "conversations/_hand_over.html" if request.htmx else "conversations/hand_over.html"
    return render(request, template, context)


@require_safe
@never_cache
@login_required
def message(request: PersonRequest, message_id: int) -> HttpResponse:
    """Lead to a message, whichever branch it is on; a fragment in the address goes along with the redirect.

    A link that one can open in a new tab or keep, so GET, though it leaves a mark: which siblings the page shows.
    Nothing that was said depends on that.
    """
    found = access_message(request.user, message_id)
    actions.show(found)
    return redirect("conversation", found.conversation_id)
