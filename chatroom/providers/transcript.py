"""All that a provider said, as one JSON object: what the command line prints for other programs."""

from __future__ import annotations

from dataclasses import asdict

from chatroom.providers.errors import ErrorKind, ProviderError
from chatroom.providers.events import (
    Event,
    Failed,
    Finished,
    FinishReason,
    Json,
    ToolDelta,
    TryingAgain,
    UsageReported,
)
from chatroom.providers.parts import Assembler, Part, PartKind, Piece, fold

# Troubles that are not the provider's own word.
_NOT_SAID: frozenset[ErrorKind] = frozenset({"unreachable", "silent", "cut", "malformed"})


class Transcript:
    """Collects the events of one reply."""

    def __init__(self) -> None:
        self._assembler = Assembler()
        self._pieces: list[Piece] = []
        self.usage = UsageReported()
        self.finished: Finished | None = None
        self.error: ProviderError | None = None
        self._run_by_provider: set[int] = set()  # the tool parts that want no result from us

    def add(self, event: Event) -> None:
        """Take the next event."""
        match event:
            case UsageReported():
                self.usage = event
            case Finished():
                self.finished = event
            case Failed(error):
                self.error = error
            case TryingAgain():
                self.usage, self.finished = UsageReported(), None
            case _:
                piece = self._assembler.place(event)
                if piece is not None:
                    self._pieces.append(piece)
                    if isinstance(event, ToolDelta) and event.by_provider:
                        self._run_by_provider.add(piece.head.index)

    def parts(self) -> list[Part]:
        """Return the parts so far."""
        return fold(self._pieces)

    def as_json(self) -> Json:
        """Return the object that `ask --json` prints.

        parts           [{kind, text, provenance, name}] in wire order; provenance of reasoning, name of tools
        reasoning       all reasoning text            content       all answer text
        usage           {input, output, reasoning, cost}, null where not reported
        finish_reason   a `FinishReason` or null      tool_calls    names of those that wait for a result
        opaque          how many opaque pieces        error         {kind, message, status, retryable} or null
        """
        parts = self.parts()
        return {
            "parts": [
                {
                    "kind": part.head.kind,
                    "text": part.text,
                    "provenance": part.head.provenance,
                    "name": part.head.name or None,
                }
                for part in parts
            ],
            "reasoning": "".join(part.text for part in parts if part.head.kind is PartKind.REASONING),
            "content": "".join(part.text for part in parts if part.head.kind is PartKind.CONTENT),
            "usage": asdict(self.usage),
            "finish_reason": self._finish_reason(),
            "tool_calls": [
                part.head.name
                for part in parts
                if part.head.kind is PartKind.TOOL and part.head.index not in self._run_by_provider
            ],
            "opaque": sum(len(part.opaque) for part in parts),
            "error": None if self.error is None else _error_as_json(self.error),
        }

    def _finish_reason(self) -> FinishReason | None:
        if self.finished is not None:
            return self.finished.reason
        return "error" if self.error is not None and self.error.kind not in _NOT_SAID else None


def _error_as_json(error: ProviderError) -> Json:
    return {
        "kind": error.kind,
        "message": error.message,
        "status": error.status,
        "retryable": error.retryable,
    }
