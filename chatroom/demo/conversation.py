"""What a conversation asks, and where an interrupted reply is to go on.

A client continues a reply in one of two ways, each by a user message with a fixed beginning:

    answer cut    … user: question, assistant: answer so far, user: "Continue exactly where you stopped …"
    thought cut   … user: question, user: "You were interrupted while thinking. Your thoughts so far: …"
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CONTINUE_ANSWER = "Continue exactly where you stopped"
CONTINUE_THOUGHT = "You were interrupted while thinking. Your thoughts so far:"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The question, and what of its reply is there already: an answer so far, or only thoughts so far."""

    question: str
    answer_so_far: str = ""
    thoughts_so_far: str = ""


def read(messages: Sequence[Message]) -> Asked:
    """Find the question that is open. One that was interrupted several times is still one question."""
    questions = [at for at, message in enumerate(messages) if message.role == "user" and not _continues(message)]
    if not questions:
        return Asked("")
    question, later = messages[questions[-1]].text, messages[questions[-1] + 1 :]
    if later and later[-1].text.lstrip().startswith(CONTINUE_THOUGHT) and later[-1].role == "user":
        return Asked(question, thoughts_so_far=later[-1].text.lstrip().removeprefix(CONTINUE_THOUGHT).lstrip())
    return Asked(question, answer_so_far="".join(message.text for message in later if message.role == "assistant"))


def _continues(message: Message) -> bool:
    return message.text.lstrip().startswith((CONTINUE_ANSWER, CONTINUE_THOUGHT))


def rest_of_answer(answer: str, so_far: str) -> str | None:
    """Return what follows `so_far` in `answer`; None if the answer does not begin like that."""
    for said in (so_far, so_far.rstrip()):
        if answer.startswith(said):
            return answer[len(said) :]
    return None


_RECOGNISED = 12  # characters: a shorter beginning may be that of any thought
_AFTER_QUOTED = "\n\"'`<”"


def rest_of_thoughts(thoughts: str, so_far: str) -> str:
    """Return what follows `so_far` in `thoughts`; all of them if `so_far` are other thoughts.

    `so_far` may stand in quotes or tags, and more may be said after it.
    """
    if thoughts.startswith(so_far):
        return thoughts[len(so_far) :]
    quoted = so_far[max(so_far.find(thoughts[:_RECOGNISED]), 0) :]
    common = thoughts[: _common_length(thoughts, quoted)].rstrip()
    after = quoted[len(common) :].lstrip(" ")
    if len(common) < min(_RECOGNISED, len(so_far.strip())) or (after and after[0] not in _AFTER_QUOTED):
        return thoughts
    return thoughts[len(common) :]


def _common_length(one: str, two: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
