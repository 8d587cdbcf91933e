"""Thoughts that leave their reply: given to another model beside the prompt, or answered from at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chatroom.conversations.forms import Asked
from chatroom.conversations.models import BLOCK_BREAK, Delta, Part, Run, Status
from chatroom.conversations.offers.catalogue import Offer
from chatroom.providers.events import Provenance
from chatroom.providers.parts import PartKind, PieceKind, blocks

# What of reasoning a person can read, and therefore hand on.
READABLE = (Provenance.RAW, Provenance.SUMMARY)


@dataclass(frozen=True, slots=True)
class Beside:
    """What a model is told beside the prompt: the fields of the same names in `Run`."""

    thought: str = ""
    thought_from_id: int | None = None
    answer_now: bool = False

    @classmethod
    def again(cls, run: Run) -> Beside:
        """The same as it was told before."""
        return cls(run.thought, run.thought_from_id, run.answer_now)


NOTHING = Beside()


def thought_so_far(part: Part) -> str:
    """The text of a part, of one that goes on what the log has of it. `part.run` must be as fresh as `part`."""
    if not part.run.is_live:
        return part.readable
    kinds = (PieceKind.TEXT, PieceKind.BREAK)
    rows = Delta.objects.filter(run=part.run_id, part=part.index, kind__in=kinds).order_by("seq")
    texts: list[str] = []
    breaks: list[int] = []
    length = 0
    for kind, text in rows.values_list("kind", "text"):
        if kind == PieceKind.BREAK:
            breaks.append(length)
        texts.append(text)
        length += len(text)
    return BLOCK_BREAK.join(blocks("".join(texts), breaks))


def as_it_was(sent: str, thought: str) -> str:
    """What a form sends, or the thought itself where the form has changed nothing but its line ends (browsers do)."""
    return thought if sent == thought.replace("\r\n", "\n").replace("\r", "\n") else sent


def least_thinking(asked: Asked, offer: Offer | None) -> Asked:
    """The same model, thinking as little as it can be told to; as it was told where that is not known now."""
    efforts = offer.model.efforts if offer else ()
    return replace(asked, effort=efforts[0] if efforts else asked.effort, budget=None)


def is_moot(run: Run) -> bool:
    """Whether `run` is to answer in place of a reply that was complete, answer and all, before it could be stopped."""
    if not run.answer_now:
        return False
    answers = Part.objects.filter(run__reply=run.reply.parent_id, kind=PartKind.CONTENT).exclude(text="")
    return answers.filter(run__status=Status.COMPLETED).exists()
