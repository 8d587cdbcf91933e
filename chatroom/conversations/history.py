"""What a model is shown: the prompts and replies before it, in its own line."""

from __future__ import annotations

from chatroom.conversations.models import Message, Part, Run
from chatroom.providers.events import Json
from chatroom.providers.parts import PartKind
from chatroom.providers.request import ChatMessage

# Said to a model in place of the person when a reply broke off and is to go on.
CONTINUE = "Continue exactly where you stopped, without repeating anything and without a word about the break."
CONTINUE_THOUGHT = (
    "You were interrupted while thinking. Your thoughts so far:\n\n{thoughts}\n\nGo on from there, and then answer."
)


def messages_for(run: Run) -> tuple[ChatMessage, ...]:
    """All that the model of `run` is shown, from the first prompt to the one it replies to."""
    by_id = {m.pk: m for m in Message.objects.filter(conversation=run.reply.conversation_id)}
    line = _line(by_id[run.reply_id], by_id)
    said = _said([m.pk for m in line if m.role == Message.Role.ASSISTANT], run)
    shown: list[ChatMessage] = []
    for message in line:
        if message.role == Message.Role.USER:
            shown.append(ChatMessage("user", message.text))
        else:
            _add_reply(shown, *said[message.pk])
    if broken := _broken_off(by_id[run.reply_id], by_id):
        thoughts = _thoughts(broken)
        shown.append(ChatMessage("user", CONTINUE_THOUGHT.format(thoughts=thoughts) if thoughts else CONTINUE))
    return tuple(shown)


def _line(reply: Message, by_id: dict[int, Message]) -> list[Message]:
    """The messages before `reply`, oldest first, along the line that it belongs to."""
    line: list[Message] = []
    while reply.parent_id is not None:
        below = by_id[reply.parent_id]
        line.append(below)
        if below.role == Message.Role.ASSISTANT:  # `reply` goes on with it
            reply = below
            continue
        before = reply.line_id or below.parent_id
        if before is None:
            break
        reply = by_id[before]
        line.append(reply)
    return line[::-1]


def _broken_off(reply: Message, by_id: dict[int, Message]) -> list[int]:
    """The replies that `reply` goes on with, the latest first; none where it is the first to its prompt."""
    broken: list[int] = []
    while reply.parent_id is not None and by_id[reply.parent_id].role == Message.Role.ASSISTANT:
        reply = by_id[reply.parent_id]
        broken.append(reply.pk)
    return broken


def _add_reply(shown: list[ChatMessage], content: str, reasoning: str, opaque: tuple[Json, ...]) -> None:
    """Add a reply; one that goes on with the reply before it becomes one with it."""
    if shown and shown[-1].role == "assistant":
        before = shown.pop()
        content = before.content + content
        reasoning, opaque = before.reasoning + reasoning, before.opaque + opaque
    if content:
        shown.append(ChatMessage("assistant", content, reasoning, opaque))


def _said(replies: list[int], run: Run) -> dict[int, tuple[str, str, tuple[Json, ...]]]:
    """For each reply its content, and its reasoning where the same model of the same provider made it."""
    content: dict[int, list[str]] = {pk: [] for pk in replies}
    reasoning: dict[int, list[str]] = {pk: [] for pk in replies}
    opaque: dict[int, list[Json]] = {pk: [] for pk in replies}
    for part in Part.objects.filter(run__reply__in=replies).select_related("run").order_by("run", "index"):
        if part.kind == PartKind.CONTENT:
            content[part.run.reply_id].append(part.text)
        elif part.kind == PartKind.REASONING and (part.run.provider, part.run.model) == (run.provider, run.model):
            reasoning[part.run.reply_id].append(part.text)
            opaque[part.run.reply_id].extend(part.opaque)
    return {pk: ("".join(content[pk]), "".join(reasoning[pk]), tuple(opaque[pk])) for pk in replies}


def _thoughts(broken: list[int]) -> str:
    """The readable thoughts of a reply that broke off, perhaps several times, before it said anything.

    Empty where it had begun to answer.
    """
    parts = list(Part.objects.filter(run__reply__in=broken).order_by("run", "index"))
    if any(part.kind == PartKind.CONTENT and part.text for part in parts):
        return ""
    return "".join(part.text for part in parts if part.kind == PartKind.REASONING)
