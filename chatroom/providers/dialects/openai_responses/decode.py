"""Responses, streamed or whole → events.

    response.created, .queued, .in_progress             the response as it stands
    response.output_item.added, .done                   {output_index, item}
    response.output_text.delta, .refusal.delta          {output_index, content_index, delta}
    response.reasoning_summary_text.delta               {output_index, summary_index, delta}
    response.reasoning_text.delta                       {output_index, content_index, delta}
    response.function_call_arguments.delta              {output_index, delta}, and alike for other tools
    response.completed, .incomplete, .failed            the response as it ended, with its usage
    error

The type is read from the data: some hosts send no event names. What belongs together is told by
`output_index`, never by `item_id`, which Copilot and OpenRouter change on the way. What came in deltas
is not read again from the items that repeat it, and what did not is read there; so a whole response is
read as a stream of which only the last event came.
"""

from __future__ import annotations

from typing import NamedTuple

from chatroom.providers.dialects.base import BodyDecoder, cut
from chatroom.providers.dialects.openai_responses.items import Group, Item, Shelf
from chatroom.providers.dialects.openai_responses.output import Output
from chatroom.providers.dialects.openai_responses.usage import read_usage
from chatroom.providers.error_bodies import error_from_event, error_from_json
from chatroom.providers.errors import ProviderError
from chatroom.providers.events import (
    ContentDelta,
    Event,
    Finished,
    FinishReason,
    Json,
    Provenance,
    ReasoningDelta,
    ToolDelta,
    UsageReported,
)
from chatroom.providers.loose_json import as_list, as_object, as_text
from chatroom.providers.sse import ServerSentEvent


class _Text(NamedTuple):
    """What a type of delta carries. `index_key` tells the blocks of one item apart."""

    group: Group
    index_key: str
    shelf: Shelf = "content"


_TEXT = {
    "response.output_text.delta": _Text("message", "content_index"),
    "response.refusal.delta": _Text("message", "content_index"),
    "response.reasoning_summary_text.delta": _Text("reasoning", "summary_index", "summary"),
    "response.reasoning_text.delta": _Text("reasoning", "content_index"),
    # In OpenRouter's guide, and before that in drafts of OpenAI's. Whose thought it is they do not tell.
    "response.content_part.delta": _Text("message", "content_index"),
    "response.reasoning.delta": _Text("reasoning", "content_index", "summary"),
    "response.reasoning_summary.delta": _Text("reasoning", "summary_index", "summary"),
}

#: `done` is in OpenRouter's guide, and xAI's.
_ENDS = frozenset(f"response.{word}" for word in ("completed", "incomplete", "failed", "cancelled", "done"))

_NONE = object()


