"""What is asked of a model, in the room's own terms; a dialect's `encode` puts it on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from chatroom.providers.events import Json
from chatroom.providers.parts import Part, PartKind

Role: TypeAlias = Literal["system", "user", "assistant"]
Effort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
Summary: TypeAlias = Literal["auto", "concise", "detailed"]
SUMMARIES: tuple[Summary, ...] = ("auto", "concise", "detailed")
EFFORTS: tuple[Effort, ...] = ("none", "minimal", "low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True, slots=True)
class ReasoningSettings:
    """How hard to reason. All defaults: say nothing and leave it to the provider.

    `effort` and `max_tokens` exclude each other on the wire (OpenRouter answers 400 to both);
    where both are given `max_tokens`, the more exact, wins. `exclude`: reason, but do not return
    it. `enabled`: True or False says so outright, None leaves it open. `summary`: how full an account
    of its thought a model that keeps the thought itself is to give.
    """

    effort: Effort | None = None
    max_tokens: int | None = None
    exclude: bool = False
    enabled: bool | None = None
    summary: Summary | None = None


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One utterance as a model is shown it.

    `content` is all that was said, for every model. `parts` are the parts of a reply in wire order,
    with their reasoning and their opaque pieces; whoever builds the message fills them only for the
    provider and model that made them.
    """

    role: Role
    content: str
    parts: tuple[Part, ...] = ()

    @property
    def reasoning(self) -> str:
        """All readable reasoning of the parts."""
        return "".join(part.text for part in self.parts if part.head.kind is PartKind.REASONING)

    @property
    def opaque(self) -> tuple[Json, ...]:
        """All opaque pieces of the parts, in order."""
        return tuple(piece for part in self.parts for piece in part.opaque)


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One request to one model."""

    model: str
    messages: tuple[ChatMessage, ...]
    reasoning: ReasoningSettings = field(default_factory=ReasoningSettings)
    max_tokens: int | None = None
    stream: bool = True
