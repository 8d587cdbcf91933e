"""OpenRouter's `reasoning_details`: read from a stream, and sent back as they came.

    {"type": "reasoning.text", "text", "signature"?, "format", "index", "id"?}
    {"type": "reasoning.summary", "summary", …}
    {"type": "reasoning.encrypted", "data", …}

(openrouter.ai/docs/guides/best-practices/reasoning-tokens; Vercel's gateway, Avian and Snowflake send
them too.) Text and summary come in fragments, a signature in a late fragment of its own, encrypted
data whole. A model that signs or encrypts wants the list back verbatim and in order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chatroom.providers.events import Event, Json, OpaquePiece, Provenance
from chatroom.providers.loose_json import as_text
from chatroom.providers.model_names import thinking_of

_TEXT_KEY = {"reasoning.text": "text", "reasoning.summary": "summary"}


def _is_summary(detail: Json, model: object) -> bool:
    """Return whether a `reasoning.text` is a summary all the same: so Gemini and Claude show their thought."""
    return detail.get("format") == "google-gemini-v1" or thinking_of(as_text(model)).summarised


class DetailCollector:
    """Merges the fragments of one reply into whole details and gives them out as opaque pieces.

    A piece's data is one detail, whole, as it is to be sent back: its text too, because a signature
    is worth nothing beside a text that differs in one character. Details that hold nothing signed
    or encrypted are given out only with others that do; alone, the text itself is enough.
    """

    def __init__(self) -> None:
        #: The readable text of the delta read last, and what it is.
        self.text = ""
        self.provenance = Provenance.RAW
        self._waiting: list[tuple[Json, list[str]]] = []
        self._given = False
        self._encrypted: set[str] = set()

    def read(self, details: list[Any], model: object) -> bool:
        """Take the details of one delta of `model`. Return whether `give` has something to give."""
        self.text = ""
        self.provenance = Provenance.RAW
        complete = False
        for detail in details:
            if type(detail) is not dict or not detail:
                continue
            if data := as_text(detail.get("data")):
                if data not in self._encrypted:
                    self._encrypted.add(data)
                    self._waiting.append((detail, []))
                    complete = True
                continue
            key = _TEXT_KEY.get(as_text(detail.get("type")), "")
            text = detail.get(key)
            if type(text) is str and text:
                self.text += text
                if key == "summary" or _is_summary(detail, model):
                    self.provenance = Provenance.SUMMARY
            self._merge(detail, key)
            complete |= bool(detail.get("signature"))
        return complete

    def give(self, out: list[Event]) -> None:
        """Append the details that are complete, and those that stand before them."""
        self._given = True
        for merged, texts in self._waiting:
            key = _TEXT_KEY.get(as_text(merged.get("type")), "")
            if key in merged:
                merged[key] = "".join(texts)
                if not merged[key] and not merged.get("signature"):
                    continue
            out.append(OpaquePiece(merged, Provenance.ENCRYPTED if merged.get("data") else Provenance.HIDDEN))
        self._waiting = []

    def finish(self, out: list[Event]) -> None:
        """Say that no more come; append what belongs to the pieces given out and is left."""
        if self._given:
            self.give(out)

    def _merge(self, fragment: Json, key: str) -> None:
        if not self._waiting or not _goes_on(self._waiting[-1][0], fragment):
            self._waiting.append(({}, []))
        merged, texts = self._waiting[-1]
        for name, value in fragment.items():
            if value or name not in merged:
                merged[name] = value
        if key in fragment:
            texts.append(as_text(fragment[key]))


def _goes_on(merged: Json, fragment: Json) -> bool:
    """Return whether `fragment` is more of the detail `merged`, which ends with its signature."""
    if merged.get("signature"):
        return False
    return merged.get("type") == fragment.get("type") and merged.get("index") == fragment.get("index")


def rebuild(opaque: Iterable[Json]) -> list[Json]:
    """Return the `reasoning_details` to send back: opaque pieces that are details, in order."""
    return [piece for piece in opaque if as_text(piece.get("type")).startswith("reasoning.")]
