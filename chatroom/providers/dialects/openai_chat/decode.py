"""Chat completions, as OpenAI and many others send them → events.

A streamed chunk carries `choices[].delta`, a whole answer `choices[].message`; the rest is alike, so
one reader serves both.
"""

from __future__ import annotations

from chatroom.providers.dialects.base import BodyDecoder
from chatroom.providers.dialects.openai_chat.reasoning_details import DetailCollector
from chatroom.providers.dialects.openai_chat.tool_calls import ToolCallCollector
from chatroom.providers.dialects.openai_chat.usage import merge_usage, read_usage
from chatroom.providers.error_bodies import error_from_event, error_from_json
from chatroom.providers.events import (
    Event,
    Finished,
    FinishReason,
    Json,
    OpaquePiece,
    Provenance,
    ReasoningDelta,
    UsageReported,
)
from chatroom.providers.loose_json import as_list, as_object, as_text
from chatroom.providers.sse import ServerSentEvent
from chatroom.providers.think_tags import ThinkTagSplitter

_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",  # Mistral
    "model_context_window_exceeded": "length",  # z.ai
    "tool_calls": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "sensitive": "content_filter",  # z.ai
    "refusal": "refusal",
}

# Reasons that are failures, as errors of this dialect.
_FAILURES: dict[str, Json] = {
    "error": {},  # OpenRouter; where it says more, it does so in `error`
    "insufficient_system_resource": {"code": "server_error"},  # DeepSeek under load
    "network_error": {"code": "server_error"},  # z.ai
}


class ChatDecoder(BodyDecoder):
    """Reads one answer. See `Decoder`."""

    def __init__(self) -> None:
        super().__init__()
        self._tags = ThinkTagSplitter()
        self._details = DetailCollector()
        self._calls = ToolCallCollector()
        self._usage = UsageReported()
        self._finish: str | None = None  # the last reason given, and
        self._native: str | None = None  # the word of the provider behind a gateway for it
        self._done = False  # [DONE] has come

    def _read(self, event: ServerSentEvent, out: list[Event]) -> None:
        if self._done:
            return
        if event.name == "error":
            raise error_from_event(event.data)
        if event.data[:1] != b"{":
            data = event.data.strip()
            if not data:
                return
            if data == b"[DONE]":
                self._done = True
                self._close(out)
                return
        chunk = self._object(event)
        choices = chunk.get("choices")
        choice = None
        if type(choices) is list:
            self._heard = True
            choice = choices[0] if choices else None
            if type(choice) is not dict or choice.get("index"):
                choice = next((one for one in map(as_object, choices) if one and not one.get("index")), None)
        else:
            self._strange = True
        if choice:
            # Perplexity repeats the whole `message` beside each `delta`.
            delta = choice.get("delta")
            if delta is None:
                delta = choice.get("message")
            if type(delta) is dict:
                self._read_delta(delta, chunk.get("model"), out)
            reason = choice.get("finish_reason")
            if type(reason) is str and reason:
                self._finish = reason
                self._native = as_text(choice.get("native_finish_reason")) or reason
                if "usage" in choice:  # Moonshot
                    self._read_usage(choice, out)
        if "usage" in chunk or "x_groq" in chunk:
            self._read_usage(chunk, out)
        self._look_for_failure(chunk, choice)

    def _read_delta(self, delta: Json, model: object, out: list[Event]) -> None:
        # One piece of thought may come under two or three keys: the first that holds it speaks.
        reasoning = delta.get("reasoning")
        if type(reasoning) is not str or not reasoning:
            reasoning = delta.get("reasoning_content")
        complete = False
        provenance = Provenance.RAW
        details = delta.get("reasoning_details")
        if type(details) is list and details:
            complete = self._details.read(details, model)
            provenance = self._details.provenance
            if type(reasoning) is not str or not reasoning:
                reasoning = self._details.text
        if type(reasoning) is str and reasoning:
            self._tags.has_opened()
            out += self._tags.release()
            out.append(ReasoningDelta(reasoning, provenance))
        if complete:
            self._details.give(out)
        content = delta.get("content")
        if type(content) is str:
            if content:
                out += self._tags.feed(content)
        elif content:
            self._read_blocks(content, out)
        if "tool_calls" in delta or "refusal" in delta or "extra_content" in delta:
            self._read_rarer(delta, out)

    def _read_rarer(self, delta: Json, out: list[Event]) -> None:
        if extra := as_object(delta.get("extra_content")):  # Gemini's signature on its OpenAI address
            out.append(OpaquePiece({"extra_content": extra}, Provenance.HIDDEN))
        if refusal := as_text(delta.get("refusal")):
            out += self._tags.feed(refusal)
        if calls := as_list(delta.get("tool_calls")):
            self._tags.has_opened()
            for piece in self._calls.add(calls):
                out += self._tags.release()
                out.append(piece)

    def _read_blocks(self, content: object, out: list[Event]) -> None:
        """Read content that is a list: Mistral's, with thinking in it."""
        for block in map(as_object, as_list(content)):
            for thought in map(as_object, as_list(block.get("thinking"))):
                if text := as_text(thought.get("text")):
                    self._tags.has_opened()
                    out += self._tags.release()
                    out.append(ReasoningDelta(text))
            if text := as_text(block.get("text")):
                out += self._tags.feed(text)

    def _read_usage(self, chunk: Json, out: list[Event]) -> None:
        usage = read_usage(chunk)
        if usage is not None:
            self._heard = True
            usage = merge_usage(self._usage, usage)
            if usage != self._usage:
                self._usage = usage
                out.append(usage)

    def _look_for_failure(self, chunk: Json, choice: Json | None) -> None:
        error = chunk.get("error") or (choice.get("error") if choice else None)
        if error:
            raise error_from_json({"error": error})
        if chunk.get("object") == "error":  # older vLLM
            raise error_from_json(chunk)
        if self._finish in _FAILURES:
            raise error_from_json(_FAILURES[self._finish])

    def _held(self, out: list[Event]) -> None:
        out += self._tags.release()
        self._details.finish(out)

    def _close(self, out: list[Event]) -> None:
        """Give out what is held back, and the reason. Nothing more is to be said."""
        self._held(out)
        if self._finish is not None:
            out.append(Finished(_FINISH.get(self._finish.lower(), "stop"), self._native))

    def _end(self, out: list[Event]) -> None:
        if self._done:
            return
        self._close(out)
        if self._finish is not None or (self._framing.document and self._heard):
            return
        raise self._broken_off("a chat completion")
