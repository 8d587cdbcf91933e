"""What the composer shows: the models that the next prompt goes to, and what each of them offers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.timesince import timesince

from chatroom.accounts.models import User
from chatroom.conversations.engine import engine
from chatroom.conversations.forms import MAX_LANES, Asked, fitting
from chatroom.conversations.models import Conversation, Run
from chatroom.conversations.offers.catalogue import Offer, Shelf
from chatroom.conversations.offers.knobs import LeftOut, about, left_out
from chatroom.conversations.pages import load_turns
from chatroom.conversations.tree import Turn

# More models than this are listed by their makers.
MANY_MODELS = 60


@dataclass(frozen=True, slots=True)
class LaneChoice:
    """One model in the composer: what is asked of it, and the offer (None: not there now).

    `about` is what the model does, `left_out` what was wished of it and is not asked.
    """

    number: int
    asked: Asked
    offer: Offer | None
    about: str = ""
    left_out: LeftOut | None = None


@dataclass(frozen=True, slots=True)
class OfferGroup:
    """Offers under one heading of the picker."""

    heading: str
    offers: list[Offer]


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


def lanes_context(wishes: Iterable[Asked], *, single: bool = False) -> dict[str, Any]:
    """The context of the picker's templates. `single`: of one that picks one model, outside the composer."""
    lanes = [_lane(number, wish) for number, wish in enumerate(wishes)]
    groups = [OfferGroup(heading, list(offers)) for heading, offers in groupby(engine().catalogue.offers(), _heading)]
    return {"lanes": lanes, "groups": groups, "may_add": not single and len(lanes) < MAX_LANES, "single": single}


def _lane(number: int, wish: Asked) -> LaneChoice:
    offer = engine().catalogue.offer(wish.key)
    if offer is None:
        return LaneChoice(number, wish, None)
    asked = fitting(offer, wish)
    said = about(offer.model)
    if away := _away(offer.shelf):
        said = f"{said} {offer.provider.label} has not been reached for {away}.".strip()
    return LaneChoice(number, asked, offer, said, left_out(wish, asked, offer.model))


def _heading(offer: Offer) -> str:
    """The provider; where it lists very many, the maker of the model too, who stands before the slash of its name."""
    shelf = offer.shelf
    maker = offer.model.id.partition("/")[0] if len(shelf.models) > MANY_MODELS else ""
    away = _away(shelf)
    return " · ".join(filter(None, (shelf.provider.label, maker, away and f"not reached for {away}")))


def _away(shelf: Shelf) -> str:
    """For how long the provider has not been reached, in words; empty where it was the last time."""
    if not shelf.listing.error or shelf.listing.fetched_at is None:
        return ""
    return timesince(min(shelf.listing.fetched_at, timezone.now() - timedelta(minutes=1)), depth=1)


def default_lane() -> Asked | None:
    """Whom to ask when nobody has been asked before: a model that can be told to think, else the first there is."""
    offers = engine().catalogue.offers()
    best = next((offer for offer in offers if offer.model.reasoning == "optional"), None) or next(iter(offers), None)
    return Asked(best.provider.name, best.model.id, best.model.name) if best else None


def _as_before(user: User, path: list[Turn]) -> list[Asked]:
    """The models of the last turn, those that the conversation goes on with; else what the person asked last."""
    if path and path[-1].lanes:
        replies = [lane.first for lane in path[-1].followed]
        runs = Run.objects.filter(reply__in=replies).order_by("reply__lane")
        # A model that was asked with a thought and without it is one model.
        return list(dict.fromkeys(Asked.again(run) for run in runs))
    # By way of the conversation: of all runs of a person's some databases would look at each.
    newest = user.conversations.order_by("-touched_at").values_list("pk", flat=True)[:1]
    last = Run.objects.filter(reply__conversation__in=list(newest), answer_now=False).order_by("-pk").first()
    if last and engine().catalogue.offer(Asked.again(last).key):
        return [Asked.again(last)]
    first = default_lane()
    return [first] if first else []
