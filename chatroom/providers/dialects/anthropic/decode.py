"""Messages, streamed or whole → events.

    message_start           {"message": {"model", "usage", …}}
    content_block_start     {"index", "content_block": {"type", …}}     text, thinking, redacted_thinking,
    content_block_delta     {"index", "delta": {"type", …}}             tool_use, server_tool_use, mcp_tool_use,
    content_block_stop      {"index"}                                   …_tool_result
    message_delta           {"delta": {"stop_reason"}, "usage"}
    message_stop
    error                   {"error": {"type", "message"}}              at any time, as is `ping`

(platform.claude.com/docs/en/build-with-claude/streaming.) A whole message has the same blocks in a list.
Blocks of text that follow one another are one part: citations cut a sentence into many. Each thought is a
part of its own, since each is signed.
"""

from __future__ import annotations

import json
from dataclasses import replace

from chatroom.providers.dialects.base import BodyDecoder
from chatroom.providers.error_bodies import clean, error_from_event, error_from_json
from chatroom.providers.events import (
    ContentDelta,
    Event,
    Finished,
    FinishReason,
    Json,
    OpaquePiece,
    PartEnded,
    Provenance,
    ReasoningDelta,
    ToolDelta,
    UsageReported,
)
from chatroom.providers.loose_json import as_count, as_list, as_object, as_text
from chatroom.providers.model_names import thinking_of
from chatroom.providers.sse import ServerSentEvent

_FINISH: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "pause_turn": "pause",
    "refusal": "refusal",
}


