"""Chunks of generateContent, streamed or whole → events.

    {"candidates": [{"content": {"parts": […]}, "finishReason"?}], "usageMetadata": {…}}
    {"promptFeedback": {"blockReason"}}                       instead of an answer
    {"error": {"code", "message", "status", "details"}}       also bare, over several lines, after the events

A part is one of these, and any may carry a `thoughtSignature`:

    {"text", "thought"?}                                      thought: a paragraph of a summary
    {"functionCall": {…}}
    {"executableCode"}, {"codeExecutionResult"}, {"toolCall"}, {"toolResponse"}, …     what the provider did itself

The last `finishReason` counts, when the body ends: there is no other end, and old versions of the API send STOP in
every chunk.
"""

from __future__ import annotations

from typing import Literal

from chatroom.providers.dialects.base import BodyDecoder, cut
from chatroom.providers.dialects.gemini.arrays import elements
from chatroom.providers.dialects.gemini.signatures import signed
from chatroom.providers.dialects.gemini.tool_calls import CallReader
from chatroom.providers.dialects.gemini.usage import read_usage
from chatroom.providers.error_bodies import error_from_json
from chatroom.providers.errors import ProviderError
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
)
from chatroom.providers.loose_json import as_object, as_text, parse_json
from chatroom.providers.sse import ServerSentEvent

# What is not named here is an error: MALFORMED_FUNCTION_CALL, OTHER, and whatever is added. None of those is good news.
_FINISH: dict[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "LANGUAGE": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_RECITATION": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
}


#: What the part under way is. `signature`: thought without text; `tool`: the provider's own tools have come since,
#: so that what follows is a new part.
_Kind = Literal["", "thought", "text", "call", "signature", "tool"]

_SUMMARY = Provenance.SUMMARY


class GeminiDecoder(BodyDecoder):
    """Reads one answer. See `Decoder`."""

    def __init__(self) -> None:
        super().__init__()
        self._kind: _Kind = ""
        self._length = 0  # characters of the part under way
        self._calls = CallReader()
        self._counts: tuple[object, ...] = ()  # as they came last
        self._finish: str | None = None
        self._blocked = ""
        self._torn = False  # an event was not whole

    def _read(self, event: ServerSentEvent, out: list[Event]) -> None:
        if event.data[:1] != b"{":
            data = event.data.strip()
            if not data or data == b"[DONE]":  # never Google's own
                return
            if data[:1] == b"[":
                self._read_array(data, out)
                return
        try:
            chunk = self._object(event)
        except ProviderError:
            self._torn = True
            raise
        self._read_chunk(chunk, out)

    def _read_array(self, data: bytes, out: list[Event]) -> None:
        try:
            for chunk in elements(data):
                self._read_chunk(as_object(chunk), out)
        except ValueError:
            self._torn = True

    def _read_chunk(self, chunk: Json, out: list[Event]) -> None:
        candidates = chunk.get("candidates")
        if type(candidates) is list and candidates:
            self._heard = True
            candidate = candidates[0]
            if type(candidate) is not dict or candidate.get("index"):
                candidate = next((one for one in map(as_object, candidates) if one and not one.get("index")), {})
            content = candidate.get("content")
            if type(content) is dict:
                parts = content.get("parts")
                if type(parts) is list:
                    self._read_parts(parts, out)
            reason = candidate.get("finishReason")
            if type(reason) is str and reason:
                self._finish = reason
        else:
            self._read_rarer(chunk)
        usage = chunk.get("usageMetadata")
        if type(usage) is dict:
            counts = (usage.get("promptTokenCount"), usage.get("candidatesTokenCount"), usage.get("thoughtsTokenCount"))
            if counts != self._counts:
                self._counts = counts
                reported = read_usage(usage)
                if reported is not None:
                    out.append(reported)
        if chunk.get("error"):
            raise error_from_json(chunk)

    def _read_parts(self, parts: list[object], out: list[Event]) -> None:
        for part in parts:
            if type(part) is not dict:
                continue
            text = part.get("text")
            if type(text) is str and "thoughtSignature" not in part:
                if not text:
                    continue
                if part.get("thought") is True:
                    if self._kind != "thought":
                        self._begin("thought", out)
                    out.append(ReasoningDelta(text, _SUMMARY))
                else:
                    if self._kind != "text":
                        self._begin("text", out)
                    out.append(ContentDelta(text))
                self._length += len(text)
            else:
                self._read_rarer_part(part, out)

    def _begin(self, kind: _Kind, out: list[Event]) -> None:
        if self._kind == "tool":
            out.append(PartEnded())
        self._kind = kind
        self._length = 0

    def _read_rarer_part(self, part: Json, out: list[Event]) -> None:
        """Read a part that is signed, or is no text."""
        signature, thought = as_text(part.get("thoughtSignature")), part.get("thought") is True
        text, call = part.get("text"), part.get("functionCall")
        if type(text) is str and text:
            self._read_parts([{"text": text, "thought": thought}], out)
        elif type(call) is dict:
            told = len(out)
            self._calls.read(call, out)
            if len(out) > told:
                self._kind = "call"
        elif type(text) is not str and self._kind != "":
            self._kind = "tool"
        if not signature:
            return
        if thought and self._kind not in ("", "thought", "signature"):
            self._begin("signature", out)
            out.append(ReasoningDelta("", Provenance.HIDDEN))
        piece: Json = {"thoughtSignature": signature}
        if type(text) is str:
            piece = signed(signature, self._length - len(text), len(text), thought)
        out.append(OpaquePiece(piece, Provenance.HIDDEN, of="current"))

    def _read_rarer(self, chunk: Json) -> None:
        """Read a chunk without a candidate."""
        feedback = as_object(chunk.get("promptFeedback"))
        self._blocked = as_text(feedback.get("blockReason")) or self._blocked
        known = feedback or chunk.get("candidates") == [] or "usageMetadata" in chunk
        self._heard |= bool(known)
        self._strange |= not known

    def _end(self, out: list[Event]) -> None:
        foreign = self._framing.foreign.strip()
        if foreign[:1] in (b"{", b"["):
            self._raise_from(foreign)
        if self._torn:
            raise cut()
        if self._finish is not None:
            self._calls.end(out)
            reason = _FINISH.get(self._finish, "error")
            out.append(Finished("tool_calls" if reason == "stop" and self._calls.begun else reason, self._finish))
        elif self._blocked:
            out.append(Finished("content_filter", f"BLOCKED:{self._blocked}"))
        elif not self._heard and (self._strange or foreign or self._framing.document):
            raise ProviderError("malformed", "The provider answered with something that is not Gemini's.")
        elif not self._framing.document:
            raise cut()

    def _raise_from(self, foreign: bytes) -> None:
        """Raise what the lines after the last event say, if it is an error or the beginning of one."""
        try:
            said = parse_json(foreign)
        except ValueError:
            raise cut() from None
        if type(said) is list and said:
            said = said[0]
        if as_object(said).get("error"):
            raise error_from_json(said)
