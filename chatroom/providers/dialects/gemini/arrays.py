"""A body that is one JSON array of chunks: what a host sends that does not know `alt=sse`."""

from __future__ import annotations

from collections.abc import Iterator
from json import JSONDecoder
from typing import Any

from chatroom.providers.loose_json import parse_json

_decoder = JSONDecoder()


def elements(array: bytes) -> Iterator[Any]:
    """Yield the elements of `array`. Raises ValueError after those that are whole, where it was cut off."""
    text = array.decode("utf-8", "replace").strip()
    at = 1
    while True:
        while text[at : at + 1] in (" ", "\t", "\r", "\n", ","):
            at += 1
        if text[at : at + 1] == "]":
            return
        try:
            end = _decoder.raw_decode(text, at)[1]
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        yield parse_json(text[at:end])
        at = end