class ResponsesDecoder(BodyDecoder):
    """Reads one answer. See `Decoder`."""

    def __init__(self) -> None:
        super().__init__()
        self._output = Output()
        self._usage = UsageReported()
        self._done = False
        # A delta like the one before it, of this type and with these indexes, takes the short way:
        self._type: object = _NONE
        self._place: object = None
        self._index_key = ""
        self._index: object = None
        self._provenance: Provenance | None = None  # thought of this kind,
        self._call: Item | None = None  # or arguments of this call, or else an answer

    def _read(self, event: ServerSentEvent, out: list[Event]) -> None:
        if self._done:
            return
        if event.name == "error":
            raise error_from_event(event.data)
        if event.data[:1] != b"{":
            data = event.data.strip()
            if data == b"[DONE]":
                self._done = True
                self._output.settle(out)
            if not data or self._done:
                return
        chunk = self._object(event)
        kind = chunk.get("type")
        if (
            kind == self._type
            and chunk.get("output_index") == self._place
            and chunk.get(self._index_key) == self._index
        ):
            delta = chunk.get("delta")
            if type(delta) is str:
                if not delta:
                    return
                if self._provenance is not None:
                    out.append(ReasoningDelta(delta, self._provenance))
                elif self._call is None:
                    out.append(ContentDelta(delta))
                else:
                    out.append(ToolDelta(self._call.call, "", delta, self._call.by_provider))
                return
        self._type = _NONE
        if type(kind) is str and kind:
            self._read_rarer(kind, chunk, out)
        else:
            self._read_untyped(chunk, out)

    def _read_rarer(self, kind: str, chunk: Json, out: list[Event]) -> None:
        if kind in ("error", "response.error"):
            raise error_from_json(chunk)
        if not kind.startswith("response."):
            self._strange = True
            return
        self._heard = True
        if kind in _TEXT:
            self._begin_text(kind, chunk, out)
        elif kind == "response.output_item.added":
            self._output.announce(chunk.get("output_index"), as_object(chunk.get("item")), out)
        elif kind == "response.output_item.done":
            self._output.end(chunk.get("output_index"), as_object(chunk.get("item")), out)
        elif kind.endswith(".delta"):
            if "_call" in kind:
                self._begin_arguments(kind, chunk, out)
        elif kind in _ENDS:
            response = as_object(chunk.get("response"))
            self._close(response, as_text(response.get("status")) or kind.removeprefix("response."), out)
        elif "response" in chunk:
            response = as_object(chunk["response"])
            self._output.made_by(as_text(response.get("model")))
            self._report_usage(response, out)

    def _read_untyped(self, chunk: Json, out: list[Event]) -> None:
        """Read a whole response, or an error that is nothing else."""
        if type(chunk.get("output")) is list or chunk.get("object") == "response":
            self._close(chunk, as_text(chunk.get("status")), out)
        elif chunk.get("error"):
            raise error_from_json(chunk)
        else:
            self._strange = True

    def _begin_text(self, kind: str, chunk: Json, out: list[Event]) -> None:
        """Read a delta that may begin a block."""
        delta = chunk.get("delta")
        text = delta if type(delta) is str else as_text(as_object(delta).get("text"))
        if not text:
            return
        group, index_key, shelf = _TEXT[kind]
        index = chunk.get(index_key)
        item = self._output.item(chunk.get("output_index"), group)
        self._provenance = self._call = None
        if group == "reasoning":
            self._provenance = self._output.think(item, (kind, index), text, shelf, out)
        else:
            self._output.say(item, (kind, index), text, out, refuses=kind == "response.refusal.delta")
        self._shorten(kind, chunk, index_key)

    def _begin_arguments(self, kind: str, chunk: Json, out: list[Event]) -> None:
        item = self._output.tool(chunk.get("output_index"))
        delta = as_text(chunk.get("delta"))
        if item is None or not delta:
            return  # the end of the item brings it whole
        self._output.ask(item, delta, out)
        self._provenance, self._call = None, item
        self._shorten(kind, chunk, "")

    def _shorten(self, kind: str, chunk: Json, index_key: str) -> None:
        """Let deltas like this one take the short way."""
        self._type, self._place = kind, chunk.get("output_index")
        self._index_key, self._index = index_key, chunk.get(index_key)

    def _report_usage(self, response: Json, out: list[Event]) -> None:
        usage = read_usage(response)
        if usage is not None and usage != self._usage:
            self._usage = usage
            out.append(usage)

    def _close(self, response: Json, status: str, out: list[Event]) -> None:
        """Read the response as it ended. Nothing more is to be said."""
        self._done = True
        self._output.made_by(as_text(response.get("model")))
        self._output.end_all([as_object(one) for one in as_list(response.get("output"))], out)
        self._report_usage(response, out)
        match status:
            case "failed":
                raise _failure(response)
            case "cancelled":
                raise ProviderError("failed", "The response was cancelled at the provider.", retryable=True)
            case "queued" | "in_progress":
                raise cut()
            case "incomplete":
                native = as_text(as_object(response.get("incomplete_details")).get("reason")) or status
                out.append(Finished("content_filter" if native == "content_filter" else "length", native))
            case _:
                out.append(Finished(self._reason(), status or None))

    def _reason(self) -> FinishReason:
        """Return why a response that was completed ended: its status does not tell."""
        if self._output.refused:
            return "refusal"
        return "tool_calls" if self._output.called else "stop"

    def _end(self, out: list[Event]) -> None:
        if self._done:
            return
        raise self._broken_off("a response")


def _failure(response: Json) -> ProviderError:
    """Return why a response failed. Its codes are few; OpenRouter's `error_type` says more."""
    error = response.get("error")
    if isinstance(error, dict):
        error = {"type": response.get("error_type"), **error}
    return error_from_json({"error": error} if error else {})
