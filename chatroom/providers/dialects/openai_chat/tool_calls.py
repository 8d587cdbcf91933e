"""Tool calls, streamed in fragments or whole, in hosts' various ways of numbering them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from chatroom.providers.events import OpaquePiece, Provenance, ToolDelta
from chatroom.providers.loose_json import as_count, as_object, as_text


class ToolCallCollector:
    """Names the call that each fragment of one reply belongs to.

    `index` is the key; the id and the name come with the first fragment only. Some hosts send whole
    calls without an index, or all of them under index 0: there, a new id with a name is a new call.
    """

    def __init__(self) -> None:
        self._ids: list[str] = []  # as they came, may be ""
        self._latest: dict[int, int] = {}  # index → place in `_ids`

    def add(self, fragments: Iterable[object]) -> Iterator[ToolDelta | OpaquePiece]:
        """Take the fragments of one delta, yield them with their calls, and behind each what signs it."""
        for position, fragment in enumerate(map(as_object, fragments)):
            function = as_object(fragment.get("function"))
            if not function:
                continue
            given, name = as_text(fragment.get("id")), as_text(function.get("name"))
            index = as_count(fragment.get("index"))
            place = self._latest.get(position if index is None else index)
            begins = place is None or (given != "" and name != "" and given != self._ids[place])
            if place is None or begins:
                place = self._latest[position if index is None else index] = len(self._ids)
                self._ids.append(given)
            arguments = function.get("arguments")
            if arguments is not None and not isinstance(arguments, str):
                arguments = json.dumps(arguments, ensure_ascii=False)
            yield ToolDelta(f"{place}:{self._ids[place]}", name if begins else "", arguments or "")
            if extra := as_object(fragment.get("extra_content")):  # Gemini's signature on its OpenAI address
                yield OpaquePiece({"extra_content": extra}, Provenance.HIDDEN, of="current")
