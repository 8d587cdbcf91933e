"""Function calls, whole or streamed.

    {"name", "args": {…}}                               whole
    {"name", "willContinue": true}                      the beginning of one that is streamed (Vertex AI)
    {"partialArgs": […], "willContinue": true}          more of it: see `arguments`
    {}                                                  its end

There may be an `id`, which nothing here needs.
"""

from __future__ import annotations

from json import JSONEncoder

from chatroom.providers.dialects.gemini.arguments import ArgumentWriter
from chatroom.providers.events import Event, Json, ToolDelta
from chatroom.providers.loose_json import as_list, as_object, as_text

_encode = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class CallReader:
    """Reads the calls of one reply. `begun` is how many there have been."""

    def __init__(self) -> None:
        self.begun = 0
        self._open: ArgumentWriter | None = None  # of the latest call, while it goes on

    def read(self, call: Json, out: list[Event]) -> None:
        """Append what the `functionCall` of one part says."""
        name, arguments, pieces = as_text(call.get("name")), call.get("args"), as_list(call.get("partialArgs"))
        goes_on = call.get("willContinue") is True
        writer = self._open
        begins = name != "" or writer is None
        if begins:
            if not (name or arguments or pieces or goes_on):
                return  # the end of a call that nobody began
            self.end(out)
            self.begun += 1
        if begins or writer is None:
            writer = ArgumentWriter()
        text = "".join([writer.write(as_object(piece)) for piece in pieces])
        if arguments and not writer.begun:
            text, goes_on = _encode(arguments), False
        elif not goes_on:
            text += writer.end()
        self._open = writer if goes_on else None
        if begins or text:
            out.append(ToolDelta(str(self.begun), name, text))

    def end(self, out: list[Event]) -> None:
        """Say that the latest call is complete; append what that adds to it."""
        if self._open is not None:
            out.append(ToolDelta(str(self.begun), "", self._open.end()))
            self._open = None
