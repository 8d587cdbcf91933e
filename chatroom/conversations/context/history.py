"""What a model is shown: the prompts and replies before it, in its own line.

A `History` makes both the messages of a request and the page that tells a person of them. It takes
three queries, however long the conversation is, and reads only such reasoning as is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeAlias

from chatroom.conversations.context.earlier_parts import inventories, sent_rows
from chatroom.conversations.context.reasoning_back import Inventory, Verdict, decide
from chatroom.conversations.models import Message, Part, ReasoningBack, Run
from chatroom.providers.parts import Part as FoldedPart
from chatroom.providers.parts import PartKind
from chatroom.providers.request import ChatMessage

# Said to a model in place of the person when a reply broke off and is to go on.
CONTINUE = "Continue exactly where you stopped, without repeating anything and without a word about the break."
CONTINUE_THOUGHT = (
    "You were interrupted while thinking. Your thoughts so far:\n\n{thoughts}\n\nGo on from there, and then answer."
)
ANSWER_NOW = "You have thought long enough. Answer now, without thinking any further."
ANSWER_THOUGHT = (
    "You have thought long enough. Your thoughts so far:\n\n{thoughts}\n\n"
    "Answer now, from these thoughts, without thinking any further."
)
# A thought in the words of a message: it must be plain where it begins and ends.
THOUGHT = "<reasoning>\n{thought}\n</reasoning>"
HANDED_OVER = "{prompt}\n\nHere is another model's reasoning about this, to help you:\n\n" + THOUGHT

# A provider, and the name of a model there.
Whom: TypeAlias = tuple[str, str]
# What a model is shown, oldest first.
Messages: TypeAlias = tuple[ChatMessage, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier reply, and what becomes of its reasoning.

    `thought` is what goes of it as text; `parts` are all parts of the reply, where they go verbatim.
    """

    message: Message
    run: Run
    has: Inventory
    verdict: Verdict
    answer: str
    thought: str = ""
    parts: tuple[FoldedPart, ...] = ()

    @property
    def speaks(self) -> bool:
        """Whether anything of it is shown to the model as its own words."""
        return bool(self.answer) or self.verdict is Verdict.TEXT


@dataclass(frozen=True, slots=True)
class Step:
    """A prompt of the line and the reply to it, which is several where it broke off and went on.

    `thought` is another model's, given beside the prompt in this line.
    """

    prompt: Message
    thought: str
    replies: tuple[Earlier, ...]

    def messages(self) -> Iterable[ChatMessage]:
        """The prompt and, where anything of it is shown, the reply: all of it as one."""
        text = self.prompt.text
        yield ChatMessage("user", HANDED_OVER.format(prompt=text, thought=self.thought) if self.thought else text)
        speaking = [reply for reply in self.replies if reply.speaks]
        if not speaking:
            return
        answer = "".join(reply.answer for reply in speaking)
        if thoughts := [reply.thought for reply in speaking if reply.verdict is Verdict.TEXT]:
            answer = f"{THOUGHT.format(thought=_joined(thoughts))}\n\n{answer}"
        yield ChatMessage("assistant", answer, speaking[0].parts)  # of several none has parts (Verdict.PIECED)


@dataclass(frozen=True, slots=True)
class History:
    """What a model is shown, oldest first. `urge` is said last, in the person's place, where a reply is to go on."""

    steps: tuple[Step, ...]
    urge: str = ""

    def messages(self) -> tuple[ChatMessage, ...]:
        """The messages of the request.

        Roles take turns, whatever falls out in between: DeepSeek and Perplexity answer 400 to two
        messages of one role in a row.
        """
        shown: list[ChatMessage] = []
        said = [message for step in self.steps for message in step.messages()]
        for message in [*said, *([ChatMessage("user", self.urge)] if self.urge else [])]:
            if shown and shown[-1].role == message.role:
                message = ChatMessage(message.role, _joined([shown.pop().content, message.content]))
            shown.append(message)
        return tuple(shown)


def messages_for(run: Run) -> Messages:
    """All that the model of `run` is shown, from the first prompt to the one it replies to."""
    return history_of(run).messages()


def history_of(run: Run) -> History:
    """What the model of `run` is shown, by the choices of today."""
    by_id = _messages(run.reply.conversation_id)
    return _history(_before(by_id[run.reply_id], by_id), (run.provider, run.model), run)


