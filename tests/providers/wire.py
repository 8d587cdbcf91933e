"""How a dialect is spoken: well-formed streams from pieces of text, and events as a stranger might send them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeAlias

from hypothesis import strategies as st

Event: TypeAlias = dict[str, Any]

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
TAGS = ("<think>", "</think>", "\n</think>\n", "<")
WORDS = TEXT | st.sampled_from([*TAGS, "\u2028", "\u0085", "\r\n", "🦉", " ", ""])
JUNK: tuple[Any, ...] = (None, True, 0, -1, 3, 1.5, "", "x", [], {}, [None], [[]], {"text": 1})


@st.composite
def cut_texts(draw: st.DrawFn) -> list[str]:
    """A text in pieces; tags, of which it may have some where they count, are cut like any words."""
    words = st.lists(WORDS, max_size=4).map("".join)
    opening = st.sampled_from(["", "", "<think>", " <think>"])
    closing = st.sampled_from(["", "</think>", "\n</think>\n"])
    text = "".join(draw(st.tuples(opening, words, closing, words)))
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


def named(event: Event) -> bytes:
    """A server-sent event, named by its type."""
    return f"event: {event.get('type')}\n".encode() + unnamed(event)


def unnamed(event: Event) -> bytes:
    return f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


def line(event: Event) -> bytes:
    return f"{json.dumps(event, ensure_ascii=False)}\n".encode()


@dataclass(frozen=True)
class Wire:
    """One dialect. A stream is `opening`, thoughts, `turn`, answers, `ending`, and `last` as it is.

    `whole` is an answer in one piece, from its thought and its answer. `call` are the events of a tool
    call with these arguments. `fragments` are events that a long reply is made of besides thoughts and
    answers; `oddities` any that do not follow from the others, failures among them.
    """

    thought: Callable[[str], Event]
    answer: Callable[[str], Event]
    whole: Callable[[str, str], Event]
    call: Callable[[Any], list[Event]]
    fragments: tuple[Event, ...]
    oddities: tuple[Event, ...]
    opening: tuple[Event, ...] = ()
    turn: tuple[Event, ...] = ()
    ending: tuple[Event, ...] = ()
    last: bytes = b""
    frame: Callable[[Event], bytes] = named

    def stream(self, thoughts: Iterable[str], answers: Iterable[str]) -> bytes:
        events = [*self.opening, *map(self.thought, thoughts), *self.turn, *map(self.answer, answers), *self.ending]
        return b"".join([*map(self.frame, events), self.last])

    def long(self, deltas: int, *kinds: Event) -> Iterator[bytes]:
        """A stream of so many deltas, alike for each of `kinds`, in pieces of a hundred and never there as a whole."""
        yield b"".join(map(self.frame, self.opening))
        for kind in kinds:
            hundred = self.frame(kind) * 100
            for _ in range(deltas // len(kinds) // 100):
                yield hundred
        yield b"".join([*map(self.frame, self.ending), self.last])

    def samples(self) -> list[Event]:
        """One event of each kind."""
        said = [self.thought("Hm."), self.answer("Hi.")]
        asked = self.call({"city": "Zürich"})
        return [*self.opening, *said, *self.turn, *asked, *self.fragments, *self.oddities, *self.ending]

    def streams(self) -> st.SearchStrategy[list[bytes]]:
        """The events of streams as a stranger might send them: in any order, some of them broken."""
        events = WORDS.map(self.thought) | WORDS.map(self.answer) | st.sampled_from(self.samples())
        frames = mangled(events).map(self.frame) | st.sampled_from([b": ping\n\n", b"\n", b"\r\n", b"\r"])
        ending = st.sampled_from([[], [*map(self.frame, self.ending), self.last]])
        line_end = st.sampled_from([b"\n", b"\r\n"])
        return st.tuples(st.lists(frames, max_size=8), ending, line_end).map(
            lambda drawn: [frame.replace(b"\n", drawn[2]) for frame in [*drawn[0], *drawn[1]]]
        )


@st.composite
def mangled(draw: st.DrawFn, events: st.SearchStrategy[Event]) -> Event:
    """An event in which, now and then, something is missing, of another kind, or new."""
    event = draw(events)
    if draw(st.integers(0, 3)) == 0:
        event = draw(st.sampled_from(list(broken(event))))
    if draw(st.integers(0, 9)) == 0:
        event = {draw(TEXT): draw(st.sampled_from(JUNK)), **event}
    return event


def broken(event: Event) -> Iterator[Event]:
    """`event` in all ways in which one thing in it can be missing or of another kind."""
    for path in _paths(event):
        for junk in (*JUNK, _MISSING):
            copy = deepcopy(event)
            holder: Any = copy
            for step in path[:-1]:
                holder = holder[step]
            if junk is _MISSING:
                del holder[path[-1]]
            else:
                holder[path[-1]] = junk
            yield copy


_MISSING = object()


def _paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*before, key)
            yield from _paths(inner, (*before, key))
