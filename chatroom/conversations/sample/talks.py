"""A year of conversations, side by side, as rows of the record in the order of their times.

Nobody waits for anybody: each person has one conversation under way, leaves it when it has had its turns, and
begins another. One conversation in a hundred thousand messages is long: 1,000 messages in 500 turns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from chatroom.conversations.actions import title_from
from chatroom.conversations.sample.models import ASKED, Asked
from chatroom.conversations.sample.texts import Subject, Texts

LONG_TURNS = 500
MESSAGES_A_LONG_TALK = 100_000
FEWEST_FOR_A_LONG_TALK = 4_000
DAYS = 365
# On average: of prompts that were said otherwise, retries and comparisons there are more than two.
MESSAGES_A_TURN = 2.12
# How much is said on the days of a week, from Monday.
WEEK = (1.1, 1.2, 1.2, 1.1, 0.9, 0.5, 0.5)
# Characters of a delta as they come when many runs share a commit.
DELTA_CHARACTERS = 400
CHARACTERS_A_TOKEN = 4
TOKENS_A_SECOND = 60

ENDINGS = (("completed", 93), ("stopped", 3), ("failed", 3), ("interrupted", 1))
ERRORS = (
    ("overloaded", "The provider is overloaded."),
    ("rate_limited", "The provider has had too many requests."),
    ("cut", "The connection broke off before the reply was complete."),
)

Row = tuple[Any, ...]


@dataclass(slots=True)
class Rows:
    """Rows of the tables, in the order of the columns that `bulk` names."""

    conversations: list[Row] = field(default_factory=list)
    # When somebody last said something in a conversation that is written already.
    touched: list[tuple[datetime, int]] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    runs: list[Row] = field(default_factory=list)
    parts: list[Row] = field(default_factory=list)
    deltas: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class _Talk:
    pk: int
    owner: int
    subject: Subject
    asked: Asked
    effort: str
    turns_left: int
    title: str
    created_at: datetime
    touched_at: datetime
    last_reply: int | None = None
    long: bool = False
    written: bool = False


class Talks:
    """Makes the rows up. `people` are the ids of their owners, `first` the first id that is free in each table."""

    def __init__(self, seed: int, people: Sequence[int], messages: int, until: datetime, first: dict[str, int]) -> None:
        self._random = Random(seed)  # noqa: S311 - nothing here is secret
        self._texts = Texts(self._random)
        self._people = people
        self._wanted = messages
        self._until = until
        self._talk_ids = count(first["conversation"])
        self._message_ids = count(first["message"])
        self._run_ids = count(first["run"])
        self._part_ids = count(first["part"])
        self._rows = Rows()
        self._made = 0
        self._current: dict[int, _Talk] = {}
        enough = messages >= FEWEST_FOR_A_LONG_TALK
        self._long_wanted = max(1, messages // MESSAGES_A_LONG_TALK) if enough else 0
        self._long_made = 0
        self._long: _Talk | None = None

    def batches(self, size: int) -> Iterator[Rows]:
        """All rows, `size` messages at a time; none refers to a later batch."""
        for at in self._times():
            if self._made >= self._wanted:
                break
            self._turn(self._next_talk(at), at)
            if len(self._rows.messages) >= size:
                yield self._take()
        yield self._take()

    def _take(self) -> Rows:
        for talk in [*self._current.values(), *filter(None, [self._long])]:
            self._write(talk)
        rows, self._rows = self._rows, Rows()
        return rows

    def _times(self) -> Iterator[datetime]:
        """When the turns are: over the year, more on workdays and in the afternoon. More than enough of them."""
        begin = self._until - timedelta(days=DAYS)
        share = self._wanted / MESSAGES_A_TURN / sum(WEEK[day % 7] for day in range(DAYS))
        owed = 0.0
        at = begin
        for day in range(DAYS):
            midnight = begin + timedelta(days=day)
            owed += share * WEEK[midnight.weekday()]
            hours = sorted(self._random.triangular(5.0, 23.9, 15.0) for _ in range(int(owed)))
            owed -= len(hours)
            for hour in hours:
                at = midnight + timedelta(hours=hour)
                yield at
        while True:  # chance has made fewer messages of a turn
            yield at

    def _next_talk(self, at: datetime) -> _Talk:
        if self._long is None and self._long_made < self._long_wanted * self._made / self._wanted:
            self._long = self._begin(self._people[self._long_made % len(self._people)], at, LONG_TURNS)
            self._long.long = True
            self._long_made += 1
        if self._long and self._random.random() < 0.5:
            return self._long
        owner = self._random.choice(self._people)
        talk = self._current.get(owner)
        if talk is None:
            turns = max(1, min(120, round(self._random.lognormvariate(1.3, 1.0))))
            talk = self._current[owner] = self._begin(owner, at, turns)
        return talk

    def _begin(self, owner: int, at: datetime, turns: int) -> _Talk:
        asked = self._random.choices(ASKED, [one.share for one in ASKED])[0]
        effort = self._random.choice(["", *asked.efforts])
        return _Talk(next(self._talk_ids), owner, self._texts.subject(), asked, effort, turns, "", at, at)

    def _write(self, talk: _Talk) -> None:
        if talk.written:
            self._rows.touched.append((talk.touched_at, talk.pk))
        else:
            pinned = self._random.random() < 0.01
            row = (talk.pk, talk.owner, talk.title, pinned, talk.created_at, talk.touched_at)
            self._rows.conversations.append(row)
            talk.written = True

    def _turn(self, talk: _Talk, at: datetime) -> None:
        """One prompt and its replies; now and then a prompt said otherwise, a retry, or two models side by side."""
        random = self._random
        at = max(at, talk.touched_at + timedelta(seconds=2))
        text = self._texts.prompt(talk.subject, first=not talk.title)
        talk.title = talk.title or title_from(text)
        chance = 1.0 if talk.long else random.random()
        if chance < 0.03:
            said_before = self._message(talk, "user", talk.last_reply, text, at)
            at = self._reply(talk, said_before, talk.asked, at)[1]
            text = self._texts.prompt(talk.subject, first=True)
        prompt = self._message(talk, "user", talk.last_reply, text, at)
        if 0.03 <= chance < 0.07:
            at = self._reply(talk, prompt, talk.asked, at)[1]
        reply, ended_at = self._reply(talk, prompt, talk.asked, at)
        if 0.07 <= chance < 0.10:
            other = random.choice(ASKED)
            reply, ended_at = self._reply(talk, prompt, other, at, lane=1, chosen=ended_at)
            talk.asked, talk.effort = other, ""
        talk.last_reply, talk.touched_at = reply, ended_at
        talk.turns_left -= 1
        if not talk.turns_left:
            self._write(talk)
            if talk.long:
                self._long = None
            else:
                del self._current[talk.owner]

    def _message(
        self,
        talk: _Talk,
        role: str,
        parent: int | None,
        text: str,
        at: datetime,
        lane: int = 0,
        chosen: datetime | None = None,
    ) -> int:
        pk = next(self._message_ids)
        self._rows.messages.append((pk, talk.pk, parent, role, text, lane, at, at, chosen, "", talk.owner))
        self._made += 1
        return pk

    def _reply(
        self,
        talk: _Talk,
        prompt: int,
        asked: Asked,
        at: datetime,
        lane: int = 0,
        chosen: datetime | None = None,
    ) -> tuple[int, datetime]:
        """A reply, its run and what it said. Returns the reply's id and when it ended."""
        random = self._random
        reply = self._message(talk, "assistant", prompt, "", at, lane, chosen)
        run = next(self._run_ids)
        status = random.choices([name for name, _ in ENDINGS], [share for _, share in ENDINGS])[0]
        effort = talk.effort if asked is talk.asked else ""
        started_at = at + timedelta(milliseconds=random.randint(5, 60))
        clock = started_at + timedelta(milliseconds=random.randint(200, 2500))
        thought = self._texts.thought(talk.subject) if asked.shows else ""
        answer = self._texts.answer(talk.subject)
        if status != "completed":  # it broke off somewhere, perhaps in mid-thought
            left = random.randint(0, len(thought) + len(answer))
            thought, answer = thought[:left], answer[: max(0, left - len(thought))]
        hidden = asked.shows in ("hidden", "encrypted")
        said = [("reasoning", asked.shows, "" if hidden else thought)] if thought and asked.shows != "hidden" else []
        said += [("content", "", answer)] if answer else []
        seq = 0
        answering_at = None
        for index, (kind, provenance, text) in enumerate(said):
            if kind == "content":
                answering_at = clock
            part_began = clock
            for start in range(0, len(text), DELTA_CHARACTERS):
                seq += 1
                piece = text[start : start + DELTA_CHARACTERS]
                self._rows.deltas.append((run, seq, index, "text", piece, round(clock.timestamp() * 1000)))
                clock += timedelta(seconds=len(piece) / CHARACTERS_A_TOKEN / TOKENS_A_SECOND)
            opaque: list[str] = []
            if provenance == "encrypted":
                seq += 1
                opaque = [random.randbytes(24).hex()]
                moment = round(clock.timestamp() * 1000)
                self._rows.deltas.append((run, seq, index, "opaque", f'"{opaque[0]}"', moment))
                clock += timedelta(seconds=len(thought) / CHARACTERS_A_TOKEN / TOKENS_A_SECOND)
            self._rows.parts.append(
                (next(self._part_ids), run, index, kind, provenance, "", text, opaque, part_began, clock, talk.owner)
            )
        numbers = self._numbers(asked, status, thought, answer)
        error_kind, error = random.choice(ERRORS) if status == "failed" else ("", "")
        if status == "interrupted":
            error = "The room stopped while this was going on."
        finish = "stop" if status == "completed" else ""
        times = (at, started_at, answering_at, clock)
        asked_of = (asked.provider, asked.model, asked.label, effort)
        self._rows.runs.append((run, reply, *asked_of, status, 1, *times, finish, error_kind, error, *numbers))
        return reply, clock

    def _numbers(self, asked: Asked, status: str, thought: str, answer: str) -> Row:
        """Tokens in, out, of reasoning; cost, and whether the room computed it. What broke off has none."""
        if status != "completed":
            return (None, None, None, None, False)
        tokens_in = self._random.randint(20, 4_000)
        reasoning = len(thought) // CHARACTERS_A_TOKEN
        tokens_out = reasoning + len(answer) // CHARACTERS_A_TOKEN + 1
        if asked.price_in is None or asked.price_out is None:
            return (tokens_in, tokens_out, reasoning if asked.shows else None, None, False)
        cost = (tokens_in * asked.price_in + tokens_out * asked.price_out) / 1_000_000
        return (tokens_in, tokens_out, reasoning, round(cost, 8), asked.provider == "northern")
