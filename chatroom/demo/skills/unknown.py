"""Everything else: what the demo can and cannot do, said honestly."""

from __future__ import annotations

import re

from chatroom.demo.skills.about import ADD_A_MODEL, CAN_DO, WHAT_I_AM
from chatroom.demo.skills.reading import MAX_QUESTION, plain
from chatroom.demo.skills.thought import Step, Thought, check, spelt_out
from chatroom.demo.skills.wording import several

_QUOTED = 80

_TOPICS = (
    (
        r"\b(?:poem|story|essay|song|haiku|joke|letter to|email|write|rewrite|limerick)\b",
        "It asks for a text to be written.",
    ),
    (r"\b(?:code|function|python|javascript|program|script|bug|regex|sql|html|css)\b|```", "It is about programming."),
    (r"\b(?:translate|translation|in (?:french|german|spanish|english|latin))\b", "It asks for a translation."),
    (r"\b(?:summari[sz]e|summary|explain|tl;?dr)\b", "It asks for something to be explained or summed up."),
    (r"\b(?:weather|news|price|stock|latest|search)\b", "It asks about the world outside, as it is now."),
    (
        r"\b(?:who|where|capital|president|history|invented|discovered|country|population)\b",
        "It asks for knowledge of the world.",
    ),
    (r"\b(?:should i|advice|recommend|feel|love|sad|happy|worried|opinion)\b", "It asks for advice or for a feeling."),
)


def work_out(question: str) -> Thought:
    """Say that this is none of the kinds of questions that are worked out here."""
    if not question.strip():
        return _thought("The message is empty.", "There is nothing in it for me to work on.", "Your message is empty.")
    if len(question) > MAX_QUESTION:
        return _thought(
            f"The user sends a text of {len(question)} characters.",
            f"I read questions of up to {MAX_QUESTION} characters, so I should not pretend to have read it.",
            f"That is longer than the {MAX_QUESTION} characters I can read.",
        )
    text = plain(question)
    topic = next((about for pattern, about in _TOPICS if re.search(pattern, text.lower())), "")
    numbers = len(re.findall(r"[0-9]+", text))
    return _thought(
        f"The user writes: “{_quoted(text)}”. {topic}".strip(),
        _looked_for(numbers),
        "That is beyond me." if topic else "I do not understand that well enough to work on it.",
    )


def _thought(seen: str, judged: str, answer: str) -> Thought:
    steps = (
        Step(seen),
        Step(judged),
        spelt_out(
            "I have no knowledge of the world and cannot write freely: I am a program with a few fixed skills. A guess "
            "would only look like an answer. Better to say what I am, and what I can do."
        ),
        check(
            "Could I have missed something? I read English only, and every number in a question has to have a place in "
            "what I make of it; otherwise I let it be. So it may help to put the question in other words."
        ),
        Step("I also say how a real model can be added, since that is probably what the user needs."),
    )
    summary = (
        f"**Looking for something to work out**\n\n{judged}",
        "**Being honest about it**\n\nI say what I am and what I can do, and how to add a language model.",
    )
    return Thought(steps, summary, f"{answer} {WHAT_I_AM}\n\n{CAN_DO}\n\n{ADD_A_MODEL}")


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else line[:_QUOTED].rstrip() + "…"


def _looked_for(numbers: int) -> str:
    seen = f"I see {several(numbers, 'number')} in it, but" if numbers else "I see no number in it,"
    return (
        f"Can I work this out? {seen} no sum, no comparison, no list to sort, no letters to count, no dates and no "
        "journey that I could be sure to have understood."
    )
