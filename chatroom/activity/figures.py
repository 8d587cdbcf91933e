"""What replies came to, each sum with over how many replies it goes. None: of no reply it is known. Pure.

Nothing is guessed: a sum says of how many it is, a mean goes over those alone, and where nothing is known nothing is
said, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields


@dataclass(slots=True)
class Figures:
    """Sums as the books have them (`ledger.models.Sums`); money in billionths of a US dollar, times in milliseconds."""

    runs: int = 0
    completed: int = 0
    stopped: int = 0
    failed: int = 0
    interrupted: int = 0
    input_tokens: int = 0
    inputs: int = 0
    output_tokens: int = 0
    outputs: int = 0
    reasoning_tokens: int = 0
    reasonings: int = 0
    share_reasoning: int = 0
    share_output: int = 0
    shares: int = 0
    cost_reported: int = 0
    costs_reported: int = 0
    cost_computed: int = 0
    costs_computed: int = 0

    def add(self, amounts: Iterable[int]) -> None:
        """Add amounts in the order of `COLUMNS`."""
        for name, amount in zip(COLUMNS, amounts, strict=True):
            setattr(self, name, getattr(self, name) + amount)

    @property
    def unfinished(self) -> int:
        """Replies that did not come to their end."""
        return self.stopped + self.failed + self.interrupted

    @property
    def share(self) -> float | None:
        """Reasoning through output (0 to 1), of the replies of which both are known."""
        return self.share_reasoning / self.share_output if self.share_output else None

    @property
    def answered(self) -> int:
        """Output tokens that were not reasoning, of the replies of which both are known."""
        return self.share_output - self.share_reasoning

    @property
    def undivided(self) -> int:
        """Output tokens of replies of which it is not known how much was reasoning."""
        return self.output_tokens - self.share_output

    @property
    def cost(self) -> int | None:
        """Reported and computed together."""
        return self.cost_reported + self.cost_computed if self.costs else None

    @property
    def costs(self) -> int:
        """Of how many replies the cost is known."""
        return self.costs_reported + self.costs_computed


COLUMNS: Sequence[str] = tuple(each.name for each in fields(Figures))


def figures(amounts: Sequence[int] | None = None) -> Figures:
    """From amounts in the order of `COLUMNS`."""
    return Figures(*(amounts or ()))
