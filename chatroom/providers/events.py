"""What a provider can say, whatever its wire format: a closed union.

A decoder turns bytes into these; everything above reads nothing else. Consume with `match` and
end with `assert_never`, so that mypy finds every reader of a kind added later.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, TypeAlias

from chatroom.providers.errors import ProviderError

Json: TypeAlias = dict[str, Any]


class Provenance(StrEnum):
    """What a piece of reasoning is. Never guessed upwards: a summary is not raw thought."""

    RAW = "raw"
    SUMMARY = "summary"
    ENCRYPTED = "encrypted"
    REDACTED = "redacted"
    HIDDEN = "hidden"  # billed, no text


FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "refusal", "pause", "error"]


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of reasoning. `text` may be empty: a part that has no visible text still exists."""

    text: str
    provenance: Provenance = Provenance.RAW


@dataclass(frozen=True, slots=True)
class ContentDelta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolDelta:
    """A piece of a tool call. `call` is unique in the reply; `name` comes with the first piece.

    `by_provider`: the provider runs the tool itself (web search, code) and wants no result from us.
    """

    call: str
    name: str
    arguments: str
    by_provider: bool = False


@dataclass(frozen=True, slots=True)
class PartEnded:
    """What follows begins a new part, even if it is of the same kind."""


@dataclass(frozen=True, slots=True)
class BlockEnded:
    """What follows is another block of the same thought: a paragraph by itself, though nothing stands between."""


@dataclass(frozen=True, slots=True)
class OpaquePiece:
    """A signed or encrypted piece, as received, to be sent back to the model that made it.

    It belongs to the latest reasoning part, or with `of="current"` to the part under way, whatever
    its kind. Where there is none it makes a reasoning part without text.
    """

    data: Json
    provenance: Provenance = Provenance.ENCRYPTED
    of: Literal["reasoning", "current"] = "reasoning"


@dataclass(frozen=True, slots=True)
class ContentWasReasoning:
    """The content so far was reasoning: `</think>` has come, and its beginning stood in the prompt.

    The part under way, shown as an answer until now, becomes raw reasoning; what follows is a new part.
    """


@dataclass(frozen=True, slots=True)
class UsageReported:
    """Token counts as of now (they replace earlier ones). None: not reported; never 0 for that.

    `reasoning` is always contained in `output` here, whichever way the provider counts.
    `cost` is in US dollars.
    """

    input: int | None = None
    output: int | None = None
    reasoning: int | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The provider's own word that it is done. `native` is that word as it came; `explanation` a sentence on it."""

    reason: FinishReason
    native: str | None = None
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The provider failed, before or inside the stream. What came earlier stays valid."""

    error: ProviderError


@dataclass(frozen=True, slots=True)
class TryingAgain:
    """The provider failed before it had said anything; it is asked once more after `pause` seconds."""

    error: ProviderError
    pause: float


Event: TypeAlias = (
    ReasoningDelta
    | ContentDelta
    | ToolDelta
    | PartEnded
    | BlockEnded
    | OpaquePiece
    | ContentWasReasoning
    | UsageReported
    | Finished
    | Failed
    | TryingAgain
)
