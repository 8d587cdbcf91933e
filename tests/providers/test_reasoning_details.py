from __future__ import annotations

from typing import Any

from chatroom.providers.dialects.openai_chat.reasoning_details import DetailCollector, rebuild, visible_text
from chatroom.providers.events import OpaquePiece, Provenance


def text(text: str, index: int = 0, **keys: Any) -> dict[str, Any]:
    return {"type": "reasoning.text", "text": text, "index": index, **keys}


def encrypted(data: str, index: int = 0, **keys: Any) -> dict[str, Any]:
    return {"type": "reasoning.encrypted", "data": data, "index": index, **keys}


def summary(text: str, index: int = 0) -> dict[str, Any]:
    return {"type": "reasoning.summary", "summary": text, "index": index}


def collect(*deltas: list[Any]) -> list[OpaquePiece]:
    collector = DetailCollector()
    return [piece for delta in deltas for piece in collector.add(delta)] + list(collector.finish())


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


def test_text_after_an_encrypted_thought_is_sent_back_with_it() -> None:
    assert sent_back([encrypted("e")], [text("a", 1)], [text("b", 1)]) == [encrypted("e"), text("ab", 1)]


def test_an_encrypted_thought_repeated_at_the_end_counts_once() -> None:
    assert sent_back([encrypted("e")], [encrypted("f")], [encrypted("e"), text("")]) == [encrypted("e"), encrypted("f")]


def test_unsigned_text_alone_needs_no_opaque_piece() -> None:
    assert collect([text("a")], [text("b", format="unknown")]) == []


def test_pieces_are_given_out_as_soon_as_they_are_whole() -> None:
    collector = DetailCollector()
    assert list(collector.add([text("a")])) == []
    (piece,) = collector.add([text("", signature="s")])
    assert piece == OpaquePiece(text("a", signature="s"), Provenance.HIDDEN)
    (piece,) = collector.add([encrypted("e")])
    assert piece.provenance is Provenance.ENCRYPTED


def test_other_opaque_pieces_are_not_sent_back_as_details() -> None:
    assert rebuild([{"extra_content": {}}, {"type": "thinking", "signature": "s"}, text("a")]) == [text("a")]


def test_visible_text_is_that_of_texts_and_summaries() -> None:
    assert visible_text([text("a"), encrypted("e"), text("b")]) == ("ab", Provenance.RAW)
    assert visible_text([summary("a")]) == ("a", Provenance.SUMMARY)
    assert visible_text([None, 3, {}]) == ("", Provenance.RAW)
