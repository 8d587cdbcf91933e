"""Taking a shared conversation into one's own room, to go on from there: a copy of what the link shows, and of no more.

Nothing that is signed or sealed comes along: it belongs to the key by which it was made. Nor does what it cost.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from chatroom.accounts.models import User
from chatroom.conversations import deltas
from chatroom.conversations.deltas import Row, moment
from chatroom.conversations.engine import after_commit
from chatroom.conversations.models import LIVE, Conversation, Delta, Message, Part, Run, Status
from chatroom.conversations.sealing import fold
from chatroom.conversations.texts import said
from chatroom.conversations.tree import Turn
from chatroom.providers.parts import PartKind, PieceKind
from chatroom.sharing import doors
from chatroom.sharing.models import Link
from chatroom.sharing.reading import through_the_door
from chatroom.sharing.showing import Showing, showing

# What of the log a reader may have: text, and where its blocks begin.
_KINDS = (PieceKind.TEXT, PieceKind.BREAK)


@require_POST
@login_required
@through_the_door
def take(request: HttpRequest, link: Link) -> HttpResponse:
    """Copy what the link shows into a conversation of the reader's own."""
    if not link.may_take or not isinstance(request.user, User):
        return doors.nowhere(request)
    shown = showing(link)
    with transaction.atomic():
        conversation = _Copy(request.user, shown).made
    after_commit(lambda engine: engine.conversation_changed_soon(conversation.pk, conversation.owner_id))
    return redirect("conversation", conversation.pk)


class _Copy:
    """A copy under way. `made` is the new conversation."""

    def __init__(self, owner: User, shown: Showing) -> None:
        self.made = Conversation.objects.create(owner=owner, title=shown.title[:200] or "Untitled")
        self._shown = shown
        self._now = timezone.now()
        # Message of the original → of the copy.
        self._new: dict[int, Message] = {}
        self._last: Message | None = None
        for turn in shown.path:
            self._take(turn)

    def _take(self, turn: Turn) -> None:
        named = [turn.prompt.message.pk, *(reply.message.pk for lane in turn.lanes for reply in lane.replies)]
        originals = Message.objects.in_bulk(named)
        prompt = originals[turn.prompt.message.pk]
        asked = self._message(prompt, self._new.get(prompt.parent_id or 0) or self._last, prompt.text)
        for lane in turn.lanes:
            before = asked
            for reply in lane.replies:
                original = originals[reply.message.pk]
                before = self._last = self._message(original, before, "", chosen=lane.chosen)
                self._run(Run.objects.get(reply=original), before, lane.number)

    def _message(self, original: Message, parent: Message | None, text: str, *, chosen: bool = False) -> Message:
        made = Message.objects.create(
            conversation=self.made,
            parent=parent,
            role=original.role,
            text=text,
            lane=original.lane,
            line=self._new.get(original.line_id or 0),
            created_at=original.created_at,
            chosen_at=self._now if chosen else None,
        )
        self._new[original.pk] = made
        return made

    def _run(self, run: Run, reply: Message, lane: int) -> None:
        seen = self._shown.sight.run(run, lane)
        cut = self._shown.cuts.get(run.pk)
        over = not cut and run.ended_at is not None and run.status not in LIVE
        ended_at: datetime = moment(cut[1]) if cut else run.ended_at or self._now
        # How long it had thought is for those who may know that it did.
        first = None if self._shown.sight.reasoning else run.parts.exclude(kind=PartKind.REASONING).first()
        began = first and first.started_at
        made = Run.objects.create(
            reply=reply,
            provider=seen.provider,
            model=seen.model,
            label=seen.label,
            effort=seen.effort,
            budget=seen.budget,
            exclude=seen.exclude,
            summary=seen.summary,
            thought=seen.thought,
            answer_now=seen.answer_now,
            # What was not over there can be gone on with here.
            status=run.status if over else Status.STOPPED,
            finish_reason=seen.finish_reason if over else "",
            created_at=began or run.created_at,
            started_at=began or run.started_at,
            ended_at=ended_at,
            taken=True,
        )
        self._log(run, made, cut[0] if cut else None)
        fold(made.pk, ended_at)

    def _log(self, run: Run, made: Run, upto: int | None) -> None:
        visible = [one.head for one in said(run, self._shown.sight, upto)]
        places = {head.index: place for place, head in enumerate(visible)}
        rows: list[Row] = [row for row in deltas.read(run.pk, 0, upto) if row.head.index in places]
        times = {part.index: part for part in Part.objects.filter(run=run).only("index", "started_at", "ended_at")}
        Part.objects.bulk_create(
            Part(
                run=made,
                index=places[head.index],
                kind=head.kind,
                provenance=head.provenance or "",
                name=head.name,
                started_at=times[head.index].started_at,
                ended_at=times[head.index].ended_at,
            )
            for head in visible
        )
        kept = [row for row in rows if row.kind in _KINDS]
        Delta.objects.bulk_create(
            (
                Delta(run=made, seq=seq, part=places[row.head.index], kind=row.kind, text=row.text, at=row.at)
                for seq, row in enumerate(kept, 1)
            ),
            batch_size=1000,
        )
