"""What the demo can work out, one module a kind of question.

Each has `work_out(question) -> Thought | None`, where None means: not my kind of question, or not
understood well enough to be sure. Results are exact (fractions, never floats), sizes are bounded, and
what is typed is never evaluated as code.
"""

from __future__ import annotations

from datetime import date
from functools import partial

from chatroom.demo.skills import (
    arithmetic,
    compare,
    conversion,
    dates,
    letters,
    motion,
    ordering,
    remarks,
    unknown,
)
from chatroom.demo.skills.reading import MAX_QUESTION, plain, sentences
from chatroom.demo.skills.thought import Step, Thought

_MAX_QUESTIONS = 5


def work_out(question: str, today: date) -> Thought:
    """Work `question` out. `today` is the current date."""
    if len(question) > MAX_QUESTION:
        return unknown.work_out(question)
    if thought := _by_a_skill(question, today) or remarks.work_out(question):
        return thought
    pieces = sentences(plain(question))
    thoughts = [_by_a_skill(piece, today) for piece in pieces] if len(pieces) > 1 else []
    found = [thought for thought in thoughts if thought]
    if not 1 <= len(found) <= _MAX_QUESTIONS:
        return unknown.work_out(question)
    left = any(not thought and not remarks.work_out(piece) for piece, thought in zip(pieces, thoughts, strict=True))
    return _together(found, left=left)


def _by_a_skill(question: str, today: date) -> Thought | None:
    skills = (
        letters.work_out,
        partial(dates.work_out, today=today),
        conversion.work_out,
        motion.work_out,
        ordering.work_out,
        compare.work_out,
        arithmetic.work_out,
    )
    return next((thought for skill in skills if (thought := skill(question))), None)


def _together(thoughts: list[Thought], *, left: bool) -> Thought:
    """Join what was found in the sentences of one message; `left` if there were others."""
    steps = [step for thought in thoughts for step in thought.steps]
    if len(thoughts) > 1:
        steps.insert(0, Step(f"There are {len(thoughts)} questions in this. I take them one after the other."))
    answer = "\n\n---\n\n".join(thought.answer for thought in thoughts)
    if left:
        steps.append(Step("The rest of the message I did not use, as I am not sure to understand it. I should say so."))
        answer += "\n\n*I used only the part of your message that I was sure to understand.*"
    return Thought(tuple(steps), tuple(paragraph for thought in thoughts for paragraph in thought.summary), answer)
