"""Cohere's chat, version 2 → events.

    {"type": "content-start", "delta": {"message": {"content": {"type": "thinking" or "text"}}}}
    {"type": "content-delta", "delta": {"message": {"content": {"thinking"} or {"text"}}}}
    {"type": "content-end"}
    {"type": "tool-plan-delta", "delta": {"message": {"tool_plan"}}}
    {"type": "tool-call-start", "index", "delta": {"message": {"tool_calls": {"id", "function": {"name", …}}}}}
    {"type": "tool-call-delta", "index", "delta": {"message": {"tool_calls": {"function": {"arguments"}}}}}
    {"type": "message-end", "delta": {"finish_reason", "usage", "error"?}}

A whole answer is {"message": {"content": [{"type", …}], "tool_plan", "tool_calls": […]}, "finish_reason",
"usage"}; a failure {"id", "message": "text"}. A tool plan is "a chain-of-thought style reflection and plan"
(docs.cohere.com/reference/chat) of models that do not think before they call tools.
"""

from __future__ import annotations

from chatroom.providers.dialects.base import BodyDecoder
from chatroom.providers.error_bodies import error_from_json
from chatroom.providers.events import (
    ContentDelta,
    Event,
    Finished,
    FinishReason,
    Json,
    PartEnded,
    ReasoningDelta,
    ToolDelta,
    UsageReported,
)
from chatroom.providers.loose_json import as_count, as_list, as_object, as_text
from chatroom.providers.sse import ServerSentEvent

_FINISH: dict[str, FinishReason] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tool_calls",
}

# Reasons that are failures, as errors of this dialect.
_FAILURES: dict[str, Json] = {"ERROR": {}, "TIMEOUT": {"type": "timeout"}}


class CohereDecoder(BodyDecoder):
    """Reads one answer. See `Decoder`."""

    def __init__(self) -> None:
        super().__init__()
        self._calls: dict[int, str] = {}  # index → call
        self._begun = 0  # calls
        self._done = False

    def _read(self, event: ServerSentEvent, out: list[Event]) -> None:
        if self._done:
            return
        if event.data[:1] != b"{":
            data = event.data.strip()
            if not data:
                return
            if data == b"[DONE]":
                self._done = True
                return
        chunk = self._object(event)
        kind = chunk.get("type")
        delta = chunk.get("delta")
        message = delta.get("message") if type(delta) is dict else None
        if kind == "content-delta" and type(message) is dict:
            self._heard = True
            self._read_block(message.get("content"), out)
        elif event.name == "error" or kind == "error" or chunk.get("error") or type(chunk.get("message")) is str:
            raise error_from_json(chunk)
        elif type(kind) is str:
            self._read_rarer(kind, chunk, as_object(message), out)
        elif type(chunk.get("message")) is dict:
            self._heard = True
            self._read_whole(chunk["message"], out)
            self._finish(chunk, out)
        else:
            self._strange = True

    def _read_block(self, block: object, out: list[Event]) -> None:
        if type(block) is not dict:
            return
        thought = block.get("thinking")
        if type(thought) is str and thought:
            out.append(ReasoningDelta(thought))
        text = block.get("text")
        if type(text) is str and text:
            out.append(ContentDelta(text))

    def _read_rarer(self, kind: str, chunk: Json, message: Json, out: list[Event]) -> None:
        match kind:
            case "message-start" | "citation-start" | "citation-end" | "tool-call-end" | "debug":
                pass
            case "content-start":
                self._read_block(message.get("content"), out)
            case "content-end":
                out.append(PartEnded())
            case "tool-plan-delta":
                self._read_plan(message, out)
            case "tool-call-start" | "tool-call-delta":
                self._read_call(message.get("tool_calls"), chunk.get("index"), kind == "tool-call-start", out)
            case "message-end":
                self._finish(as_object(chunk.get("delta")), out)
            case _:
                self._strange = True
                return
        self._heard = True

    def _read_whole(self, message: Json, out: list[Event]) -> None:
        content = message.get("content")
        for block in [{"text": content}] if type(content) is str else as_list(content):
            self._read_block(block, out)
            out.append(PartEnded())
        self._read_plan(message, out)
        for index, call in enumerate(as_list(message.get("tool_calls"))):
            self._read_call(call, index, True, out)

    def _read_plan(self, message: Json, out: list[Event]) -> None:
        if plan := as_text(message.get("tool_plan")):
            out.append(ReasoningDelta(plan))

    def _read_call(self, fragment: object, given: object, begins: bool, out: list[Event]) -> None:
        """Read a fragment of the call at index `given`. Its documentation has a list where the wire has an object."""
        if type(fragment) is list:
            fragment = fragment[0] if fragment else None
        function = as_object(as_object(fragment).get("function"))
        index = as_count(given) or 0
        call = self._calls.get(index)
        if begins or call is None:
            call = self._calls[index] = str(self._begun)
            self._begun += 1
        out.append(ToolDelta(call, as_text(function.get("name")), as_text(function.get("arguments"))))

    def _finish(self, end: Json, out: list[Event]) -> None:
        """Read what the end of a stream and a whole answer have in common."""
        tokens = as_object(as_object(end.get("usage")).get("tokens"))  # `billed_units` leave out the template
        counts = [as_count(tokens.get(key)) for key in ("input_tokens", "output_tokens", "reasoning_tokens")]
        if any(count is not None for count in counts):
            out.append(UsageReported(*counts))
        reason = as_text(end.get("finish_reason"))
        if end.get("error"):
            raise error_from_json({"error": end["error"]})
        if reason in _FAILURES:
            raise error_from_json(_FAILURES[reason])
        self._done = True
        if reason:
            out.append(Finished(_FINISH.get(reason, "stop"), reason))

    def _end(self, out: list[Event]) -> None:
        if self._done:
            return
        raise self._broken_off("Cohere's")
