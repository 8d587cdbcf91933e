"""JSON lines of Ollama's /api/chat and /api/generate → events.

    {"message": {"content", "thinking"?, "tool_calls"?}, "done": false}     chat
    {"response", "thinking"?, "done": false}                                generate
    {…, "done": true, "done_reason", "prompt_eval_count", "eval_count"}     the last line, or the only one
    {"error": "text"}                                                       at any time

`eval_count` counts the thought too. A server that was not asked to think may write the thought into the
answer, in tags.
"""

from __future__ import annotations

import json

from chatroom.providers.dialects.base import BodyDecoder
from chatroom.providers.dialects.framing import LineFraming
from chatroom.providers.error_bodies import error_from_json
from chatroom.providers.events import Event, Finished, Json, ReasoningDelta, ToolDelta, UsageReported
from chatroom.providers.loose_json import as_count, as_list, as_object, as_text
from chatroom.providers.sse import ServerSentEvent
from chatroom.providers.think_tags import ThinkTagSplitter


class OllamaDecoder(BodyDecoder):
    """Reads one answer. See `Decoder`."""

    def __init__(self) -> None:
        super().__init__(LineFraming())
        self._tags = ThinkTagSplitter()
        self._calls = 0
        self._done = False

    def _read(self, event: ServerSentEvent, out: list[Event]) -> None:
        if self._done:
            return
        if not self._heard and not event.data.lstrip().startswith(b"{"):
            self._strange = True
        chunk = self._object(event)
        message = chunk.get("message")
        if type(message) is dict:
            content = message.get("content")
        else:
            message = chunk
            content = chunk.get("response")
        thinking = message.get("thinking")
        if type(thinking) is str and thinking:
            self._tags.has_opened()
            out += self._tags.release()
            out.append(ReasoningDelta(thinking))
        if type(content) is str and content:
            out += self._tags.feed(content)
        if "tool_calls" in message:
            self._read_tool_calls(message, out)
        if chunk.get("error"):
            raise error_from_json({"error": chunk["error"]})
        if "done" in chunk:
            self._heard = True
            if chunk["done"] is True:
                self._finish(chunk, out)
        elif not self._heard:
            self._strange = True

    def _read_tool_calls(self, message: Json, out: list[Event]) -> None:
        """Read calls, which come whole, without an id, with an object for arguments."""
        for call in map(as_object, as_list(message["tool_calls"])):
            function = as_object(call.get("function"))
            if not function:
                continue
            self._tags.has_opened()
            out += self._tags.release()
            arguments = function.get("arguments")
            if arguments is None:
                arguments = ""
            elif type(arguments) is not str:
                arguments = json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))
            out.append(ToolDelta(str(self._calls), as_text(function.get("name")), arguments))
            self._calls += 1

    def _finish(self, chunk: Json, out: list[Event]) -> None:
        self._done = True
        self._held(out)
        read, written = as_count(chunk.get("prompt_eval_count")), as_count(chunk.get("eval_count"))
        if read is not None or written is not None:
            out.append(UsageReported(read, written))
        native = as_text(chunk.get("done_reason")) or None
        if native == "length":
            out.append(Finished("length", native))
        else:  # "stop", after tool calls too
            out.append(Finished("tool_calls" if self._calls else "stop", native))

    def _held(self, out: list[Event]) -> None:
        out += self._tags.release()

    def _end(self, out: list[Event]) -> None:
        if self._done:
            return
        raise self._broken_off("Ollama's")
