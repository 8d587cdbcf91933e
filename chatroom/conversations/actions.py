"""What people do to conversations. Only here is the record written for them, and after the commit announced."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max, ProtectedError
from django.utils import timezone

from chatroom.accounts.models import User
from chatroom.conversations.claims import request_stop
from chatroom.conversations.engine import after_commit, begun_here
from chatroom.conversations.forms import Asked
from chatroom.conversations.holding import is_held
from chatroom.conversations.limits import in_turn, room_for
from chatroom.conversations.models import Conversation, Message, Part, Run
from chatroom.conversations.pages import load_turns
from chatroom.conversations.refusals import CannotDo, TooMany
from chatroom.conversations.thoughts import NOTHING, READABLE, Beside
from chatroom.conversations.tree import Lane, Turn
from chatroom.providers.parts import PartKind

TITLE_LENGTH = 60
KEPT = "The house keeps this conversation for now; it cannot be deleted."


def begin(user: User, text: str, lanes: Sequence[Asked], form_key: uuid.UUID | None) -> Conversation:
    """Begin a conversation with a prompt. The same form sent again leads to the same conversation."""
    try:
        with transaction.atomic():
            conversation = Conversation.objects.create(owner=user, title=title_from(text))
            _prompt(conversation, None, text, lanes, form_key)
    except (IntegrityError, TooMany):  # the first of two same forms may have taken the last room
        earlier = Message.objects.filter(form_key=form_key, conversation__owner=user).select_related("conversation")
        if form_key is None or (before := earlier.first()) is None:
            raise
        return before.conversation
    return conversation


def ask(conversation: Conversation, text: str, lanes: Sequence[Asked], form_key: uuid.UUID | None) -> None:
    """Go on with a prompt, after the turn that stands last on the page. Raises CannotDo."""
    path = load_turns(conversation.pk)
    try:
        with transaction.atomic():
            _prompt(conversation, path[-1] if path else None, text, lanes, form_key)
    except (IntegrityError, TooMany, CannotDo):  # the same form may have been here before, and be under way
        if form_key is None or not Message.objects.filter(form_key=form_key, conversation=conversation).exists():
            raise


def edit(prompt: Message, text: str) -> None:
    """Say it otherwise: a sibling of `prompt`, asked of the same models; the old branch stays."""
    path = load_turns(prompt.conversation_id)
    number = next((n for n, turn in enumerate(path) if turn.prompt.message.pk == prompt.pk), None)
    if number is None:
        raise CannotDo("That prompt is not on the page any more.")
    runs = Run.objects.filter(reply__in=[lane.first for lane in path[number].lanes]).order_by("reply__lane")
    lanes = [Asked.again(run) for run in runs]
    if not lanes:
        raise CannotDo("No model was asked there.")
    beside = [Beside.again(run) for run in runs]
    with transaction.atomic():
        at = _after_all(prompt.conversation)
        _prompt(prompt.conversation, path[number - 1] if number else None, text, lanes, beside=beside, at=at)


def hand_over(thought: Part, text: str, asked: Asked, *, compare: bool, form_key: uuid.UUID | None) -> None:
    """Ask another model the same prompt beside it, with `text`, what a person made of `thought`.

    With `compare` it is asked without it as well, in the lane before. Raises CannotDo.
    """
    prompt = thought.run.reply
    while prompt.parent and prompt.role == Message.Role.ASSISTANT:
        prompt = prompt.parent
    conversation = prompt.conversation
    beside = [Beside(thought_from_id=thought.pk)] if compare else []
    beside.append(Beside(text, thought.pk))
    same_form = Message.objects.filter(form_key=form_key, conversation=conversation)
    if form_key and same_form.exists():
        return
    try:
        with transaction.atomic():
            in_turn()
            show(prompt)
            path = load_turns(conversation.pk)
            number = next(n for n, turn in enumerate(path) if turn.prompt.message.pk == prompt.pk)
            before = path[number - 1] if number else None
            _prompt(
                conversation, before, prompt.text, [asked] * len(beside), form_key, beside, _after_all(conversation)
            )
    except (IntegrityError, TooMany):
        if form_key is None or not same_form.exists():
            raise


def retry(run: Run) -> None:
    """Ask the same again: a sibling of the reply. One try at a time: a second click asks for nothing more."""
    _one_more(run, run.reply.parent, Beside.again(run))


def go_on(run: Run) -> None:
    """Let the model go on with a reply that broke off."""
    if run.is_live:
        raise CannotDo("It is still going on.")
    _one_more(run, run.reply, replace(Beside.again(run), answer_now=False))


def answer_now(run: Run, asked: Asked) -> None:
    """Stop a run in mid-thought, and let `asked`, its model, answer from what it has thought.

    A second click does nothing more. Raises CannotDo where there is no thought to answer from, or an answer already.
    """
    reply = run.reply
    with transaction.atomic():
        in_turn()
        Conversation.objects.select_for_update().get(pk=reply.conversation_id)  # of two clicks the second waits
        if Run.objects.filter(reply__parent=reply, answer_now=True).exists():
            return
        if not Run.objects.filter(pk=run.pk, ended_at=None).exists():
            raise CannotDo("It is over already.")
        parts = Part.objects.filter(run=run)
        if parts.filter(kind=PartKind.CONTENT).exists():
            raise CannotDo("It has begun to answer already.")
        if not parts.filter(kind=PartKind.REASONING, provenance__in=READABLE).exists():
            raise CannotDo("It has thought nothing yet that it could answer from.")
        room_for(reply.conversation.owner_id, 1, instead_of=1)
        stop(run)
        beside = replace(Beside.again(run), answer_now=True)
        _reply(reply.conversation, reply, asked, reply.lane, reply.line, beside, _after_all(reply.conversation))


def _one_more(run: Run, parent: Message | None, beside: Beside) -> None:
    reply = run.reply
    with transaction.atomic():
        in_turn()
        Conversation.objects.select_for_update().get(pk=reply.conversation_id)  # of two clicks the second waits
        under_way = Run.objects.filter(reply__parent=parent, reply__lane=reply.lane, ended_at=None)
        if not under_way.exclude(pk=run.pk).exists():
            room_for(reply.conversation.owner_id, 1)
            at = _after_all(reply.conversation)
            _reply(reply.conversation, parent, Asked.again(run), reply.lane, reply.line, beside, at)


def stop(run: Run) -> None:
    """Stop a run, wherever it is."""
    request_stop(run)
    after_commit(lambda engine: engine.stop_soon(run))


def stop_all(conversation: Conversation) -> None:
    """Stop all that goes on in a conversation."""
    live = Run.objects.filter(reply__conversation=conversation, ended_at=None).select_related("reply__conversation")
    for run in live:
        stop(run)


def select(message: Message) -> None:
    """Show this one of its siblings."""
    Message.objects.filter(pk=message.pk).update(selected_at=_after_all(message.conversation))
    _announce(message.conversation)


def show(message: Message) -> None:
    """Show the branch that `message` is on: select it, and each that it follows, among their siblings."""
    before = dict(Message.objects.filter(conversation=message.conversation_id).values_list("pk", "parent"))
    branch: list[int] = []
    at: int | None = message.pk
    while at is not None:
        branch.append(at)
        at = before[at]
    Message.objects.filter(pk__in=branch).update(selected_at=_after_all(message.conversation))
    _announce(message.conversation)


def choose(reply: Message, *, only: bool) -> None:
    """Go on with this one of several models, or (`only` False) with all of them again."""
    if reply.role != Message.Role.ASSISTANT:
        raise CannotDo("Only a reply can be gone on with.")
    while reply.parent and reply.parent.role == Message.Role.ASSISTANT:
        reply = reply.parent  # a lane is known by its first reply
    lanes = Message.objects.filter(parent=reply.parent, role=Message.Role.ASSISTANT)
    if Message.objects.filter(parent__in=lanes, role=Message.Role.USER).exists():
        raise CannotDo("The conversation has gone on from there. Edit the prompt that follows to go another way.")
    lanes.update(chosen_at=None)
    if only:
        Message.objects.filter(pk=reply.pk).update(chosen_at=timezone.now())
    _announce(reply.conversation)


def send_back(reply: Message, choice: str) -> None:
    """Settle what of a reply's reasoning goes with later prompts: a ReasoningBack, or empty for the room's own way."""
    if reply.role != Message.Role.ASSISTANT:
        raise CannotDo("Only a reply has reasoning.")
    Message.objects.filter(pk=reply.pk).update(reasoning_back=choice)


def rename(conversation: Conversation, title: str) -> None:
    """Give another title; a blank one is not taken."""
    if title := " ".join(title.split())[:200]:
        conversation.title = title
        conversation.save(update_fields=["title"])
        _announce(conversation)


def pin(conversation: Conversation, *, pinned: bool) -> None:
    """Keep at the top of the rail, or not."""
    conversation.pinned = pinned
    conversation.save(update_fields=["pinned"])
    _announce(conversation)


def delete(conversation: Conversation) -> None:
    """Delete with all that was said; what goes on is stopped first, so that it stops billing.

    Raises CannotDo where the house keeps it.
    """
    if is_held(conversation):
        raise CannotDo(KEPT)
    stop_all(conversation)
    pk, owner = conversation.pk, conversation.owner_id
    with transaction.atomic():
        # The log locks a run before it writes to it; with the lock in our hands it waits, and finds nothing.
        list(Run.objects.select_for_update().filter(reply__conversation=conversation).values_list("pk"))
        try:
            conversation.delete()
        except ProtectedError:  # since this moment it is
            raise CannotDo(KEPT) from None
    after_commit(lambda engine: engine.conversation_changed_soon(pk, owner))


def title_from(text: str) -> str:
    """A title: the first line of what was said, cut between words."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if len(line) <= TITLE_LENGTH:
        return line or "Untitled"
    return line[:TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def _prompt(
    conversation: Conversation,
    after: Turn | None,
    text: str,
    lanes: Sequence[Asked],
    form_key: uuid.UUID | None = None,
    beside: Sequence[Beside] = (),
    at: datetime | None = None,
) -> None:
    """Add a prompt after a turn (None: at the root) and a reply of each model; `beside`, if any, is one for each.

    `at`: when they were selected last, where there are others to select from.

    The models must have had their say: what is not said yet cannot be shown to the next. Raises CannotDo, and TooMany
    where so many runs go on already that there is no room.
    """
    in_turn()
    room_for(conversation.owner_id, len(lanes))
    if after and Run.objects.filter(reply__in=[lane.last for lane in after.followed], ended_at=None).exists():
        raise CannotDo("The reply is still going on. Wait for its end, or stop it.")
    prompt = Message.objects.create(
        conversation=conversation,
        parent=after.followed[0].last if after else None,
        role=Message.Role.USER,
        text=text,
        form_key=form_key,
        selected_at=at or timezone.now(),
    )
    lines = lines_after(after, lanes)
    for number, (asked, line, told) in enumerate(zip(lanes, lines, beside or [NOTHING] * len(lanes), strict=True)):
        _reply(conversation, prompt, asked, number, line, told, at)


def _reply(
    conversation: Conversation,
    parent: Message | None,
    asked: Asked,
    lane: int,
    line: Message | None,
    beside: Beside,
    at: datetime | None,
) -> None:
    """Add a reply and its run."""
    with transaction.atomic(savepoint=False):
        reply = Message.objects.create(
            conversation=conversation,
            parent=parent,
            role=Message.Role.ASSISTANT,
            lane=lane,
            line=line,
            selected_at=at or timezone.now(),
        )
        # What follows a prompt can begin; what goes on with a reply may have to wait for its end.
        begun = begun_here() if parent and parent.role == Message.Role.USER else {}
        run = Run.objects.create(
            reply=reply,
            provider=asked.provider,
            model=asked.model,
            label=asked.label,
            effort=asked.effort,
            budget=asked.budget,
            exclude=asked.exclude,
            summary=asked.summary,
            thought=beside.thought,
            thought_from_id=beside.thought_from_id,
            answer_now=beside.answer_now,
            **begun,
        )
        conversation.touched_at = timezone.now()
        conversation.save(update_fields=["touched_at"])
    after_commit(lambda engine: engine.begin_soon(run) if begun else engine.run_queued_soon())
    _announce(conversation)


def _after_all(conversation: Conversation) -> datetime:
    """Now, or right after any message here was selected: the clock may have been set back since."""
    last = Message.objects.filter(conversation=conversation).aggregate(last=Max("selected_at"))["last"]
    return max(timezone.now(), last + timedelta(microseconds=1)) if last else timezone.now()


def lines_after(after: Turn | None, lanes: Sequence[Asked]) -> list[Message | None]:
    """For each model the reply that it made itself in the turn before, where several were asked and all go on."""
    if after is None or len(after.followed) < 2:
        return [None] * len(lanes)
    runs = {run.reply_id: run for run in Run.objects.filter(reply__in=[lane.first for lane in after.followed])}
    followed: Sequence[Lane] = after.followed
    if len(lanes) < len(followed):  # of one that was asked with another's thought and without it: with it
        followed = sorted(followed, key=lambda lane: not runs[lane.first.pk].thought)
    made = [(Asked.again(runs[lane.first.pk]), lane.last) for lane in followed]
    free = list(made)
    lines: list[Message | None] = []
    for asked in lanes:
        # The very same settings if there are, else the same model: one model may be there at several efforts. One that
        # is asked more often than before is shown the same each time.
        mine = next((pair for pair in free if pair[0] == asked), None)
        mine = mine or next((pair for pair in [*free, *made] if pair[0].key == asked.key), None)
        if mine in free:
            free.remove(mine)
        lines.append(mine[1] if mine else None)
    return lines


def _announce(conversation: Conversation) -> None:
    after_commit(lambda engine: engine.conversation_changed_soon(conversation.pk, conversation.owner_id))
