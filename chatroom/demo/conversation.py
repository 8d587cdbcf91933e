"""What a conversation asks, and where an interrupted reply is to go on.

A client continues a reply in one of these ways, each by a paragraph with a fixed beginning, in a user message of its
own or after the question in the same one:

    answer cut    … user: question, assistant: answer so far, user: "Continue exactly where you stopped …"
    thought cut   … "You were interrupted while thinking. Your thoughts so far: …", a blank line, and what is wanted
    enough        … "You have thought long enough. …"
    helped        … "Here is another model's reasoning about this, to help you: …"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

CONTINUE_ANSWER = "Continue exactly where you stopped"
CONTINUE_THOUGHT = "You were interrupted while thinking. Your thoughts so far:"
ENOUGH = "You have thought long enough."
HELPED = "Here is another model's reasoning about this, to help you:"
_NO_QUESTION = (CONTINUE_ANSWER, CONTINUE_THOUGHT, ENOUGH, HELPED)
_BEGINS = re.compile(r"\n\n(?=" + "|".join(map(re.escape, _NO_QUESTION)) + ")")


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The question, and what of its reply is there already; thoughts only where they were cut, too."""

    question: str
    answer_so_far: str = ""
    thoughts_so_far: str = ""


def read(messages: Sequence[Message]) -> Asked:
    """Find the question that is open. One that was interrupted several times is still one question."""
    messages = list(_apart(messages))
    questions = [at for at, message in enumerate(messages) if message.role == "user" and not _continues(message)]
    if not questions:
        return Asked("")
    question, later = messages[questions[-1]].text, messages[questions[-1] + 1 :]
    answer = "".join(message.text for message in later if message.role == "assistant")
    last = later[-1].text.lstrip() if later and later[-1].role == "user" else ""
    thoughts = last.removeprefix(CONTINUE_THOUGHT).lstrip() if last.startswith(CONTINUE_THOUGHT) else ""
    return Asked(question, answer, thoughts)


def _apart(messages: Iterable[Message]) -> Iterator[Message]:
    """Yield the messages, what stands beside a question as one of its own."""
    for message in messages:
        pieces = _BEGINS.split(message.text) if message.role == "user" else [message.text]
        yield from (Message(message.role, piece) for piece in pieces)


def _continues(message: Message) -> bool:
    return message.text.lstrip().startswith(_NO_QUESTION)


def rest_of_answer(answer: str, so_far: str) -> str | None:
    """Return what follows `so_far` in `answer`; None if the answer does not begin like that."""
    for said in (so_far, so_far.rstrip()):
        if answer.startswith(said):
            return answer[len(said) :]
    return None


_RECOGNISED = 12  # characters: a shorter piece may stand anywhere in any thoughts


def rest_of_thoughts(thoughts: str, so_far: str) -> str:
    """Return what follows `so_far` in `thoughts`; all of them if `so_far` are other thoughts.

    After a blank line more may be said. Of thoughts that were interrupted twice, `so_far` may be only
    the later piece.
    """
    for piece in (so_far, so_far.rpartition("\n\n")[0]):
        at = thoughts.find(piece)
        if piece and (at == 0 or (at > 0 and len(piece) >= _RECOGNISED)):
            return thoughts[at + len(piece) :]
    return thoughts
