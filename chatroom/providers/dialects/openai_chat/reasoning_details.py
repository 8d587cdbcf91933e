"""OpenRouter's `reasoning_details`: read from a stream, and sent back as they came.

    {"type": "reasoning.text", "text", "signature"?, "format", "index", "id"?}
    {"type": "reasoning.summary", "summary", …}
    {"type": "reasoning.encrypted", "data", …}

(openrouter.ai/docs/guides/best-practices/reasoning-tokens; Vercel's gateway, Avian and Snowflake send
them too.) Text and summary come in fragments, a signature in a late fragment of its own, encrypted
data whole. A model that signs or encrypts wants the list back verbatim and in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chatroom.providers.events import Json, OpaquePiece, Provenance
from chatroom.providers.loose_json import as_object, as_text

_TEXT_KEY = {"reasoning.text": "text", "reasoning.summary": "summary"}


def visible_text(details: Iterable[object]) -> tuple[str, Provenance]:
    """Return the text that the details of one delta show, and what it is."""
    texts: list[str] = []
    provenance = Provenance.RAW
    for detail in map(as_object, details):
        kind = as_text(detail.get("type"))
        texts.append(as_text(detail.get(_TEXT_KEY.get(kind, ""))))
        if kind == "reasoning.summary":
            provenance = Provenance.SUMMARY
    return "".join(texts), provenance


class DetailCollector:
    """Merges the fragments of one reply into whole details and gives them out as opaque pieces.

    A piece's data is one detail, whole, as it is to be sent back: its text too, because a signature
    is worth nothing beside a text that differs in one character. Details that hold nothing signed
    or encrypted are given out only with others that do; alone, the text itself is enough.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[Json, list[str]]] = []
        self._given = False
        self._encrypted: set[str] = set()

    def add(self, details: Iterable[object]) -> Iterator[OpaquePiece]:
        """Take the details of one delta, yield what they complete."""
        for detail in map(as_object, details):
            if not detail:
                continue
            if data := as_text(detail.get("data")):
                if data not in self._encrypted:
                    self._encrypted.add(data)
                    self._waiting.append((detail, []))
                    yield from self._give()
            else:
                self._merge(detail)
                if detail.get("signature"):
                    yield from self._give()

    def finish(self) -> Iterator[OpaquePiece]:
        """Say that no more come; yield what belongs to the pieces given out and is left."""
        if self._given:
            yield from self._give()

    def _merge(self, fragment: Json) -> None:
        key = _TEXT_KEY.get(as_text(fragment.get("type")), "")
        last = self._waiting[-1] if self._waiting else None
        if last is None or any(last[0].get(name) != fragment.get(name) for name in ("type", "index")):
            last = ({}, [])
            self._waiting.append(last)
        merged, texts = last
        merged.update({name: value for name, value in fragment.items() if value or name not in merged})
        if key in fragment:
            texts.append(as_text(fragment[key]))

    def _give(self) -> Iterator[OpaquePiece]:
        self._given = True
        for merged, texts in self._waiting:
            key = _TEXT_KEY.get(as_text(merged.get("type")), "")
            if key in merged:
                merged[key] = "".join(texts)
                if not merged[key] and not merged.get("signature"):
                    continue
            yield OpaquePiece(merged, Provenance.ENCRYPTED if merged.get("data") else Provenance.HIDDEN)
        self._waiting = []


def rebuild(opaque: Iterable[Json]) -> list[Json]:
    """Return the `reasoning_details` to send back: opaque pieces that are details, in order."""
    return [piece for piece in opaque if as_text(piece.get("type")).startswith("reasoning.")]
