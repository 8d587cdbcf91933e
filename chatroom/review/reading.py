"""Reading a reply: the conversation that it stands in, its replay, its wire view, the other replies to its prompt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from chatroom.accounts.models import User
from chatroom.conversations.drawing import Liking, draw
from chatroom.conversations.http import PersonRequest
from chatroom.conversations.models import Message, Part, Run
from chatroom.conversations.pages import load_turns
from chatroom.conversations.panes import touched_panes
from chatroom.conversations.presenting import part_id
from chatroom.conversations.refusals import BadInput, CannotDo
from chatroom.conversations.replaying import replay
from chatroom.conversations.texts import message_text
from chatroom.conversations.tree import Lane, Shown, Turn
from chatroom.conversations.wire import views as wire_views
from chatroom.ledger.models import Entry
from chatroom.review import openings, queue
from chatroom.review.access import access_reply, reviewers_only
from chatroom.review.models import Flag, Opening
from chatroom.review.panel import panel_context
from chatroom.review.rules import SIGHT, name_of

What = Opening.What
# In the template's place for the turns, as on a person's own page.
TURNS = SafeString("<turns>")


def opened(
    what: Opening.What, shown: Callable[..., Run] = lambda run, **_: run, *, asks: bool = False
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponseBase]]:
    """A view of a reply, `view(request, run, …)`: for reviewers, and noted before it shows anything.

    `shown(run, …)`: the reply that is shown, where it is another of the conversation. `asks`: it is a page, which can
    ask for the reason first.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
        @require_safe
        @reviewers_only
        def answer(request: PersonRequest, /, run_id: int, **kwargs: int) -> HttpResponse:
            run = access_reply(request.user, run_id)
            if openings.reason(request.user, run) is None:
                if asks:
                    return _ask_why(request, run)
                raise CannotDo("The reason that you gave does not hold any more. Load the page again.")
            openings.record(request.user, shown(run, **kwargs), what)
            return view(request, run, **kwargs)

        return wraps(view)(answer)

    return decorate


def _run_of_message(run: Run, message_id: int) -> Run:
    """The reply that a message of the conversation is, or, of a prompt, the first that answers it."""
    there = Run.objects.filter(reply__conversation=run.reply.conversation_id, ended_at__isnull=False)
    there = there.select_related("reply__conversation")
    if itself := there.filter(reply=message_id).first():
        return itself
    below = there.filter(reply__parent=message_id, reply__parent__role=Message.Role.USER).order_by("pk").first()
    if below is None:
        raise Http404
    return below


def _other_run(run: Run, shown_id: int) -> Run:
    there = Run.objects.filter(reply__conversation=run.reply.conversation_id, ended_at__isnull=False)
    return get_object_or_404(there.select_related("reply__conversation"), pk=shown_id)


def address_of(run_id: int, filters: str = "") -> str:
    """Where a reply is read; `filters`: the queue that one comes from."""
    query = f"?{filters}" if filters else ""
    return f"{reverse('review_reply', args=[run_id])}{query}#r{run_id}"


@opened(What.PAGE, asks=True)
def reply(request: PersonRequest, run: Run) -> HttpResponse:
    """The conversation on the branch of the reply, its thought open, beside the panel in which it is marked."""
    path = load_turns(run.reply.conversation_id, run.reply_id)
    return _page(request, run, path, [run.pk])


@opened(What.PAGE, asks=True)
def replies(request: PersonRequest, run: Run) -> HttpResponse:
    """All replies to the prompt, side by side. Each is noted as opened."""
    prompt = _prompt_of(run.reply)
    together = _to_the_same(prompt)
    here = Run.objects.filter(reply__in=together).select_related("reply__conversation")
    for other in here:
        if other.pk != run.pk:
            openings.record(request.user, other, What.REPLIES)
    lanes = tuple(Lane(number, (Shown(one, (one,)),)) for number, one in enumerate(together))
    return _page(request, run, [Turn(Shown(prompt, (prompt,)), lanes)], [other.pk for other in here], compared=True)


@opened(What.TEXT, _run_of_message)
def text(request: PersonRequest, run: Run, message_id: int) -> HttpResponse:
    """A message of the conversation as it was written, to be copied."""
    message = get_object_or_404(Message, pk=message_id, conversation=run.reply.conversation_id)
    return HttpResponse(message_text(message), content_type="text/plain; charset=utf-8")


