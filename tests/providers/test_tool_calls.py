from __future__ import annotations

from typing import Any

from chatroom.providers.dialects.openai_chat.tool_calls import ToolCallCollector
from chatroom.providers.events import ToolDelta


def fragment(arguments: Any = "", *, index: int | None = 0, id: str | None = None, name: str | None = None) -> Any:  # noqa: A002
    return {"index": index, "id": id, "function": {"name": name, "arguments": arguments}}


def calls(*deltas: list[Any]) -> list[tuple[str, str]]:
    """Names and arguments, by call."""
    collector = ToolCallCollector()
    joined: dict[str, ToolDelta] = {}
    for delta in deltas:
        for piece in collector.add(delta):
            assert isinstance(piece, ToolDelta)
            before = joined.get(piece.call, ToolDelta(piece.call, "", ""))
            joined[piece.call] = ToolDelta(piece.call, before.name + piece.name, before.arguments + piece.arguments)
    return [(piece.name, piece.arguments) for piece in joined.values()]


def test_fragments_of_two_calls_may_be_mixed() -> None:
    assert calls(
        [fragment(id="a", name="add")],
        [fragment(id="b", name="multiply", index=1)],
        [fragment("1", index=1), fragment("2", index=0)],
        [fragment("3", index=1)],
    ) == [("add", "2"), ("multiply", "13")]


def test_whole_calls_under_one_index_are_told_apart_by_their_ids() -> None:
    assert calls([fragment("1", id="a", name="add")], [fragment("2", id="b", name="add")]) == [
        ("add", "1"),
        ("add", "2"),
    ]


def test_an_id_repeated_in_each_fragment_is_one_call() -> None:
    assert calls([fragment("1", id="a", name="add")], [fragment("2", id="a", name="add")]) == [("add", "12")]


def test_calls_without_index_or_id_go_by_their_place() -> None:
    assert calls([fragment("1", index=None, name="add"), fragment("2", index=None, name="multiply")]) == [
        ("add", "1"),
        ("multiply", "2"),
    ]


def test_arguments_that_are_an_object_become_json() -> None:
    assert calls([fragment({"city": "Zürich"}, id="a", name="weather")]) == [("weather", '{"city": "Zürich"}')]


def test_two_calls_of_one_reply_never_share_a_name() -> None:
    collector = ToolCallCollector()
    pieces = [*collector.add([fragment(name="f", index=0), fragment(name="f", index=1)])]
    assert len({piece.call for piece in pieces if isinstance(piece, ToolDelta)}) == 2
