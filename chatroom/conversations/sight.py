"""What of a conversation a reader is shown, and by which numbers things go on that reader's page.

An owner sees all, by the numbers of the rows. Who was sent a link sees what the link lets through, and nothing else is
even on its way: what is to be hidden is taken out here, before a template sees it, and never reaches a fragment.
"""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass

from chatroom.conversations.models import Run, Status
from chatroom.conversations.ties import NO_TIES, Given, Reference, Ties
from chatroom.conversations.tree import Shown


@dataclass(frozen=True, slots=True)
class Sight:
    """The default is the owner's.

    Without `reasoning` not a word of it, nor that there was any, how long, or how many tokens. `key` names the rows
    anew: so that nobody learns from a page how many conversations a room has, or finds one row on two pages.
    """

    # Whether the reader may act on what is shown.
    mine: bool = True
    reasoning: bool = True
    # Which models spoke; tokens and cost; efforts and budgets that were chosen.
    models: bool = True
    numbers: bool = True
    settings: bool = True
    # What a provider or the house says of a failure: for who can do something about it. Its owner always may know.
    failures: bool = False
    key: bytes = b""

    def number(self, kind: str, pk: int) -> int:
        """The number that a row of a kind (`run`, `message`) goes by on the page."""
        if not self.key:
            return pk
        digest = hashlib.blake2b(f"{kind} {pk}".encode(), key=self.key, digest_size=6)
        return int.from_bytes(digest.digest())

    def run_number(self, pk: int) -> int:
        """A run's."""
        return self.number("run", pk)

    def message_number(self, pk: int) -> int:
        """A message's."""
        return self.number("message", pk)

    def run(self, run: Run, lane: int = 0) -> Run:
        """`run` as the reader may know it: a copy, not to be saved, whose column of the turn is `lane`."""
        if self.mine:
            return run
        seen = copy.copy(run)
        seen.pk, seen.reply_id = self.run_number(run.pk), self.message_number(run.reply_id)
        seen.worker = seen.retry_reason = ""
        seen.attempts, seen.lease_until, seen.stop_requested_at, seen.retry_at = 0, None, None, None
        if not self.failures:
            seen.error = seen.error_kind = ""
        seen.thought_from_id = None
        if not self.models:
            seen.provider = seen.model = ""
            seen.label = f"Model {lane + 1}"
        if not self.settings:
            seen.effort = seen.summary = ""
            seen.budget, seen.exclude = None, False
        if not self.numbers:
            seen.input_tokens = seen.output_tokens = seen.reasoning_tokens = seen.cost = None
        if not self.reasoning:
            seen.thought, seen.answer_now, seen.reasoning_tokens, seen.answering_at = "", False, None, None
            seen.exclude, seen.summary, seen.budget = False, "", None
            if seen.status == Status.ANSWERING:  # told by what the reader is shown: see `RunRender.settle_status`
                seen.status = Status.THINKING
        return seen

    def ties(self, ties: Ties) -> Ties:
        """What ties a run to others, without ways to where the reader may not go."""
        if self.mine:
            return ties
        if not self.reasoning or ties.given is None:
            return NO_TIES
        source = Reference(ties.given.source.name if self.models else "another model", 0, "")
        return Ties(Given(source, ties.given.provenance, ties.given.change))

    def shown(self, shown: Shown) -> Shown:
        """A message on the page; to who only reads, without its alternatives."""
        if self.mine:
            return shown
        message = copy.copy(shown.message)
        message.pk, message.parent_id, message.line_id = self.message_number(shown.message.pk), None, None
        message.owner_id = None
        return Shown(message, (message,))

    def place(self, shown: Shown) -> tuple[int, int, int]:
        """A message with its place among its alternatives, as the reader's page has it."""
        if self.mine:
            return shown.message.pk, shown.place, len(shown.siblings)
        return self.message_number(shown.message.pk), 1, 1


OWNERS = Sight()
