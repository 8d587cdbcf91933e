"""Chat completions, as OpenAI and many others send them → events.

A streamed chunk carries `choices[].delta`, a whole answer `choices[].message`; the rest is alike, so
one reader serves both.
"""

from __future__ import annotations

from collections.abc import Iterator

from chatroom.providers.dialects.base import EventStreamDecoder
from chatroom.providers.dialects.openai_chat.reasoning_details import DetailCollector, visible_text
from chatroom.providers.dialects.openai_chat.tool_calls import ToolCallCollector
from chatroom.providers.dialects.openai_chat.usage import merge_usage, read_usage
from chatroom.providers.error_bodies import error_from_json
from chatroom.providers.errors import ProviderError
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
from chatroom.providers.loose_json import as_list, as_object, as_text, parse_json
from chatroom.providers.sse import ServerSentEvent
from chatroom.providers.think_tags import ThinkTagSplitter

_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",  # Mistral
    "tool_calls": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "refusal": "refusal",
}

# Reasons that are failures, as errors of this dialect.
_FAILURES: dict[str, Json] = {
    "error": {},  # OpenRouter; where it says more, it does so in `error`
    "insufficient_system_resource": {"code": "server_error"},  # DeepSeek under load
}


class ChatDecoder(EventStreamDecoder):
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
        self._heard = False  # something has come that is of this dialect,
        self._strange = False  # or that is not

    def _read(self, frame: ServerSentEvent) -> Iterator[Event]:
        data = frame.data.strip()
        if not data or self._done:
            return
        if data == "[DONE]":
            self._done = True
            yield from self._close()
            return
        try:
            chunk = parse_json(data)
        except ValueError as error:
            if frame.name == "error":
                chunk = data
            elif self._framing.document and not data.endswith(("}", "]")):
                raise _cut() from error
            else:
                raise ProviderError("malformed", "The provider sent something that is not JSON.") from error
        if frame.name == "error":
            raise error_from_json(chunk)
        elif not isinstance(chunk, dict):
            raise ProviderError("malformed", "The provider sent JSON that is not an object.")
        else:
            yield from self._read_chunk(chunk)

    def _read_chunk(self, chunk: Json) -> Iterator[Event]:
        choices = chunk.get("choices")
        if isinstance(choices, list):
            self._heard = True
        else:
            self._strange = True
        choice = next((one for one in map(as_object, as_list(choices)) if not one.get("index")), {})
        if choice:
            # Perplexity repeats the whole `message` beside each `delta`.
            delta = choice.get("delta")
            yield from self._read_delta(as_object(choice.get("message") if delta is None else delta))
            if reason := as_text(choice.get("finish_reason")):
                self._finish = reason
                self._native = as_text(choice.get("native_finish_reason")) or reason
        yield from self._read_usage(chunk)
        if error := chunk.get("error") or choice.get("error"):
            raise error_from_json({"error": error})
        elif chunk.get("object") == "error":  # older vLLM
            raise error_from_json(chunk)
        elif self._finish in _FAILURES:
            raise error_from_json(_FAILURES[self._finish])

    def _read_delta(self, delta: Json) -> Iterator[Event]:
        details = as_list(delta.get("reasoning_details"))
        detailed, provenance = visible_text(details)
        # One piece of thought may come under two or three keys: the first that holds it speaks.
        reasoning = as_text(delta.get("reasoning")) or as_text(delta.get("reasoning_content")) or detailed
        if reasoning:
            yield from self._tags.release()
            yield ReasoningDelta(reasoning, provenance)
        yield from self._details.add(details)
        if extra := as_object(delta.get("extra_content")):  # Gemini's signature on its OpenAI address
            yield OpaquePiece({"extra_content": extra}, Provenance.HIDDEN)
        yield from self._read_content(delta.get("content"))
        if refusal := as_text(delta.get("refusal")):
            yield from self._tags.feed(refusal)
        for call in self._calls.add(as_list(delta.get("tool_calls"))):
            yield from self._tags.release()
            yield call

    def _read_content(self, content: object) -> Iterator[Event]:
        if isinstance(content, str):
            yield from self._tags.feed(content)
        for block in map(as_object, as_list(content)):  # Mistral
            for thought in map(as_object, as_list(block.get("thinking"))):
                if text := as_text(thought.get("text")):
                    yield from self._tags.release()
                    yield ReasoningDelta(text)
            if text := as_text(block.get("text")):
                yield from self._tags.feed(text)

    def _read_usage(self, chunk: Json) -> Iterator[Event]:
        usage = read_usage(chunk)
        if usage is not None:
            self._heard = True
            usage = merge_usage(self._usage, usage)
            if usage != self._usage:
                self._usage = usage
                yield usage

    def _held(self) -> Iterator[Event]:
        yield from self._tags.release()
        yield from self._details.finish()

    def _close(self) -> Iterator[Event]:
        """Give out what is held back, and the reason. Nothing more is to be said."""
        yield from self._held()
        if self._finish is not None:
            reason = _FINISH.get(self._finish.lower(), "stop")
            yield Finished(reason, self._native)

    def _end(self) -> Iterator[Event]:
        if self._done:
            return
        yield from self._close()
        if self._finish is not None or (self._framing.document and self._heard):
            return
        if not self._heard and (self._strange or self._framing.foreign):
            raise ProviderError("malformed", "The provider answered with something that is not a chat completion.")
        raise _cut()


def _cut() -> ProviderError:
    return ProviderError("cut", "The connection broke off before the reply was complete.", retryable=True)
