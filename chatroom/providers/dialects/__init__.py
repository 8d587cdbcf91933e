"""The wire formats, by the name that configurations use for them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chatroom.providers.dialects.base import Decoder, Dialect, Encoded
from chatroom.providers.dialects.openai_chat import OpenAIChat

__all__ = ["DIALECTS", "Decoder", "Dialect", "Encoded"]

DIALECTS: Mapping[str, Dialect] = MappingProxyType({dialect.name: dialect for dialect in (OpenAIChat(),)})
