"""Looking through the newest conversations, one after the other, until enough is found or enough was looked at.

For words that are everywhere this is the shortest way, and for what no index knows the only one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from chatroom.conversations.models import Conversation, Message, Part
from chatroom.conversations.searching.needle import Needle
from chatroom.providers.parts import PartKind

CONVERSATIONS_AT_A_TIME = 50


@dataclass(frozen=True, slots=True)
class Text:
    """What a message says; of a reply, one part of it."""

    message: int
    text: str
    run: int | None = None
    part: int = 0
    kind: str = ""


@dataclass(slots=True)
class Scan:
    """How far it has come, and what was found: conversations, without a text where the title holds the needle."""

    conversations: QuerySet[Conversation]
    needle: Needle
    found: dict[int, Text | None] = field(default_factory=dict)
    # Nothing is left to be looked at.
    whole: bool = False
    # In conversations, and in texts.
    looked_at: int = 0
    _texts: int = 0

    def look(self, wanted: int, most_texts: int) -> None:
        """Look on until `wanted` conversations are found, or about `most_texts` texts were looked at, all together."""
        while not self.whole and self._texts < most_texts and len(self.found) < wanted:
            some = self.conversations[self.looked_at : self.looked_at + CONVERSATIONS_AT_A_TIME]
            self._look_at(dict(some.values_list("pk", "title")))

    def _look_at(self, titles: dict[int, str]) -> None:
        self.looked_at += len(titles)
        self.whole = len(titles) < CONVERSATIONS_AT_A_TIME
        found: dict[int, Text | None] = {pk: None for pk, title in titles.items() if self.needle.is_in(title)}
        for texts_of in (_prompts, _parts):
            for pk, texts in texts_of([pk for pk in titles if pk not in found]).items():
                self._texts += len(texts)
                if text := next((text for text in reversed(texts) if self.needle.is_in(text.text)), None):
                    found[pk] = text
        self.found |= {pk: found[pk] for pk in titles if pk in found}


def _prompts(conversations: Iterable[int]) -> dict[int, list[Text]]:
    """The prompts of each conversation, from the first."""
    held: dict[int, list[Text]] = defaultdict(list)
    prompts = Message.objects.filter(conversation__in=conversations, role=Message.Role.USER).order_by("pk")
    for conversation, pk, text in prompts.values_list("conversation", "pk", "text"):
        held[conversation].append(Text(pk, text))
    return held


def _parts(conversations: Iterable[int]) -> dict[int, list[Text]]:
    """What models thought and answered in each conversation, from the first."""
    held: dict[int, list[Text]] = defaultdict(list)
    parts = Part.objects.filter(run__reply__conversation__in=conversations).exclude(kind=PartKind.TOOL).order_by("pk")
    columns = ("run__reply__conversation", "run__reply", "text", "run", "index", "kind")
    for conversation, *text in parts.values_list(*columns):
        held[conversation].append(Text(*text))
    return held
