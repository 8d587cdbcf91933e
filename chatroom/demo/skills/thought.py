"""A question worked out: what is thought at each depth, its summary, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Depth(IntEnum):
    """How far a thought goes: the results, every step spelt out, every result checked in another way."""

    RESULTS = 1
    STEPS = 2
    CHECKED = 3


@dataclass(frozen=True, slots=True)
class Step:
    """A paragraph of thought, and the least depth at which it is thought."""

    text: str
    depth: Depth = Depth.RESULTS


@dataclass(frozen=True, slots=True)
class Thought:
    """A question worked out.

    `summary` has paragraphs of Markdown, each under a bold title. `answer` is Markdown; it is the
    same at every depth, so that an interrupted answer can be continued exactly.
    """

    steps: tuple[Step, ...]
    summary: tuple[str, ...]
    answer: str

    def text(self, depth: Depth) -> str:
        """Return what is thought at `depth`, its paragraphs separated by a blank line."""
        return "\n\n".join(step.text for step in self.steps if step.depth <= depth)


def spelt_out(text: str) -> Step:
    """Return a step for those who want to see how."""
    return Step(text, Depth.STEPS)


def check(text: str) -> Step:
    """Return a step that looks at a result in another way."""
    return Step(text, Depth.CHECKED)
