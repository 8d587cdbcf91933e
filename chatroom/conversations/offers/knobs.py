"""What the page says of a model's settings, before a prompt is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from chatroom.conversations.forms import Asked
from chatroom.providers.catalog import Model
from chatroom.providers.dialects.efforts import nearest
from chatroom.providers.request import Effort


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Settings that were wished for and are not taken; `instead`: the effort that comes nearest, if any does."""

    sentence: str
    instead: str


def about(model: Model) -> str:
    """What a model does, where its settings alone do not show it. Empty: they do."""
    tellable = bool(model.efforts) or model.takes_budget
    match model.reasoning:
        case "none":
            return "Does not think."
        case "always":
            said = "Thinks always." if tellable else "Thinks always; cannot be told how hard."
        case "optional":
            said = "" if tellable else "Can think; cannot be told how hard."
        case None:
            said = "Whether it thinks is not known."
    return " ".join(filter(None, (said, "Shows no more than a summary of its thought." if model.summarised else "")))


def left_out(wish: Asked, taken: Asked, model: Model) -> LeftOut | None:
    """What of `wish` is not among what is `taken`, by the words that the page has for it."""
    missed = []
    if wish.effort != taken.effort and not taken.budget:
        missed.append(f"‘{wish.effort}’")
    if wish.budget != taken.budget and taken.effort != "none":
        missed.append(f"‘≤ {wish.budget} tokens’")
    if wish.exclude != taken.exclude:
        missed.append("‘not returned’")
    if wish.summary != taken.summary:
        missed.append(f"‘{wish.summary} summary’")
    if not missed:
        return None
    if len(missed) == 1:
        sentence = f"{missed[0]} is not taken by {model.name}, so it is left out."
    else:
        sentence = f"{', '.join(missed[:-1])} and {missed[-1]} are not taken by {model.name}, so they are left out."
    return LeftOut(sentence, _nearest(wish.effort, model) if wish.effort != taken.effort and not taken.budget else "")


def _nearest(effort: str, model: Model) -> str:
    """The effort that the model takes and that comes nearest. Not to think at all is near to no thinking."""
    efforts = tuple(one for one in model.efforts if one != "none")
    return nearest(cast(Effort, effort), efforts) if efforts else ""