def history_to_come(conversation_id: int, after: int, whom: Whom) -> History:
    """What `whom` would be shown before a prompt that follows the reply `after`."""
    by_id = _messages(conversation_id)
    return _history([*_before(by_id[after], by_id), by_id[after]], whom, None)


def _messages(conversation_id: int) -> dict[int, Message]:
    return {m.pk: m for m in Message.objects.filter(conversation=conversation_id).select_related("run")}


def _before(reply: Message, by_id: Mapping[int, Message]) -> list[Message]:
    """The messages before `reply`, oldest first, along the line that it belongs to."""
    line: list[Message] = []
    while reply.parent_id is not None:
        below = by_id[reply.parent_id]
        line.append(below)
        if below.role == Message.Role.ASSISTANT:  # `reply` goes on with it
            reply = below
            continue
        before = reply.line_id or below.parent_id
        if before is None:
            break
        reply = by_id[before]
        line.append(reply)
    return line[::-1]


def _history(line: Sequence[Message], whom: Whom, run: Run | None) -> History:
    """`run` is what follows the line; None where that is a prompt yet to be written."""
    prompts = [n for n, message in enumerate(line) if message.role == Message.Role.USER]
    turns = [line[start:end] for start, end in zip_longest(prompts, prompts[1:])]
    replies = [reply for turn in turns for reply in turn[1:]]
    has = inventories([reply.run.pk for reply in replies])
    verdicts: dict[int, Verdict] = {}
    for turn in turns:
        verdicts |= _verdicts(turn[1:], has, whom, goes_on=run is not None and turn is turns[-1])
    rows = sent_rows(verdicts)
    steps = []
    for turn in turns:
        runs = [reply.run for reply in turn[1:]] + ([run] if run and turn is turns[-1] else [])
        thought = next((one.thought for one in runs if one.thought), "")
        earlier = [_earlier(reply, has, verdicts[reply.run.pk], rows.get(reply.run.pk, [])) for reply in turn[1:]]
        steps.append(Step(turn[0], thought, tuple(earlier)))
    return History(tuple(steps), _urge(steps[-1], run) if run and steps[-1].replies else "")


def _verdicts(
    replies: Sequence[Message], has: Mapping[int, Inventory], whom: Whom, *, goes_on: bool
) -> dict[int, Verdict]:
    """By run, the verdicts on the replies to one prompt. `goes_on`: the model is to go on with them now."""
    resumed: set[int] = set()
    # What was thought since the last word of the answer is what the model has to go on from.
    for reply in reversed(replies if goes_on else ()):
        if not has[reply.run.pk].answered:
            resumed.add(reply.pk)
        if has[reply.run.pk].answer:
            break
    pieced = sum(_speaks(reply, has[reply.run.pk]) for reply in replies) > 1
    return {
        reply.run.pk: decide(reply, has[reply.run.pk], whom, resumed=reply.pk in resumed, pieced=pieced)
        for reply in replies
    }


def _speaks(reply: Message, has: Inventory) -> bool:
    return has.answer > 0 or (has.reasoning > 0 and reply.reasoning_back == ReasoningBack.TEXT)


def _earlier(reply: Message, has: Mapping[int, Inventory], verdict: Verdict, rows: Sequence[Part]) -> Earlier:
    answer = "".join(row.text for row in rows if row.kind == PartKind.CONTENT)
    thought = ""
    parts: tuple[FoldedPart, ...] = ()
    match verdict:
        case Verdict.VERBATIM:
            parts = tuple(FoldedPart(row.head, row.text, row.opaque, row.breaks) for row in rows)
        case Verdict.TEXT:
            thought = _thought(rows)
        case Verdict.RESUMED:
            last_word = max((row.index for row in rows if row.kind == PartKind.CONTENT and row.text), default=-1)
            thought = _thought(row for row in rows if row.index > last_word)
    return Earlier(reply, reply.run, has[reply.run.pk], verdict, answer, thought, parts)


def _thought(rows: Iterable[Part]) -> str:
    return _joined(row.readable for row in rows if row.kind == PartKind.REASONING and row.text)


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(texts)


def _urge(step: Step, run: Run) -> str:
    """What is said to a model that is to go on with the replies of `step`; nothing where it is shown none of them."""
    if thoughts := _joined(reply.thought for reply in step.replies if reply.verdict is Verdict.RESUMED):
        return (ANSWER_THOUGHT if run.answer_now else CONTINUE_THOUGHT).format(thoughts=thoughts)
    if any(reply.speaks for reply in step.replies):
        return CONTINUE
    return ANSWER_NOW if run.answer_now else ""
