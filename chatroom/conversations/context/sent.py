"""A model's history as a person is told of it: which earlier reasoning goes to it, which stays, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from chatroom.conversations.context.history import Earlier, History
from chatroom.conversations.context.reasoning_back import Inventory, Verdict
from chatroom.conversations.forms import Asked
from chatroom.conversations.models import Run
from chatroom.conversations.presenting import PROVENANCE_LABELS
from chatroom.providers.dialects import DIALECTS
from chatroom.providers.events import Json
from chatroom.providers.parts import Part, PartKind
from chatroom.providers.provider import Provider
from chatroom.providers.request import ChatMessage, ChatRequest

FIRST_WORDS = 120


@dataclass(frozen=True, slots=True)
class Line:
    """One message: who speaks, its first words, and of an earlier reply what reasoning it has and what becomes of it.

    `reply` is None where a person speaks, or the room in their place.
    """

    who: str
    words: str
    reply: Earlier | None = None
    has: str = ""
    fate: str = ""
    goes: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """What one model is sent. `run` is None where the prompt is yet to be written.

    `recorded`: the request as it went out can be looked up.
    """

    label: str
    lines: Sequence[Line]
    run: Run | None = None
    recorded: bool = False

    @property
    def with_reasoning(self) -> int:
        """How many earlier replies have reasoning."""
        return sum(
            line.reply is not None and bool(line.reply.has.reasoning or line.reply.has.opaque) for line in self.lines
        )

    @property
    def going(self) -> int:
        """Of how many it goes."""
        return sum(line.goes for line in self.lines)


def lines(history: History, asked: Asked, provider: Provider | None) -> list[Line]:
    """What the model that is `asked` is shown, oldest first. `provider` is None where it is not there now."""
    told: list[Line] = []
    for step in history.steps:
        beside = f"With another model's reasoning beside it, {_characters(len(step.thought))}." if step.thought else ""
        told.append(Line("You", _first_words(step.prompt.text), fate=beside))
        told += [_line(reply, asked, provider) for reply in step.replies]
    if history.urge:
        told.append(Line("The room, in your place", _first_words(history.urge)))
    return told


def _line(reply: Earlier, asked: Asked, provider: Provider | None) -> Line:
    fate, goes = _fate(reply, asked), reply.verdict.goes
    if goes and provider and reply.parts and not _has_a_place(reply, asked, provider):
        why = "it led to a tool call" if reply.has.tools else f"asked like this, {provider.label} is sent none of it"
        fate, goes = f"Stays: {why}.", False
    who = reply.run.label or reply.run.model
    words = _first_words(reply.answer) or ("(at work)" if reply.run.is_live else "(no answer)")
    return Line(who, words, reply, _inventory(reply.has), fate, goes)


def _fate(reply: Earlier, asked: Asked) -> str:
    """What becomes of a reply's reasoning, and why, in a sentence."""
    match reply.verdict:
        case Verdict.VERBATIM:
            return "Goes back as it came."
        case Verdict.TEXT:
            return "Goes as text, as you chose."
        case Verdict.RESUMED:
            return "Goes as text, for the model to go on from."
        case Verdict.NEVER:
            return "Stays, as you chose."
        case Verdict.FOREIGN:
            made_by = reply.run.provider if reply.run.model == asked.model else reply.run.label or reply.run.model
            return f"Stays: it goes back only to {made_by}, which made it."
        case Verdict.BROKEN:
            return "Stays: the reply broke off before it was whole."
        case Verdict.PIECED:
            return "Stays: the reply was made in several goes, and is sent as one."
        case Verdict.LIVE:
            return "Not known yet: the model is at work."
        case Verdict.NOTHING:
            if reply.has.opaque:
                return "Stays: it is sealed, and only what can be read can go as text."
            if reply.run.reasoning_tokens:
                return f"Nothing to send: of {reply.run.reasoning_tokens:,} tokens of thought no text came."
            return ""
        case _:
            assert_never(reply.verdict)


def _inventory(has: Inventory) -> str:
    """What reasoning there is: `raw thought, 1,234 characters, 1 sealed piece`; empty where there is none."""
    if not has.reasoning and not has.opaque and not has.tools:
        return ""
    labels = [PROVENANCE_LABELS[provenance] for provenance in dict.fromkeys(has.provenances)]
    amounts = [_characters(has.reasoning)] if has.reasoning else []
    if has.opaque:
        amounts.append(f"{has.opaque} sealed {'piece' if has.opaque == 1 else 'pieces'}")
    if has.tools:
        amounts.append(f"{has.tools} tool {'call, which stays' if has.tools == 1 else 'calls, which stay'}")
    return " · ".join(labels + amounts)


def _has_a_place(reply: Earlier, asked: Asked, provider: Provider) -> bool:
    """Whether the provider's dialect puts any of the reasoning on the wire: else the request is the same without."""
    dialect = DIALECTS[provider.dialect]

    def encoded(parts: tuple[Part, ...]) -> Json:
        said = (ChatMessage("user", "?"), ChatMessage("assistant", reply.answer, parts), ChatMessage("user", "?"))
        request = ChatRequest(asked.model, said, asked.reasoning)
        return dialect.encode(request, base_url=provider.base_url, api_key=None).json

    answer = tuple(Part(part.head, part.text) for part in reply.parts if part.head.kind is PartKind.CONTENT)
    return encoded(reply.parts) != encoded(answer)


def _characters(count: int) -> str:
    return f"{count:,} {'character' if count == 1 else 'characters'}"


def _first_words(text: str) -> str:
    words = " ".join(text[: 2 * FIRST_WORDS].split())
    return words if len(words) <= FIRST_WORDS else words[:FIRST_WORDS].rsplit(" ", 1)[0] + "…"
