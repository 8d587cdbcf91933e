"""Which reasoning of an earlier reply goes back with a later request, and why the rest stays.

A signed or encrypted piece is worth something to the model that made it and to no other: others
answer 400 to it. The same model refuses it too where it is not whole, or not beside the very answer
that it led to. Readable text can be given to anybody, if the person wants that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from chatroom.conversations.models import Message, ReasoningBack, Status
from chatroom.providers.events import Provenance

# A reply that its provider completed may all the same have been cut off.
_CUT = ("length", "content_filter", "error")


class Verdict(StrEnum):
    """What becomes of a reply's reasoning."""

    VERBATIM = "verbatim"  # goes as it came, with all that is signed or encrypted
    TEXT = "text"  # its readable text goes with the answer, by the person's choice
    RESUMED = "resumed"  # its readable text goes, for the model to go on from
    NEVER = "never"  # stays, by the person's choice
    FOREIGN = "foreign"  # stays: another model made it, or another provider's
    BROKEN = "broken"  # stays: the reply broke off, so that it may lack its end or its signature
    PIECED = "pieced"  # stays: the answer goes as one with another half, and was not made so
    LIVE = "live"  # cannot be told yet
    NOTHING = "nothing"  # there is none, or none that can go in the way that was chosen

    @property
    def goes(self) -> bool:
        """Whether any of it is sent."""
        return self in (Verdict.VERBATIM, Verdict.TEXT, Verdict.RESUMED)


@dataclass(slots=True)
class Inventory:
    """What a reply has, without its text: characters of answer and of readable reasoning, pieces that are opaque,
    calls of tools.

    `answered`: the answer had the last word; the reply did not end in the middle of a thought.
    """

    answer: int = 0
    reasoning: int = 0
    opaque: int = 0
    provenances: list[Provenance] = field(default_factory=list)
    answered: bool = False
    tools: int = 0


def decide(reply: Message, has: Inventory, whom: tuple[str, str], *, resumed: bool, pieced: bool) -> Verdict:
    """What becomes of the reasoning of `reply` in a request to `whom`, a provider and a model there.

    `resumed`: the model is to go on from it; `pieced`: the answer goes as one with another half.
    """
    run = reply.run
    if run.is_live:
        return Verdict.LIVE
    if not has.reasoning and not has.opaque:
        return Verdict.NOTHING
    if reply.reasoning_back == ReasoningBack.NEVER:
        return Verdict.NEVER
    if resumed and has.reasoning:
        return Verdict.RESUMED
    if reply.reasoning_back == ReasoningBack.TEXT:
        return Verdict.TEXT if has.reasoning else Verdict.NOTHING
    if (run.provider, run.model) != whom:
        return Verdict.FOREIGN
    if run.status != Status.COMPLETED or not has.answer or (run.finish_reason in _CUT and not has.answered):
        return Verdict.BROKEN
    return Verdict.PIECED if pieced else Verdict.VERBATIM
