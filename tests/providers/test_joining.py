"""Neighbouring pieces of one text are handed on as one; nothing else is touched."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatroom.providers.events import ContentDelta, Event, PartEnded, Provenance, ReasoningDelta, ToolDelta
from chatroom.providers.joining import joined
from chatroom.providers.parts import Assembler, PieceKind

RAW, SUMMARY = Provenance.RAW, Provenance.SUMMARY


def test_neighbours_of_one_kind_are_joined() -> None:
    events: list[Event] = [
        ReasoningDelta("a", RAW),
        ReasoningDelta("b", RAW),
        ReasoningDelta("c", SUMMARY),
        ContentDelta("d"),
        ContentDelta("e"),
        PartEnded(),
        ContentDelta("f"),
    ]
    assert list(joined(events)) == [
        ReasoningDelta("ab", RAW),
        ReasoningDelta("c", SUMMARY),
        ContentDelta("de"),
        PartEnded(),
        ContentDelta("f"),
    ]


EVENTS = st.sampled_from(
    [
        ReasoningDelta("r"),
        ReasoningDelta("s", SUMMARY),
        ContentDelta("c"),
        ContentDelta(""),
        PartEnded(),
        ToolDelta("1", "look", "{"),
        ToolDelta("2", "find", "}"),
    ]
)


@given(st.lists(EVENTS, max_size=20))
def test_each_part_gets_the_same_text_as_if_they_came_one_by_one(events: list[Event]) -> None:
    def texts(some: list[Event]) -> dict[int, str]:
        assembler, said = Assembler(), dict[int, str]()
        for event in some:
            piece = assembler.place(event)  # type: ignore[arg-type]
            if piece and piece.kind is PieceKind.TEXT:
                said[piece.head.index] = said.get(piece.head.index, "") + piece.text
        return said

    assert texts(list(joined(events))) == texts(events)
