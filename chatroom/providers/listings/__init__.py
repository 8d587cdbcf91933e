"""The model lists of providers, each in its shape.

    entry       what a list says of one model
    asking      how a list is asked for
    openai      OpenAI and the many that follow it; OpenRouter, which says most
    anthropic, gemini, ollama, cohere

A list tells some facts and leaves others open; `catalog` fills them up.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from chatroom.providers.listings import anthropic, cohere, gemini, ollama, openai
from chatroom.providers.listings.asking import Ask
from chatroom.providers.listings.entry import Entry

__all__ = ["LISTINGS", "Ask", "Entry"]

#: `await LISTINGS[dialect](base_url, ask)`. Raises ValueError where what comes is no such list.
Listing: TypeAlias = Callable[[str, Ask], Awaitable[list[Entry]]]

LISTINGS: Mapping[str, Listing] = MappingProxyType(
    {
        "openai-chat": openai.entries,
        "openai-responses": openai.entries,
        "anthropic": anthropic.entries,
        "gemini": gemini.entries,
        "ollama": ollama.entries,
        "cohere": cohere.entries,
    }
)
