"""Prompts, thoughts and answers, put together from a fixed stock of sentences: the same seed, the same texts."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from chatroom.conversations.sample import words
from chatroom.conversations.sample.words import Topic

# Sentences of each sort that are made up beforehand, for each topic.
STOCK = 500
# Of so many conversations one is held in another language.
FOREIGN_EVERY = 14


@dataclass(frozen=True, slots=True)
class Subject:
    """What one conversation is about: a stock of sentences, and a name that no other conversation has."""

    name: str
    first: tuple[str, ...]
    follow_ups: tuple[str, ...]
    thoughts: tuple[str, ...]
    answers: tuple[str, ...]
    things: tuple[str, ...]
    technical: bool


class Texts:
    """Makes subjects up, and what is said about them."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._english = [self._stock(topic) for topic in words.TOPICS]
        self._foreign = [
            Subject("", first, first, thoughts, answers, (), False)
            for first, thoughts, answers in words.FOREIGN.values()
        ]

    def subject(self) -> Subject:
        """Something to talk about."""
        random = self._random
        stock = random.choice(self._foreign if random.random() * FOREIGN_EVERY < 1 else self._english)
        name = "".join(random.choices(words.SYLLABLES, k=random.randint(3, 4))).capitalize()
        return Subject(
            name, stock.first, stock.follow_ups, stock.thoughts, stock.answers, stock.things, stock.technical
        )

    def prompt(self, subject: Subject, *, first: bool) -> str:
        """What a person asks."""
        random = self._random
        if not first:
            return random.choice(subject.follow_ups)
        asked = random.choice(subject.first)
        chance = random.random()
        if chance < 0.3:
            return f"{asked} It is for {subject.name}."
        if chance < 0.4:  # with something that was copied from elsewhere
            return f"{asked}\n\n{' '.join(self._some(subject.answers, 6))}"
        if chance < 0.5:
            return f"{asked}\n\nFor the record: order {random.randint(100_000, 999_999)}, {subject.name}."
        return asked

    def thought(self, subject: Subject) -> str:
        """What a model thinks: a few paragraphs, of some length or other."""
        paragraphs = [" ".join(self._some(subject.thoughts, 3)) for _ in range(self._count(2.6))]
        if self._random.random() < 0.2:
            paragraphs.append(f"The name {subject.name} was mentioned; I should not make anything up about it.")
        return "\n\n".join(paragraphs)

    def answer(self, subject: Subject) -> str:
        """What a model answers, in Markdown: paragraphs, and now and then a list, a heading, code, a formula."""
        random = self._random
        blocks = [" ".join(self._some(subject.answers, 3)) for _ in range(self._count(2.0))]
        chance = random.random()
        if chance < 0.25:
            blocks.append("\n".join(f"- {one}" for one in self._some(subject.answers, 4)))
        elif chance < 0.35:
            things = self._some(subject.things, 3) or [subject.name]
            blocks.append("\n".join(f"{n}. **{one.capitalize()}**" for n, one in enumerate(things, 1)))
        elif chance < 0.40:
            rows = "\n".join(f"| {one} | {random.randint(1, 90)} |" for one in self._some(subject.things, 4))
            blocks.append(f"| | number |\n| --- | ---: |\n{rows}")
        elif chance < 0.47:
            blocks[1:1] = [f"## {subject.name}"]
        if subject.technical and random.random() < 0.35:
            language, code = random.choice(words.CODE)
            thing = random.choice(subject.things).replace(" ", "_").replace("-", "_")
            blocks.append(f"```{language}\n{code.format(t=thing)}\n```")
        elif random.random() < 0.03:
            blocks.append(random.choice(words.FORMULAS))
        return "\n\n".join(blocks)

    def _some(self, stock: tuple[str, ...], around: int) -> list[str]:
        return self._random.choices(stock, k=self._random.randint(1, 2 * around - 1)) if stock else []

    def _count(self, mean: float) -> int:
        """Mostly few, now and then many."""
        return max(1, min(60, round(self._random.lognormvariate(0.0, 0.8) * mean)))

    def _stock(self, topic: Topic) -> Subject:
        things = _weighted(topic.things)
        return Subject(
            "",
            self._sentences(topic, words.PROMPTS),
            self._sentences(topic, words.FOLLOW_UPS),
            self._sentences(topic, words.THOUGHTS),
            self._sentences(topic, words.ANSWERS),
            things[0],
            topic.name == "programming",
        )

    def _sentences(self, topic: Topic, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self._sentence(topic, self._random.choice(patterns)) for _ in range(STOCK))

    def _sentence(self, topic: Topic, pattern: str) -> str:
        random = self._random
        (thing, other), kind, deed = (
            random.choices(*_weighted(topic.things), k=2),
            random.choices(*_weighted(topic.kinds))[0],
            random.choices(*_weighted(topic.deeds))[0],
        )
        return pattern.format(t=thing, u=other, k=kind, d=deed)


def _weighted(stock: tuple[str, ...]) -> tuple[tuple[str, ...], list[float]]:
    """A stock with how often each of it is said: the first often, the last seldom (Zipf's law)."""
    return stock, [1 / rank for rank, _ in enumerate(stock, 1)]
