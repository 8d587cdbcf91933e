"""What a preview tells of a shared page, in a picture and in words: never of thought."""

from __future__ import annotations

from chatroom.conversations.models import Message, Run
from chatroom.conversations.tree import replies_on
from chatroom.sharing.picture import Card
from chatroom.sharing.showing import Showing

# Of what was said first so much stands in a preview; and so many models are named.
FIRST_CHARACTERS = 400
MODELS_NAMED = 4


def card_of(shown: Showing) -> Card:
    """What is told of a page: its title, who spoke unless that is hidden, and how the first prompt begins."""
    first = shown.path[0].prompt.message.pk if shown.path else 0
    text = Message.objects.filter(pk=first).values_list("text", flat=True).first() or ""
    models: tuple[str, ...] = ()
    if shown.sight.models:
        runs = Run.objects.filter(reply__in=replies_on(shown.path)).order_by("pk").values_list("label", "model")
        models = tuple(dict.fromkeys(label or model for label, model in runs))[:MODELS_NAMED]
    return Card(shown.title, models, " ".join(text[: 4 * FIRST_CHARACTERS].split())[:FIRST_CHARACTERS])
