from __future__ import annotations

from typing import Any

import pytest

from chatroom.providers.dialects.openai_chat.reasoning_details import DetailCollector, rebuild
from chatroom.providers.events import Event, OpaquePiece, Provenance


def text(text: str, index: int = 0, **keys: Any) -> dict[str, Any]:
    return {"type": "reasoning.text", "text": text, "index": index, **keys}


def encrypted(data: str, index: int = 0, **keys: Any) -> dict[str, Any]:
    return {"type": "reasoning.encrypted", "data": data, "index": index, **keys}


def summary(text: str, index: int = 0) -> dict[str, Any]:
    return {"type": "reasoning.summary", "summary": text, "index": index}


def collect(*deltas: list[Any]) -> list[OpaquePiece]:
    collector = DetailCollector()
    given: list[Event] = []
    for delta in deltas:
        if collector.read(delta, "a/model"):
            collector.give(given)
    collector.finish(given)
    return [piece for piece in given if isinstance(piece, OpaquePiece)]


def sent_back(*deltas: list[Any]) -> list[Any]:
    return rebuild(piece.data for piece in collect(*deltas))


def test_fragments_are_joined_and_the_last_signature_counts() -> None:
    assert sent_back(
        [text("", signature="", format="f")], [text("a", signature="")], [text("b")], [text("", signature="s")]
    ) == [text("ab", signature="s", format="f")]


def test_a_signature_may_come_without_text() -> None:
    assert sent_back([{"type": "reasoning.text", "signature": "s", "index": 0}]) == [
        {"type": "reasoning.text", "signature": "s", "index": 0}
    ]


def test_a_summary_goes_with_the_encrypted_thought_of_the_same_index() -> None:
    assert sent_back([summary("a")], [summary("b")], [encrypted("e")]) == [summary("ab"), encrypted("e")]


def test_a_summary_and_a_text_of_one_index_are_two() -> None:
    assert sent_back([summary("a")], [text("b")], [text("", signature="s")]) == [summary("a"), text("b", signature="s")]


def test_what_a_fragment_leaves_empty_does_not_erase_what_came_before() -> None:
    assert sent_back([text("a", id="r1", format="f")], [text("", id=None, format=None, signature="s")]) == [
        text("a", id="r1", format="f", signature="s")
    ]


def test_blocks_keep_their_order() -> None:
    assert sent_back(
        [text("a")],
        [text("", signature="s")],
        [encrypted("e", 1)],
        [text("c", 2)],
        [text("", 2, signature="t")],
    ) == [text("a", signature="s"), encrypted("e", 1), text("c", 2, signature="t")]


def test_a_new_text_after_a_signature_is_a_new_block_though_its_index_be_the_same() -> None:
    assert sent_back([text("a", signature="s")], [text("b", signature="t")]) == [
        text("a", signature="s"),
        text("b", signature="t"),
    ]


def test_signed_texts_that_come_together_are_as_many_blocks() -> None:
    signed = [text("a", signature="s"), text("b", signature="t"), text("", signature="u")]
    assert sent_back(signed) == signed


def test_text_after_an_encrypted_thought_is_sent_back_with_it() -> None:
    assert sent_back([encrypted("e")], [text("a", 1)], [text("b", 1)]) == [encrypted("e"), text("ab", 1)]


def test_an_encrypted_thought_repeated_at_the_end_counts_once() -> None:
    assert sent_back([encrypted("e")], [encrypted("f")], [encrypted("e"), text("")]) == [encrypted("e"), encrypted("f")]


def test_unsigned_text_alone_needs_no_opaque_piece() -> None:
    assert collect([text("a")], [text("b", format="unknown")]) == []


def test_pieces_are_given_out_as_soon_as_they_are_whole() -> None:
    collector = DetailCollector()
    given: list[Event] = []
    assert not collector.read([text("a")], None)
    assert collector.read([text("", signature="s")], None)
    collector.give(given)
    assert given == [OpaquePiece(text("a", signature="s"), Provenance.HIDDEN)]
    assert collector.read([encrypted("e")], None)
    collector.give(given)
    assert given[1] == OpaquePiece(encrypted("e"), Provenance.ENCRYPTED)


def test_other_opaque_pieces_are_not_sent_back_as_details() -> None:
    assert rebuild([{"extra_content": {}}, {"type": "thinking", "signature": "s"}, text("a")]) == [text("a")]


GEMINI, CLAUDE = "google-gemini-v1", "anthropic-claude-v1"


@pytest.mark.parametrize(
    ("details", "model", "shown"),
    [
        ([text("a"), encrypted("e"), text("b")], "x/y", ("ab", Provenance.RAW)),
        ([summary("a")], "x/y", ("a", Provenance.SUMMARY)),
        ([None, 3, {}, {"type": []}], "x/y", ("", Provenance.RAW)),
        ([text("a", format=GEMINI)], "google/gemini-2.5-pro", ("a", Provenance.SUMMARY)),
        ([text("a", format=CLAUDE)], "anthropic/claude-4.5-haiku-20251001", ("a", Provenance.SUMMARY)),
        ([text("a", format=CLAUDE)], "anthropic/claude-3.7-sonnet:thinking", ("a", Provenance.RAW)),
        ([text("a", format=CLAUDE)], "anthropic/claude-3-7-sonnet-20250219", ("a", Provenance.RAW)),
        ([text("a", format=CLAUDE)], None, ("a", Provenance.RAW)),
    ],
)
def test_the_text_of_a_delta_is_read_with_what_it_is(details: list[Any], model: Any, shown: tuple[str, Any]) -> None:
    collector = DetailCollector()
    collector.read(details, model)
    assert (collector.text, collector.provenance) == shown
