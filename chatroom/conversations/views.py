"""Pages: HTTP in, a look at the record, HTML out. Nothing is changed here."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chatroom.conversations.access import access_conversation, access_message, access_run
from chatroom.conversations.composer import composer, default_lane, lanes_context
from chatroom.conversations.drawing import Liking, draw
from chatroom.conversations.elsewhere import elsewhere
from chatroom.conversations.engine import engine
from chatroom.conversations.forms import MAX_LANES, number_from, wishes_from
from chatroom.conversations.http import PersonRequest
from chatroom.conversations.models import Message
from chatroom.conversations.pages import digest, load_turns, shape
from chatroom.conversations.panes import touched_panes
from chatroom.conversations.rail import rail, render_rail
from chatroom.conversations.replaying import replay
from chatroom.conversations.texts import message_text as text_of

# Small questions on which it is worth while to watch a model think.
SUGGESTIONS = (
    "Which is bigger, 9.11 or 9.9?",
    "How many r's are in strawberry?",
    "A train goes 150 km in 1 hour 15 minutes. How fast is it?",
)


# In the template's place for the turns, which come by themselves: they are megabytes in a long conversation, and each
# template that a page is made of would copy them. No text can hold it: what is said is escaped or rendered.
TURNS = SafeString("<turns>")


@require_safe
@never_cache
@login_required
def home(request: PersonRequest) -> HttpResponse:
    """An empty page to begin a conversation on."""
    offers = engine().catalogue.offers()
    context = {
        "suggestions": SUGGESTIONS if offers else (),
        "silent": [shelf for shelf in engine().catalogue.shelves() if shelf.listing.error and not shelf.models],
        "only_demo": bool(offers) and all(offer.provider.name == "demo" for offer in offers),
    }
    return render(request, "conversations/home.html", context | _page(request, None) | composer(request.user, None))


@require_safe
@never_cache
@login_required
def conversation(request: PersonRequest, conversation_id: int) -> HttpResponse:
    """A conversation, whole, with what goes on in it as far as the log has it."""
    found = access_conversation(request.user, conversation_id)
    path = load_turns(found.pk)
    drawn = draw(path, Liking(request.user.pane, touched_panes(request)))
    context: dict[str, Any] = {"turns": TURNS, "shape": digest(shape(path)), "elsewhere": elsewhere(found.pk, path)}
    context["at_work"] = any(shown.run.is_live for shown in drawn.runs)
    context |= _page(request, found.pk) | composer(request.user, found, path)
    before, after = render_to_string("conversations/conversation.html", context, request).split(TURNS)
    return HttpResponse(b"".join([before.encode(), *drawn.html, after.encode()]))


@require_safe
@never_cache
@login_required
def rail_list(request: PersonRequest) -> HttpResponse:
    """The rail, as `q` narrows it down."""
    found = rail(request.user, request.GET.get("q", "").strip())
    return HttpResponse(render_rail(found, number_from(request.GET.get("current", ""))))


@require_safe
@never_cache
@login_required
def lanes(request: PersonRequest) -> HttpResponse:
    """The picker anew: with another model, one more (`add`), one less (`drop`)."""
    asked = wishes_from(request.GET, engine().catalogue)
    drop = number_from(request.GET.get("drop", ""))
    if len(asked) > 1:
        asked = [one for number, one in enumerate(asked) if number != drop]
    if "add" in request.GET and len(asked) < MAX_LANES and (one := asked[-1] if asked else default_lane()):
        asked.append(one)
    return render(request, "conversations/_lanes.html", lanes_context(asked, single="single" in request.GET))


@require_safe
@never_cache
@login_required
def message_text(request: PersonRequest, message_id: int) -> HttpResponse:
    """A message as it was written, to be copied. `part` names one part of a reply."""
    message = access_message(request.user, message_id)
    text = text_of(message, number_from(request.GET.get("part", "")))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
@login_required
def replayed(request: PersonRequest, run_id: int) -> HttpResponse:
    """A reply as it came, to be played again: see `replaying`."""
    run = access_run(request.user, run_id)
    return HttpResponse("".join(replay(run)), content_type="application/x-ndjson")


@require_safe
@never_cache
@login_required
def edit_form(request: PersonRequest, message_id: int) -> HttpResponse:
    """A prompt as a form."""
    prompt = access_message(request.user, message_id)
    if prompt.role != Message.Role.USER:
        return HttpResponse("Only prompts can be edited.", status=404, content_type="text/plain")
    return render(request, "conversations/_edit.html", {"prompt": prompt})


@require_safe
@never_cache
@login_required
def prompt(request: PersonRequest, message_id: int) -> HttpResponse:
    """A prompt as it stands on the page, after the form was put away."""
    message = access_message(request.user, message_id)
    path = load_turns(message.conversation_id)
    place = next((turn.prompt for turn in path if turn.prompt.message.pk == message.pk), None)
    return render(request, "conversations/_prompt.html", {"prompt": message, "place": place, "mine": True})


def _page(request: PersonRequest, current: int | None) -> dict[str, Any]:
    """What the frame of every page shows."""
    return {
        "rail": rail(request.user),
        "current": current,
        "now": round(timezone.now().timestamp() * 1000),
    }
