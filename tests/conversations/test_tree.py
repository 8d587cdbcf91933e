"""Messages → turns, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chatroom.conversations.models import Message
from chatroom.conversations.tree import turns

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def message(
    pk: int, parent: int | None, *, lane: int = 0, selected: int | None = None, chosen: int | None = None
) -> Message:
    """A prompt where `pk` is even, a reply where it is odd; `selected` and `chosen` in minutes after noon."""
    return Message(
        pk=pk,
        parent_id=parent,
        role=Message.Role.USER if pk % 2 == 0 else Message.Role.ASSISTANT,
        lane=lane,
        selected_at=NOON + timedelta(minutes=pk if selected is None else selected),
        chosen_at=None if chosen is None else NOON + timedelta(minutes=chosen),
    )


def shown(*messages: Message) -> list[tuple[int, list[list[int]]]]:
    """Per turn the prompt, and per lane the replies."""
    return [
        (turn.prompt.message.pk, [[reply.message.pk for reply in lane.replies] for lane in turn.lanes])
        for turn in turns(messages)
    ]


def test_an_empty_conversation_has_no_turns() -> None:
    assert shown() == []


def test_a_talk_is_a_row_of_turns() -> None:
    assert shown(message(2, None), message(3, 2), message(4, 3), message(5, 4)) == [(2, [[3]]), (4, [[5]])]


def test_a_retry_stands_in_place_of_the_first_try_and_hides_what_followed_that() -> None:
    talk = [message(2, None), message(3, 2), message(4, 3), message(5, 4), message(7, 2)]
    assert shown(*talk) == [(2, [[7]])]


def test_the_sibling_selected_last_is_shown_with_what_followed_it() -> None:
    talk = [message(2, None), message(3, 2, selected=90), message(4, 3), message(5, 4), message(7, 2)]
    assert shown(*talk) == [(2, [[3]]), (4, [[5]])]
    place = turns(talk)[0].lanes[0].replies[0]
    assert (place.place, len(place.siblings), place.previous, place.next and place.next.pk) == (1, 2, None, 7)


def test_an_edited_prompt_is_a_branch_at_the_root_too() -> None:
    assert shown(message(2, None), message(3, 2), message(4, None), message(5, 4)) == [(4, [[5]])]


def test_lanes_stand_side_by_side_and_retry_each_for_itself() -> None:
    talk = [message(2, None), message(3, 2), message(5, 2, lane=1), message(7, 2, lane=1)]
    assert shown(*talk) == [(2, [[3], [7]])]


def test_a_continuation_stands_below_what_it_goes_on_with() -> None:
    talk = [message(2, None), message(3, 2), message(5, 3), message(6, 5)]
    assert shown(*talk) == [(2, [[3, 5]]), (6, [])]


def test_a_prompt_that_followed_stays_when_the_reply_before_it_is_continued() -> None:
    talk = [message(2, None), message(3, 2), message(4, 3), message(5, 4), message(7, 3)]
    assert shown(*talk) == [(2, [[3, 7]]), (4, [[5]])]


def test_all_lanes_are_followed_until_one_is_chosen() -> None:
    both = [message(2, None), message(3, 2), message(5, 2, lane=1)]
    assert [lane.number for lane in turns(both)[0].followed] == [0, 1]
    one = [message(2, None), message(3, 2, chosen=1), message(5, 2, lane=1, chosen=2)]
    turn = turns(one)[0]
    assert [lane.number for lane in turn.followed] == [1]
    assert [lane.passed_over for lane in turn.lanes] == [True, False]
