"""Thought signatures: kept in the place where they came, and sent back there.

A `thoughtSignature` seals the thought that led to one part of an answer, and stands on that part: on
a call, on a piece of text, or on a part whose text is empty. The model wants that very part back,
neither joined with its neighbours nor without its signature (ai.google.dev/gemini-api/docs/thought-signatures),
whereas a part of ours is all the text up to the next thought or call. So a piece says which of its text was signed:

    {"thoughtSignature", "at", "length", "thought"?}    in characters; `thought` where it was a part of the thought
    {"thoughtSignature"}                                signs something that is not text, and is not sent back
"""

from __future__ import annotations

from chatroom.providers.events import Json
from chatroom.providers.loose_json import as_text
from chatroom.providers.parts import Part, PartKind


def signed(signature: str, at: int, length: int, thought: bool) -> Json:
    """Return the piece for a part of `length` characters that begins `at` so many of the part it belongs to."""
    piece: Json = {"thoughtSignature": signature, "at": at, "length": length}
    return piece | ({"thought": True} if thought else {})


def rebuild(part: Part) -> list[Json]:
    """Return the wire's parts that `part` was made of, as far as they are worth anything to the model.

    All of an answer, and of a thought what is signed: the model reads nothing from an unsigned summary.
    """
    answers = part.head.kind is PartKind.CONTENT
    parts: list[Json] = []
    end = 0
    for piece in part.opaque:
        signature, at, length = as_text(piece.get("thoughtSignature")), piece.get("at"), piece.get("length")
        if not signature or type(at) is not int or type(length) is not int:
            continue
        if not end <= at <= at + length <= len(part.text):
            continue
        if answers and end < at:
            parts.append({"text": part.text[end:at]})
        end = at + length
        thought = {"thought": True} if piece.get("thought") is True else {}
        parts.append({"text": part.text[at:end], **thought, "thoughtSignature": signature})
    if answers and end < len(part.text):
        parts.append({"text": part.text[end:]})
    return parts
