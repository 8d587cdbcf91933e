"""The demo's models: one way of thinking, of which each shows something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Literal

from chatroom.demo import conversation, skills
from chatroom.demo.conversation import Asked
from chatroom.demo.skills.thought import Depth, Step, Thought
from chatroom.demo.tokens import tokenise

OUT_OF_BUDGET = "\n\nMy budget for thinking ends here, so I answer with what I have."
_NOT_MINE = "\n\nThat text is not one that I can go on from, so here is my answer from its beginning:\n\n"


class Kind(Enum):
    """What a token is to its reader."""

    THOUGHT = "thought"
    SUMMARY = "summary"  # of a thought that was billed as silent tokens
    SILENT = "silent"  # thought, but not shown
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a reply. All but summaries are billed as one token."""

    kind: Kind
    text: str = ""

    @property
    def billed(self) -> bool:
        """Whether it counts as output of the model."""
        return self.kind is not Kind.SUMMARY


@dataclass(frozen=True, slots=True)
class Model:
    """A model. `shows` is the kind of token in which its thought comes; `mandatory`: it cannot but think."""

    id: str
    name: str
    description: str
    shows: Kind
    mandatory: bool


MODELS = {
    model.id: model
    for model in (
        Model(
            "thinker",
            "Demo: thinker",
            "A small program, not a language model. Works small questions out and shows its whole thought.",
            Kind.THOUGHT,
            mandatory=False,
        ),
        Model(
            "summariser",
            "Demo: summariser",
            "A small program, not a language model. Thinks like the thinker, but shows only a summary.",
            Kind.SUMMARY,
            mandatory=True,
        ),
        Model(
            "quiet",
            "Demo: quiet",
            "A small program, not a language model. Thinks without a word, then answers.",
            Kind.SILENT,
            mandatory=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How to reply: `depth` None is without thought; the limits are in tokens, None is without a limit."""

    depth: Depth | None = Depth.STEPS
    exclude: bool = False
    max_thought: int | None = None
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model says, token by token."""

    tokens: tuple[Token, ...]
    finish: Literal["stop", "length"]

    @property
    def thought_tokens(self) -> int:
        """How many tokens were thought, shown or not."""
        return sum(token.kind in (Kind.THOUGHT, Kind.SILENT) for token in self.tokens)

    @property
    def billed_tokens(self) -> int:
        """How many tokens there are in all: thought and answer."""
        return sum(token.billed for token in self.tokens)


def reply(model: Model, asked: Asked, settings: Settings, today: date) -> Reply:
    """Think about what is asked, and answer."""
    thought = skills.work_out(asked.question, today)
    answer = thought.answer
    if asked.answer_so_far.strip():
        rest = conversation.rest_of_answer(answer, asked.answer_so_far)
        thought = _going_on(asked.answer_so_far)
        answer = _NOT_MINE + answer if rest is None else rest
    shows = Kind.SILENT if settings.exclude else model.shows
    tokens: list[Token] = []
    if settings.depth is not None:
        tokens += _thinking(thought, shows, settings.depth, settings.max_thought, asked.thoughts_so_far)
    tokens += [Token(Kind.ANSWER, text) for text in tokenise(answer)]
    return _limited(tokens, settings.max_tokens)


def _going_on(so_far: str) -> Thought:
    last_words = " ".join(so_far[-60:].split()[-5:])
    text = f"My answer was cut off after “{last_words}”. I know how it goes on, and take it up at exactly that place."
    return Thought((Step(text),), (f"**Going on**\n\n{text}",), "")


def _thinking(thought: Thought, shows: Kind, depth: Depth, budget: int | None, so_far: str) -> list[Token]:
    whole, summary = thought.text(depth), "\n\n".join(thought.summary)
    if so_far and shows is Kind.SUMMARY:
        rest = conversation.rest_of_thoughts(summary, so_far)
        # What was summarised so far was thought so far; the rest of the thought is as long in proportion.
        whole, summary = whole[len(whole) - len(whole) * len(rest) // len(summary) :], rest
    elif so_far:
        whole = conversation.rest_of_thoughts(whole, so_far)
    pieces = tokenise(whole)
    if budget is not None and len(pieces) > budget:
        note = tokenise(OUT_OF_BUDGET)
        # A budget that is too small even for the note is spent on the thought.
        pieces = pieces[: budget - len(note)] + note if budget > len(note) else pieces[:budget]
        summary += "\n\n**Running out of budget**" + OUT_OF_BUDGET
    match shows:
        case Kind.THOUGHT:
            return [Token(Kind.THOUGHT, text) for text in pieces]
        case Kind.SUMMARY:
            return _summarised(summary, len(pieces))
        case _:
            return [Token(Kind.SILENT)] * len(pieces)


def _summarised(summary: str, thought_tokens: int) -> list[Token]:
    """Let each section of the summary come when its share of the thought has been thought."""
    sections = summary.replace("\n\n**", "\n\n\0**").split("\0")
    share, rest = divmod(thought_tokens, len(sections))
    tokens: list[Token] = []
    for at, section in enumerate(sections):
        tokens += [Token(Kind.SILENT)] * (share + (at < rest))
        tokens += [Token(Kind.SUMMARY, text) for text in tokenise(section)]
    return tokens


def _limited(tokens: list[Token], limit: int | None) -> Reply:
    if limit is None or sum(token.billed for token in tokens) <= limit:
        return Reply(tuple(tokens), "stop")
    return Reply(tuple(_until(tokens, limit)), "length")


def _until(tokens: list[Token], limit: int) -> Iterator[Token]:
    """Yield tokens until `limit` of them have been billed."""
    billed = 0
    for token in tokens:
        billed += token.billed
        if billed > limit:
            return
        yield token
