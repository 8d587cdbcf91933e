"""What a model is shown, which reasoning goes back to it, and that nobody else's opaque pieces are in it."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chatroom.conversations.context.earlier_parts import sent_rows
from chatroom.conversations.context.history import History, history_of, history_to_come, messages_for
from chatroom.conversations.context.reasoning_back import Verdict
from chatroom.conversations.models import Conversation, Message, Part, ReasoningBack, Run, Status
from chatroom.providers.request import ChatMessage

SIGNED = {"type": "reasoning.text", "signature": "sig"}
Piece = tuple[str, str, list[dict[str, Any]]]


def prompt(conversation: Conversation, text: str, parent: Message | None = None) -> Message:
    return Message.objects.create(conversation=conversation, role=Message.Role.USER, text=text, parent=parent)


def reply(parent: Message, content: str = "", thought: str = "", **fields: Any) -> Message:
    """A reply that is over; `provider`, `model`, `line`, `back` (its choice), `pieces` in place of the texts."""
    message = Message.objects.create(
        conversation=parent.conversation,
        role=Message.Role.ASSISTANT,
        parent=parent,
        line=fields.pop("line", None),
        reasoning_back=fields.pop("back", ""),
    )
    pieces: list[Piece] | None = fields.pop("pieces", None)
    if pieces is None:
        pieces = [("reasoning", thought, [SIGNED])] if thought else []
        pieces += [("content", content, [])] if content else []
    run = Run.objects.create(
        reply=message,
        **({"provider": "p", "model": "m", "status": Status.COMPLETED, "ended_at": timezone.now()} | fields),
    )
    for index, (kind, text, opaque) in enumerate(pieces):
        Part.objects.create(
            run=run,
            index=index,
            kind=kind,
            provenance="raw" if kind == "reasoning" else "",
            text=text,
            opaque=opaque,
            started_at=timezone.now(),
        )
    return message


def stopped(parent: Message, content: str = "", thought: str = "", **fields: Any) -> Message:
    return reply(parent, content, thought, status=Status.STOPPED, **fields)


def shown(message: Message) -> list[tuple[str, str]]:
    return [(m.role, m.content) for m in messages_for(message.run)]


def verdicts(history: History) -> list[Verdict]:
    return [earlier.verdict for step in history.steps for earlier in step.replies]


def next_after(message: Message, provider: str = "p", model: str = "m") -> tuple[list[Verdict], ChatMessage]:
    """What becomes of the reasoning of `message` with the next prompt, and the message that it is sent as."""
    history = history_to_come(message.conversation_id, message.pk, (provider, model))
    return verdicts(history), history.messages()[-1]


# The line


def test_a_model_is_shown_the_branch_that_it_is_on(conversation: Conversation) -> None:
    one = prompt(conversation, "One")
    reply(one, "not this try")
    uno = reply(one, "Uno")
    two = prompt(conversation, "Two", uno)
    assert shown(reply(two)) == [("user", "One"), ("assistant", "Uno"), ("user", "Two")]


def test_each_of_several_models_is_shown_its_own_line(conversation: Conversation) -> None:
    one = prompt(conversation, "One")
    left, right = reply(one, "Left"), reply(one, "Right")
    two = prompt(conversation, "Two", left)
    assert shown(reply(two, line=right)) == [("user", "One"), ("assistant", "Right"), ("user", "Two")]


def test_the_next_prompt_is_shown_what_its_run_will_be(conversation: Conversation) -> None:
    uno = reply(prompt(conversation, "One"), "Uno", "hm")
    to_come = history_to_come(conversation.pk, uno.pk, ("p", "m")).messages()
    assert messages_for(reply(prompt(conversation, "Two", uno)).run) == (*to_come, ChatMessage("user", "Two"))


def test_a_prompt_that_was_not_answered_is_one_with_the_next(conversation: Conversation) -> None:
    silent = stopped(prompt(conversation, "One"), "", "just began")
    assert shown(reply(prompt(conversation, "Two", silent))) == [("user", "One\n\nTwo")]


# The way back

PAIRS = [
    ("openrouter", "anthropic/claude-sonnet-4.5"),
    ("openai", "gpt-5"),
    ("anthropic", "claude-sonnet-4-5"),
    ("gemini", "gemini-3-pro"),
    ("deepseek", "deepseek-reasoner"),
    # The same name elsewhere, and another model of the same house.
    ("gateway", "gpt-5"),
    ("openai", "gpt-5-mini"),
]


def test_models_that_take_turns_get_their_own_pieces_and_nobody_elses(conversation: Conversation) -> None:
    before: Message | None = None
    secrets: dict[tuple[str, str], list[str]] = {pair: [] for pair in PAIRS}
    numbers = count()
    for provider, model in [*PAIRS, *reversed(PAIRS), *PAIRS]:
        asked = prompt(conversation, "Next", before)
        now = Message.objects.create(conversation=conversation, role=Message.Role.ASSISTANT, parent=asked)
        run = Run.objects.create(reply=now, provider=provider, model=model)
        opaque = [piece for message in messages_for(run) for piece in message.opaque]
        assert [piece["data"] for piece in opaque] == secrets[provider, model]
        now.delete()
        secret = f"secret {next(numbers)} of {provider} {model}"
        secrets[provider, model].append(secret)
        pieces: list[Piece] = [
            ("reasoning", "hm", [{"type": "sealed", "data": secret}]),
            ("content", "Well", []),
        ]
        before = reply(asked, pieces=pieces, provider=provider, model=model)


def test_what_goes_back_is_every_part_as_it_came(conversation: Conversation) -> None:
    pieces: list[Piece] = [
        ("reasoning", "  Let me see\r\n", [{"b": 2, "a": [1, None, "é\0\ud800😀"]}, {"signature": "x=="}]),
        ("content", "One ", [{"thoughtSignature": "y"}]),
        ("tool", '{"q":1}', [{"id": "t1"}]),
        ("reasoning", "", [{"data": "z"}]),
        ("content", "two.", []),
    ]
    made, message = next_after(reply(prompt(conversation, "?"), pieces=pieces))
    assert made == [Verdict.VERBATIM]
    assert message.content == "One two."
    assert [(part.head.kind.value, part.text, part.opaque) for part in message.parts] == pieces
    assert [part.head.index for part in message.parts] == [0, 1, 2, 3, 4]
    assert json.dumps(message.parts[0].opaque[0]) == json.dumps(pieces[0][2][0])


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({}, Verdict.VERBATIM),
        ({"model": "other"}, Verdict.FOREIGN),
        ({"provider": "other"}, Verdict.FOREIGN),
        ({"status": Status.STOPPED}, Verdict.BROKEN),
        ({"status": Status.FAILED}, Verdict.BROKEN),
        ({"status": Status.INTERRUPTED}, Verdict.BROKEN),
        ({"status": Status.ANSWERING, "ended_at": None}, Verdict.LIVE),
        # Cut off by the provider: a thought that the answer followed is whole, one that was the last word is not.
        ({"finish_reason": "length"}, Verdict.VERBATIM),
        ({"finish_reason": "length", "pieces": [("content", "A", []), ("reasoning", "h", [])]}, Verdict.BROKEN),
        ({"pieces": [("content", "A", []), ("reasoning", "h", [])]}, Verdict.VERBATIM),
        ({"pieces": [("reasoning", "h", [SIGNED])]}, Verdict.BROKEN),
        ({"pieces": [("reasoning", "", [SIGNED]), ("content", "A", [])]}, Verdict.VERBATIM),
        # What comes sealed after the answer is no thought that broke off.
        (
            {"finish_reason": "length", "pieces": [("content", "A", []), ("reasoning", "", [SIGNED])]},
            Verdict.VERBATIM,
        ),
        ({"pieces": [("reasoning", "", []), ("content", "A", [])]}, Verdict.NOTHING),
        ({"pieces": [("content", "A", [])]}, Verdict.NOTHING),
        # A signature without a thought stands at the answer itself.
        ({"pieces": [("content", "A", [SIGNED])]}, Verdict.VERBATIM),
        ({"pieces": [("content", "A", [SIGNED])], "model": "other"}, Verdict.FOREIGN),
        # A person's choice comes before all that.
        ({"back": ReasoningBack.NEVER}, Verdict.NEVER),
        ({"back": ReasoningBack.NEVER, "model": "other"}, Verdict.NEVER),
        ({"back": ReasoningBack.TEXT}, Verdict.TEXT),
        ({"back": ReasoningBack.TEXT, "model": "other"}, Verdict.TEXT),
        ({"back": ReasoningBack.TEXT, "status": Status.STOPPED}, Verdict.TEXT),
        ({"back": ReasoningBack.TEXT, "pieces": [("reasoning", "", [SIGNED]), ("content", "A", [])]}, Verdict.NOTHING),
    ],
)
def test_what_becomes_of_reasoning(conversation: Conversation, fields: dict[str, Any], verdict: Verdict) -> None:
    made, message = next_after(reply(prompt(conversation, "?"), "A", "h", **fields))
    assert made == [verdict]
    assert bool(message.parts) == (verdict is Verdict.VERBATIM)
    if verdict is not Verdict.VERBATIM:
        assert message.reasoning == ""
        assert message.opaque == ()
    assert ("h" in message.content) == (verdict is Verdict.TEXT)


def test_a_thought_sent_as_text_stands_before_the_answer_and_ends_plainly(conversation: Conversation) -> None:
    told = reply(prompt(conversation, "?"), "Six.", "3 + 3 {is} six", back=ReasoningBack.TEXT)
    _, message = next_after(told, model="other")
    assert message == ChatMessage("assistant", "<reasoning>\n3 + 3 {is} six\n</reasoning>\n\nSix.")


def test_of_a_reply_without_an_answer_the_thought_can_go_as_text(conversation: Conversation) -> None:
    told = stopped(prompt(conversation, "?"), "", "3 + 3", back=ReasoningBack.TEXT)
    assert next_after(told)[1] == ChatMessage("assistant", "<reasoning>\n3 + 3\n</reasoning>\n\n")


def test_several_thoughts_of_one_reply_go_as_one_text(conversation: Conversation) -> None:
    pieces: list[Piece] = [("reasoning", "a", []), ("content", "A", []), ("reasoning", "b", []), ("content", "B", [])]
    _, message = next_after(reply(prompt(conversation, "?"), pieces=pieces, back=ReasoningBack.TEXT))
    assert message.content == "<reasoning>\na\n\nb\n</reasoning>\n\nAB"


# Replies that broke off


def test_a_reply_that_broke_off_goes_on_from_its_text(conversation: Conversation) -> None:
    rest = reply(stopped(prompt(conversation, "One"), "Half an ans", "hm"))
    assert shown(rest)[:2] == [("user", "One"), ("assistant", "Half an ans")]
    assert shown(rest)[2][1].startswith("Continue exactly where you stopped")
    assert [m.opaque for m in messages_for(rest.run)] == [(), (), ()]
    assert verdicts(history_of(rest.run)) == [Verdict.BROKEN]


def test_an_answer_cut_off_by_its_provider_goes_on_from_all_that_it_was(conversation: Conversation) -> None:
    rest = reply(reply(prompt(conversation, "One"), "Half an ans", "hm", finish_reason="length"))
    assert messages_for(rest.run)[1].opaque == (SIGNED,)
    assert shown(rest)[2][1].startswith("Continue exactly where you stopped")


def test_a_thought_that_broke_off_goes_on_from_itself(conversation: Conversation) -> None:
    rest = reply(stopped(prompt(conversation, "One"), "", "First, the apples"))
    assert [role for role, _ in shown(rest)] == ["user"]
    assert shown(rest)[0][1].startswith("One\n\nYou were interrupted while thinking.")
    assert "First, the apples" in shown(rest)[0][1]
    assert verdicts(history_of(rest.run)) == [Verdict.RESUMED]


def test_a_thought_that_broke_off_twice_goes_on_from_all_of_it(conversation: Conversation) -> None:
    once = stopped(prompt(conversation, "One"), "", "First, the apples.")
    rest = reply(stopped(once, "", "Then the pears."))
    assert "First, the apples.\n\nThen the pears." in shown(rest)[-1][1]


def test_of_an_answer_that_broke_off_in_a_later_thought_both_are_kept(conversation: Conversation) -> None:
    pieces: list[Piece] = [("reasoning", "old", [SIGNED]), ("content", "Half", []), ("reasoning", "new", [])]
    rest = reply(stopped(prompt(conversation, "One"), pieces=pieces))
    assert shown(rest)[1] == ("assistant", "Half")
    assert "new" in shown(rest)[2][1]
    assert "old" not in shown(rest)[2][1]


def test_what_was_thought_before_the_answer_is_not_gone_on_from(conversation: Conversation) -> None:
    thought = stopped(prompt(conversation, "One"), "", "apples")
    rest = reply(stopped(thought, "Half an ans", "pears"))
    assert shown(rest)[1] == ("assistant", "Half an ans")
    assert shown(rest)[2][1].startswith("Continue exactly where you stopped")
    assert verdicts(history_of(rest.run)) == [Verdict.BROKEN, Verdict.BROKEN]


def test_a_thought_that_may_not_be_sent_is_not_gone_on_from(conversation: Conversation) -> None:
    rest = reply(stopped(prompt(conversation, "One"), "", "First, the apples", back=ReasoningBack.NEVER))
    assert shown(rest) == [("user", "One")]


def test_a_continued_reply_is_one_to_the_next_prompt(conversation: Conversation) -> None:
    rest = reply(stopped(prompt(conversation, "One"), "Half an ans", "hm"), "wer.", "hm again")
    after = reply(prompt(conversation, "Two", rest))
    assert shown(after) == [("user", "One"), ("assistant", "Half an answer."), ("user", "Two")]
    # No model ever made that message, so no signature fits it.
    assert messages_for(after.run)[1].parts == ()
    assert verdicts(history_of(after.run)) == [Verdict.BROKEN, Verdict.PIECED]


def test_an_answer_to_a_thought_that_broke_off_goes_back_as_it_came(conversation: Conversation) -> None:
    rest = reply(stopped(prompt(conversation, "One"), "", "hm"), "Answer.", "second thought")
    made, message = next_after(rest)
    assert made == [Verdict.BROKEN, Verdict.VERBATIM]
    assert (message.content, message.reasoning, message.opaque) == ("Answer.", "second thought", (SIGNED,))


def test_of_a_continued_reply_the_thoughts_sent_as_text_stand_before_all_of_it(conversation: Conversation) -> None:
    half = stopped(prompt(conversation, "One"), "Half an ans", "a", back=ReasoningBack.TEXT)
    made, message = next_after(reply(half, "wer.", "b", back=ReasoningBack.TEXT))
    assert made == [Verdict.TEXT, Verdict.TEXT]
    assert message == ChatMessage("assistant", "<reasoning>\na\n\nb\n</reasoning>\n\nHalf an answer.")


def test_a_thought_sent_as_text_is_not_beside_parts_that_lack_it(conversation: Conversation) -> None:
    half = stopped(prompt(conversation, "One"), "", "a", back=ReasoningBack.TEXT)
    made, message = next_after(reply(half, "Answer.", "b"))
    assert made == [Verdict.TEXT, Verdict.PIECED]
    assert message == ChatMessage("assistant", "<reasoning>\na\n</reasoning>\n\nAnswer.")


# Answer now


def test_answer_now_answers_from_the_thought(conversation: Conversation) -> None:
    rest = reply(stopped(prompt(conversation, "One"), "", "First, {the} apples"), answer_now=True)
    (_, said), *others = shown(rest)
    assert not others
    assert "First, {the} apples" in said
    assert "Answer now" in said
    assert "Go on from there" not in said


def test_answer_now_without_a_readable_thought_still_asks_for_an_answer(conversation: Conversation) -> None:
    sealed = stopped(prompt(conversation, "One"), pieces=[("reasoning", "", [SIGNED])])
    now = reply(sealed, answer_now=True)
    assert "Answer now" in shown(now)[0][1]
    assert verdicts(history_of(now.run)) == [Verdict.BROKEN]


# A thought handed over


def test_a_thought_handed_over_stands_beside_the_prompt(conversation: Conversation) -> None:
    helped = reply(prompt(conversation, "How many {r}s?"), thought="", model="small")
    Run.objects.filter(reply=helped).update(thought="s-t-r: {one}")
    helped.refresh_from_db()
    ((_, said),) = shown(helped)
    assert said.startswith("How many {r}s?\n\n")
    assert said.endswith("<reasoning>\ns-t-r: {one}\n</reasoning>")


def test_a_later_prompt_of_the_line_shows_the_thought_again(conversation: Conversation) -> None:
    asked = prompt(conversation, "How many?")
    helped, naive = reply(asked, "Three."), reply(asked, "Two.")
    Run.objects.filter(reply=helped).update(thought="count them")
    then = prompt(conversation, "Sure?", helped)
    with_it, without = reply(then, model="other"), reply(then, line=naive)
    assert "count them" in shown(with_it)[0][1]
    assert shown(without)[0] == ("user", "How many?")
    assert shown(with_it)[-1] == shown(without)[-1] == ("user", "Sure?")


def test_who_goes_on_with_a_helped_reply_is_shown_the_thought_once(conversation: Conversation) -> None:
    half = stopped(prompt(conversation, "How many?"), "Thr")
    rest = reply(half)
    Run.objects.filter(reply__in=[half, rest]).update(thought="count them")
    rest.refresh_from_db()
    assert json.dumps(shown(rest)).count("count them") == 1


# Cost


def test_three_queries_make_a_history_of_any_length(conversation: Conversation) -> None:
    before: Message | None = None
    for _ in range(20):
        before = reply(prompt(conversation, "?", before), "A", "h")
    run = reply(prompt(conversation, "Now", before)).run
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(messages_for(run)) == 41
    assert len(queries) == 3


def test_reasoning_that_stays_is_not_read(conversation: Conversation) -> None:
    mine = reply(prompt(conversation, "?"), "A", "mine " * 1000)
    theirs = reply(prompt(conversation, "?", mine), "A", "theirs", model="other")
    run = reply(prompt(conversation, "Now", theirs)).run
    history = history_of(run)
    assert [step.replies[0].has.reasoning for step in history.steps[:2]] == [len("mine " * 1000), len("theirs")]
    rows = sent_rows({mine.run.pk: Verdict.NEVER, theirs.run.pk: Verdict.TEXT})
    assert [row.text for row in rows[mine.run.pk]] == ["A"]
    assert [row.text for row in rows[theirs.run.pk]] == ["theirs", "A"]
