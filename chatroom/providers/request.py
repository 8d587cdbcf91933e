"""What is asked of a model, in the room's own terms; a dialect's `encode` puts it on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from chatroom.providers.events import Json

Role: TypeAlias = Literal["system", "user", "assistant"]
Effort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
EFFORTS: tuple[Effort, ...] = ("none", "minimal", "low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True, slots=True)
class ReasoningSettings:
    """How hard to reason. All defaults: say nothing and leave it to the provider.

    `effort` and `max_tokens` exclude each other on the wire (OpenRouter answers 400 to both);
    where both are given `max_tokens`, the more exact, wins. `exclude`: reason, but do not return
    it. `enabled`: True or False says so outright, None leaves it open.
    """

    effort: Effort | None = None
    max_tokens: int | None = None
    exclude: bool = False
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One utterance as a model is shown it.

    `reasoning` and `opaque` are what the model thought before it said `content`; whoever builds
    the message fills them only for the provider and model that made them.
    """

    role: Role
    content: str
    reasoning: str = ""
    opaque: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One request to one model."""

    model: str
    messages: tuple[ChatMessage, ...]
    reasoning: ReasoningSettings = field(default_factory=ReasoningSettings)
    max_tokens: int | None = None
    stream: bool = True
