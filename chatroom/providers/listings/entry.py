"""What a provider's list says of one model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chatroom.providers.request import Effort

# Lists hold more than what one can chat with, and seldom say which is which.
_NOT_FOR_CHAT = re.compile(
    r"(?i)embed|whisper|tts|dall-e|imagen|-image|moderation|realtime|audio|transcribe|sora|davinci|babbage|rerank|ocr"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A model as a list has it. None: the list does not tell.

    `reasons`: whether it thinks at all; `always`: whether it cannot be kept from it; `efforts`: how hard
    it can be told to, lowest first. Prices are US dollars per token, lengths are in tokens.

    Entries are kept as JSON and read again by later versions: every field but `id` has a default.
    """

    id: str
    name: str = ""
    reasons: bool | None = None
    always: bool | None = None
    efforts: tuple[Effort, ...] | None = None
    takes_budget: bool | None = None
    price_in: float | None = None
    price_out: float | None = None
    context_length: int | None = None


def named_for_chat(name: str) -> bool:
    """Return whether a model of that name may be one to chat with."""
    return name != "" and not _NOT_FOR_CHAT.search(name)
