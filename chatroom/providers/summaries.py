"""Whose thought comes as a summary: some models keep the raw thought and tell a shorter story of it."""

from __future__ import annotations

import re
from functools import lru_cache

# Claude 3.7 shows its thought as it is; every later Claude shows a summary
# (platform.claude.com, "Extended thinking", summarized thinking).
_RAW_CLAUDE = re.compile(r"claude-?3[.-]7|claude-3-7|3[.-]7-sonnet")


@lru_cache(maxsize=256)
def claude_summarises(model: str) -> bool:
    """Return whether the thought that the Claude `model` shows is a summary."""
    return not _RAW_CLAUDE.search(model.lower())


def is_summary(text_format: object, model: object) -> bool:
    """Return whether a `reasoning.text` of OpenRouter's `format`, by `model`, is a summary all the same."""
    if text_format == "google-gemini-v1":  # Gemini tells "thought summaries" only
        return True
    return text_format == "anthropic-claude-v1" and isinstance(model, str) and claude_summarises(model)
