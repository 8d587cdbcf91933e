"""What the composer shows: the models that the next prompt goes to, and what each of them offers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from chatroom.accounts.models import User
from chatroom.conversations.catalogue import Offer
from chatroom.conversations.engine import engine
from chatroom.conversations.forms import MAX_LANES, Asked, fitting
from chatroom.conversations.models import Conversation, Run
from chatroom.conversations.pages import load_turns
from chatroom.conversations.tree import Turn


@dataclass(frozen=True, slots=True)
class LaneChoice:
    """One model in the composer: what is asked of it, and the offer (None: not there now)."""

    number: int
    asked: Asked
    offer: Offer | None


def composer(user: User, conversation: Conversation | None, path: list[Turn] | None = None) -> dict[str, Any]:
    """The context of the composer's templates."""
    if conversation is not None and path is None:
        path = load_turns(conversation.pk)
    asked = _as_before(user, path or [])
    return {
        "conversation": conversation,
        "form_key": uuid.uuid4(),
        **lanes_context(asked),
    }


def lanes_context(asked: Iterable[Asked]) -> dict[str, Any]:
    """The context of the picker's templates."""
    catalogue = engine().catalogue
    lanes = [LaneChoice(n, one, catalogue.offer(one.key)) for n, one in enumerate(asked)]
    offers = [(provider, list(group)) for provider, group in groupby(catalogue.offers(), lambda o: o.provider.label)]
    return {"lanes": lanes, "offers": offers, "may_add": len(lanes) < MAX_LANES}


def default_lane() -> Asked | None:
    """Whom to ask when nobody has been asked before: a model that can be told to think, else the first there is."""
    offers = engine().catalogue.offers()
    best = next((offer for offer in offers if offer.model.reasoning == "optional"), None) or next(iter(offers), None)
    return fitting(best, "", None, exclude=False) if best else None


def _as_before(user: User, path: list[Turn]) -> list[Asked]:
    """The models of the last turn, those that the conversation goes on with; else what the person asked last."""
    if path and path[-1].lanes:
        replies = [lane.last for lane in path[-1].followed]
        return [Asked.again(run) for run in Run.objects.filter(reply__in=replies).order_by("reply__lane")]
    last = Run.objects.filter(reply__conversation__owner=user).order_by("-pk").first()
    if last and engine().catalogue.offer(Asked.again(last).key):
        return [Asked.again(last)]
    first = default_lane()
    return [first] if first else []
