"""A shared conversation as a document: what a reader downloads, as data or as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chatroom.conversations.models import Message, Run
from chatroom.conversations.presenting import PROVENANCE_LABELS
from chatroom.conversations.templatetags.conversation_tags import duration
from chatroom.conversations.texts import Said, said
from chatroom.conversations.tree import replies_on
from chatroom.providers.events import Provenance
from chatroom.providers.parts import PartKind
from chatroom.sharing.showing import Showing


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply, the run as the reader may know it, and its parts, likewise."""

    run: Run
    parts: Sequence[Said]
    cut: bool

    @property
    def model(self) -> str:
        """Who said it."""
        return self.run.label or self.run.model


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A prompt and the replies to it, column by column."""

    prompt: str
    lanes: Sequence[Sequence[Reply]]

    @property
    def replies(self) -> Iterator[Reply]:
        """All of them."""
        return (reply for lane in self.lanes for reply in lane)


def transcript(shown: Showing) -> list[Exchanged]:
    """All that a link shows, in words."""
    runs = {run.reply_id: run for run in Run.objects.filter(reply__in=replies_on(shown.path))}
    prompts = dict(
        Message.objects.filter(pk__in=[turn.prompt.message.pk for turn in shown.path]).values_list("pk", "text")
    )

    def reply(message_id: int, lane: int) -> Reply:
        run = runs[message_id]
        cut = shown.cuts.get(run.pk)
        parts = said(run, shown.sight, cut[0] if cut else None)
        return Reply(shown.sight.run(run, lane), parts, cut is not None)

    return [
        Exchanged(
            prompts[turn.prompt.message.pk],
            [[reply(one.message.pk, lane.number) for one in lane.replies] for lane in turn.lanes],
        )
        for turn in shown.path
    ]


def as_data(title: str, exchanges: Sequence[Exchanged], sight_numbers: bool, sight_settings: bool) -> dict[str, Any]:
    """`{title, turns: [{prompt, replies: [{model, status, parts: [{kind, provenance, name, text}], …}]}]}`.

    `settings` and `usage` stand there only where the link shows them; None: not reported.
    """

    def of(reply: Reply) -> dict[str, Any]:
        run = reply.run
        data: dict[str, Any] = {
            "model": reply.model,
            "status": "unfinished" if reply.cut or run.is_live else str(run.status),
            "parts": [_part(part) for part in reply.parts],
        }
        if run.thought:
            data["given_reasoning"] = run.thought
        if sight_settings:
            data["settings"] = {"effort": run.effort or None, "max_reasoning_tokens": run.budget}
        if sight_numbers and not reply.cut:
            data["usage"] = {
                "input": run.input_tokens,
                "output": run.output_tokens,
                "reasoning": run.reasoning_tokens,
                "cost": run.cost,
                "cost_is_computed": run.cost_computed,
            }
        return data

    turns = [{"prompt": one.prompt, "replies": [of(reply) for reply in one.replies]} for one in exchanges]
    return {"title": title, "turns": turns}


def _part(part: Said) -> dict[str, str | None]:
    provenance = part.head.provenance
    return {
        "kind": str(part.head.kind.value),
        "provenance": str(provenance.value) if provenance else None,
        "name": part.head.name or None,
        "text": part.text,
    }


def as_markdown(title: str, exchanges: Sequence[Exchanged], note: str = "") -> str:
    """The same to be read: reasoning in a block that can be folded, marked for what it is."""
    pieces = [f"# {title}"]
    if note:
        pieces.append(note)
    for one in exchanges:
        pieces += ["## Prompt", one.prompt]
        for reply in one.replies:
            pieces.append(f"## {reply.model}")
            if reply.run.thought:
                pieces.append(_folded("The reasoning it was given", reply.run.thought))
            pieces += [_told(part) for part in reply.parts]
            if reply.cut or reply.run.is_live:
                pieces.append("*It was still at work.*")
            elif reply.run.status != "completed":
                pieces.append(f"*{reply.run.status.capitalize()} after {duration(reply.run.seconds)}.*")
    return "\n\n".join(pieces) + "\n"


def _told(part: Said) -> str:
    match part.head.kind:
        case PartKind.CONTENT:
            return part.text
        case PartKind.TOOL:
            return f"Tool call `{part.head.name}`\n\n~~~~\n{part.text}\n~~~~"
        case PartKind.REASONING:
            label = PROVENANCE_LABELS.get(part.head.provenance or Provenance.RAW, "")
            return _folded(f"Thinking: {label}", part.text or "*No text.*")


def _folded(summary: str, text: str) -> str:
    return f"<details>\n<summary>{summary}</summary>\n\n{text}\n\n</details>"