class MessageDecoder(BodyDecoder):
    """Reads one answer. See `Decoder`."""

    def __init__(self) -> None:
        super().__init__()
        # Until the model is known: a summary must not pass for raw thought.
        self._provenance = Provenance.SUMMARY
        self._calls: dict[int | None, tuple[str, bool]] = {}  # by block: its id, and whether the provider runs it
        self._latest: str | None = None  # the provider's own call that came last
        self._usage = UsageReported()
        self._stop: str | None = None
        self._explanation = ""
        self._thoughts = False  # there has been one; of the one under way
        self._shown = False  # something was readable,
        self._signature = ""  # and this signs it
        self._done = False

    def _read(self, event: ServerSentEvent, out: list[Event]) -> None:
        if self._done:
            return
        if event.name == "error":
            raise error_from_event(event.data)
        if event.data[:1] != b"{" and event.data.strip() in (b"", b"[DONE]"):  # some gateways end so
            return
        chunk = self._object(event)
        kind = chunk.get("type")
        if kind == "content_block_delta":
            delta = chunk.get("delta")
            if type(delta) is dict:
                self._read_delta(delta, chunk, out)
        elif kind == "content_block_start":
            self._read_block(as_object(chunk.get("content_block")), chunk.get("index"), out)
        elif kind == "content_block_stop":
            self._end_thought(out)
        else:
            self._read_rarer(kind, chunk, out)

    def _read_delta(self, delta: Json, chunk: Json, out: list[Event]) -> None:
        kind = delta.get("type")
        if kind == "text_delta":
            text = delta.get("text")
            if type(text) is str and text:
                out.append(ContentDelta(text))
        elif kind == "thinking_delta":
            text = delta.get("thinking")
            if type(text) is str and text:
                self._think(text, out)
        elif kind == "input_json_delta":
            text = delta.get("partial_json")
            call = self._calls.get(as_count(chunk.get("index")))
            if call is not None and type(text) is str and text:
                out.append(ToolDelta(call[0], "", text, call[1]))
        elif kind == "signature_delta":
            self._signature = as_text(delta.get("signature")) or self._signature

    def _read_rarer(self, kind: object, chunk: Json, out: list[Event]) -> None:
        if kind == "message_start":
            self._read_head(as_object(chunk.get("message")), out)
        elif kind == "message_delta":
            self._read_usage(chunk, out)
            self._read_stop(as_object(chunk.get("delta")))
        elif kind == "message_stop":
            self._close(out)
        elif kind == "message" or (self._framing.document and type(chunk.get("content")) is list):
            self._read_head(chunk, out)
            for index, block in enumerate(as_list(chunk.get("content"))):
                self._read_block(as_object(block), index, out)
            self._read_stop(chunk)
        elif kind == "error" or chunk.get("error"):
            raise error_from_json(chunk)
        elif kind != "ping":
            self._strange = True

    def _read_head(self, message: Json, out: list[Event]) -> None:
        self._heard = True
        model = as_text(message.get("model"))
        if model and not thinking_of(model).summarised:
            self._provenance = Provenance.RAW
        self._read_usage(message, out)

    def _read_block(self, block: Json, index: object, out: list[Event]) -> None:
        """Read the beginning of a block, which is all of it where the message is whole."""
        self._heard = True
        self._end_thought(out)
        kind = as_text(block.get("type"))
        if kind == "text":
            if text := as_text(block.get("text")):
                out.append(ContentDelta(text))
        elif kind == "thinking":
            if text := as_text(block.get("thinking")):
                self._think(text, out)
            self._signature = as_text(block.get("signature"))
        elif kind == "redacted_thinking":
            self._begin_thought(out)
            out.append(ReasoningDelta("", Provenance.REDACTED))
            out.append(OpaquePiece(block, Provenance.REDACTED))
        elif kind.endswith("tool_use"):
            self._read_call(block, index, kind != "tool_use", out)
        elif kind.endswith("_tool_result") and self._latest is not None:
            # Wherever it comes, it stays behind the call that came last, and so in its order among the calls.
            out.append(ToolDelta(self._latest, "", "", by_provider=True))
            out.append(OpaquePiece(block, of="current"))

    def _read_call(self, block: Json, index: object, by_provider: bool, out: list[Event]) -> None:
        call = as_text(block.get("id")) or f"block {index}"
        arguments = block.get("input")
        written = json.dumps(arguments, ensure_ascii=False) if arguments else ""
        self._calls[as_count(index)] = (call, by_provider)
        out.append(ToolDelta(call, as_text(block.get("name")), written, by_provider))
        if by_provider:
            self._latest = call
            out.append(OpaquePiece({key: block[key] for key in block if key != "input"}, of="current"))

    def _think(self, text: str, out: list[Event]) -> None:
        if not self._shown:
            self._begin_thought(out)
            self._shown = True
        out.append(ReasoningDelta(text, self._provenance))

    def _begin_thought(self, out: list[Event]) -> None:
        if self._thoughts:
            out.append(PartEnded())
        self._thoughts = True

    def _end_thought(self, out: list[Event]) -> None:
        """End the block of thought under way, if any. One that is signed exists, though nothing of it be shown."""
        if self._signature:
            if not self._shown:
                self._begin_thought(out)
                out.append(ReasoningDelta("", Provenance.HIDDEN))
            out.append(OpaquePiece({"type": "thinking", "signature": self._signature}, Provenance.HIDDEN))
        self._signature = ""
        self._shown = False

    def _read_usage(self, message: Json, out: list[Event]) -> None:
        """Read counts, which are those of the whole message so far. What is not mentioned stays as it was."""
        self._heard = True
        counts = as_object(message.get("usage"))
        known = {
            "input": as_count(counts.get("input_tokens")),
            "output": as_count(counts.get("output_tokens")),
            "reasoning": as_count(as_object(counts.get("output_tokens_details")).get("thinking_tokens")),
        }
        usage = replace(self._usage, **{name: count for name, count in known.items() if count is not None})
        if usage != self._usage:
            self._usage = usage
            out.append(usage)

    def _read_stop(self, told: Json) -> None:
        self._stop = as_text(told.get("stop_reason")) or self._stop
        self._explanation = as_text(as_object(told.get("stop_details")).get("explanation")) or self._explanation

    def _held(self, out: list[Event]) -> None:
        self._end_thought(out)

    def _close(self, out: list[Event]) -> None:
        self._done = True
        self._end_thought(out)
        if self._stop is not None:
            out.append(Finished(_FINISH.get(self._stop, "stop"), self._stop, clean(self._explanation)))

    def _end(self, out: list[Event]) -> None:
        if self._done:
            return
        self._close(out)
        if self._stop is not None or (self._framing.document and self._heard):
            return
        raise self._broken_off("a message")
