"""The wire formats, by the name that configurations use for them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chatroom.providers.dialects.anthropic import Anthropic
from chatroom.providers.dialects.base import Decoder, Dialect, Encoded
from chatroom.providers.dialects.cohere import Cohere
from chatroom.providers.dialects.gemini import Gemini
from chatroom.providers.dialects.ollama import Ollama
from chatroom.providers.dialects.openai_chat import OpenAIChat
from chatroom.providers.dialects.openai_responses import OpenAIResponses

__all__ = ["DIALECTS", "Decoder", "Dialect", "Encoded"]

_ALL: tuple[Dialect, ...] = (OpenAIChat(), OpenAIResponses(), Anthropic(), Gemini(), Ollama(), Cohere())

DIALECTS: Mapping[str, Dialect] = MappingProxyType({dialect.name: dialect for dialect in _ALL})
