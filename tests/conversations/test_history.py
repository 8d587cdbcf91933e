"""What a model is shown, and that nobody else's opaque pieces are in it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from chatroom.conversations.history import messages_for
from chatroom.conversations.models import Conversation, Message, Part, Run, Status

SIGNED = {"type": "reasoning.text", "signature": "sig"}


def prompt(conversation: Conversation, text: str, parent: Message | None = None) -> Message:
    return Message.objects.create(conversation=conversation, role=Message.Role.USER, text=text, parent=parent)


def reply(parent: Message, content: str = "", thought: str = "", **fields: Any) -> Message:
    """A reply that is over; `provider`, `model`, `line` as given."""
    message = Message.objects.create(
        conversation=parent.conversation, role=Message.Role.ASSISTANT, parent=parent, line=fields.pop("line", None)
    )
    run = Run.objects.create(
        reply=message,
        **({"provider": "p", "model": "m", "status": Status.COMPLETED, "ended_at": timezone.now()} | fields),
    )
    now = timezone.now()
    if thought:
        Part.objects.create(run=run, index=0, kind="reasoning", text=thought, opaque=[SIGNED], started_at=now)
    if content:
        Part.objects.create(run=run, index=1, kind="content", text=content, started_at=now)
    return message


def shown(message: Message) -> list[tuple[str, str]]:
    return [(m.role, m.content) for m in messages_for(message.run)]


def test_a_model_is_shown_the_branch_that_it_is_on(conversation: Conversation) -> None:
    one = prompt(conversation, "One")
    reply(one, "not this try")
    uno = reply(one, "Uno")
    two = prompt(conversation, "Two", uno)
    assert shown(reply(two)) == [("user", "One"), ("assistant", "Uno"), ("user", "Two")]


def test_what_a_model_thought_goes_back_to_that_model_only(conversation: Conversation) -> None:
    mine = reply(prompt(conversation, "One"), "Uno", "hm", provider="p", model="m")
    two = prompt(conversation, "Two", mine)
    same = messages_for(reply(two, provider="p", model="m").run)
    assert (same[1].reasoning, same[1].opaque) == ("hm", (SIGNED,))
    for provider, model in (("p", "other"), ("other", "m")):
        stranger = messages_for(reply(two, provider=provider, model=model).run)
        assert (stranger[1].reasoning, stranger[1].opaque) == ("", ())


def test_each_of_several_models_is_shown_its_own_line(conversation: Conversation) -> None:
    one = prompt(conversation, "One")
    left, right = reply(one, "Left"), reply(one, "Right")
    two = prompt(conversation, "Two", left)
    assert shown(reply(two, line=right)) == [("user", "One"), ("assistant", "Right"), ("user", "Two")]


def test_a_reply_that_broke_off_goes_on_from_its_text(conversation: Conversation) -> None:
    broken = reply(prompt(conversation, "One"), "Half an ans", "hm")
    rest = reply(broken)
    assert [m.role for m in messages_for(rest.run)] == ["user", "assistant", "user"]
    assert shown(rest)[1] == ("assistant", "Half an ans")
    assert shown(rest)[2][1].startswith("Continue exactly where you stopped")


def test_a_thought_that_broke_off_goes_on_from_itself(conversation: Conversation) -> None:
    rest = reply(reply(prompt(conversation, "One"), "", "First, the apples"))
    assert [role for role, _ in shown(rest)] == ["user", "user"]
    assert "First, the apples" in shown(rest)[1][1]


def test_a_thought_that_broke_off_twice_goes_on_from_all_of_it(conversation: Conversation) -> None:
    once = reply(prompt(conversation, "One"), "", "First, the apples. ")
    rest = reply(reply(once, "", "Then the pears."))
    assert "First, the apples. Then the pears." in shown(rest)[-1][1]


def test_a_continued_reply_is_one_to_the_next_prompt(conversation: Conversation) -> None:
    rest = reply(reply(prompt(conversation, "One"), "Half an ans"), "wer.")
    after = reply(prompt(conversation, "Two", rest))
    assert shown(after) == [("user", "One"), ("assistant", "Half an answer."), ("user", "Two")]