@opened(What.REPLAY, _other_run)
def replayed(request: PersonRequest, run: Run, shown_id: int) -> HttpResponse:
    """A reply of the conversation as it came, to be played again."""
    return HttpResponse("".join(replay(_other_run(run, shown_id), SIGHT)), content_type="application/x-ndjson")


@opened(What.WIRE, asks=True)
def wire(request: PersonRequest, run: Run) -> HttpResponse:
    """What went over the wire for it."""
    return wire_views.wire_page(request, run, reverse("review_wire", args=[run.pk]), address_of(run.pk))


@opened(What.WIRE)
def wire_curl(request: PersonRequest, run: Run, number: int) -> HttpResponse:
    """A request as a command for a shell."""
    return wire_views.curl_of(run, number)


@opened(What.WIRE)
def wire_body(request: PersonRequest, run: Run, number: int) -> HttpResponse:
    """The body of an answer, as it came."""
    return wire_views.received(run, number)


@opened(What.WIRE)
def wire_json(request: PersonRequest, run: Run, number: int) -> HttpResponse:
    """An exchange for other programs."""
    return wire_views.json_of(run, number)


@require_http_methods(["POST"])
@reviewers_only
def why(request: PersonRequest, run_id: int) -> HttpResponse:
    """Take the reason for which a reply is opened; then it is."""
    run = access_reply(request.user, run_id)
    given = request.POST.get("why", "").replace("\0", "").strip()
    if not given or len(given) > openings.LONGEST:
        return _ask_why(request, run, "Say why." if not given else f"At most {openings.LONGEST:,} characters.", 422)
    openings.record(request.user, run, What.PAGE, given)
    query = QueryDict(request.POST.get("filters", "")).urlencode()
    return HttpResponseRedirect(address_of(run.pk, query))


def _ask_why(request: PersonRequest, run: Run, error: str = "", status: int = 200) -> HttpResponse:
    context = {
        "run": run,
        "error": error,
        "filters": request.POST.get("filters", "") or request.GET.urlencode(),
        "why": request.POST.get("why", ""),
    }
    return render(request, "review/why.html", context, status=status)


def _page(
    request: PersonRequest, run: Run, path: Sequence[Turn], read: Sequence[int], *, compared: bool = False
) -> HttpResponse:
    """`path` as a page. The thoughts of the replies that are read stand open."""
    open_panes = dict.fromkeys((part_id(*place) for place in _thoughts(read)), True)
    liking = Liking("closed", open_panes | dict(touched_panes(request)))
    drawn = draw(path, liking, SIGHT)
    entry = Entry.objects.select_related("asked").filter(run=run).first()
    filters = request.GET.copy()
    filters.pop("mark", None)
    context: dict[str, Any] = {
        "turns": TURNS,
        "run": run,
        "entry": entry,
        "conversation": run.reply.conversation,
        "person": name_of(run.reply.conversation.owner),
        "compared": compared,
        "flag": Flag.objects.filter(run=run).first(),
        "others": len(_to_the_same(_prompt_of(run.reply))) - 1,
        "filters": filters.urlencode(),
        "now": round(timezone.now().timestamp() * 1000),
        "tells": settings.REVIEW_TELLS,
        **_neighbours(request.user, entry, filters),
        **panel_context(request.user, run),
    }
    before, after = render_to_string("review/reply.html", context, request).split(TURNS)
    return HttpResponse(b"".join([before.encode(), *drawn.html, after.encode()]))


def _neighbours(user: User, entry: Entry | None, filters: QueryDict) -> dict[str, Any]:
    """The replies before and after in the queue that one comes from."""
    if entry is None or not filters:
        return {}
    try:
        return queue.neighbours(user, filters, entry)
    except BadInput:
        return {}


def _thoughts(run_ids: Sequence[int]) -> list[tuple[int, int]]:
    thoughts = Part.objects.filter(run__in=run_ids, kind="reasoning")
    return list(thoughts.order_by("run", "index").values_list("run", "index"))


def _prompt_of(message: Message) -> Message:
    """The prompt that a reply answers, or goes on to answer."""
    while message.role != Message.Role.USER:
        if message.parent is None:
            raise Http404
        message = message.parent
    return message


def _to_the_same(prompt: Message) -> list[Message]:
    """The replies to a prompt that are over."""
    replies = prompt.children.filter(role=Message.Role.ASSISTANT, run__ended_at__isnull=False)
    return list(replies.order_by("lane", "pk"))
