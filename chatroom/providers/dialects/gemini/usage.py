"""`usageMetadata` → usage.

    {"promptTokenCount", "toolUsePromptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount"}

Every chunk has one. The last holds, also where it leaves out what an earlier one had told.
"""

from __future__ import annotations

from chatroom.providers.events import Json, UsageReported
from chatroom.providers.loose_json import as_count


def read_usage(usage: Json) -> UsageReported | None:
    """Return what `usage` counts, None where it counts nothing (Vertex AI names a kind of traffic in each chunk)."""
    read, written = usage.get("promptTokenCount"), usage.get("candidatesTokenCount")
    thoughts = usage.get("thoughtsTokenCount")
    # The short way for what nearly every chunk has.
    if not type(read) is type(written) is type(thoughts) is int or read < 0 or written < 0 or thoughts < 0:
        read, written, thoughts = as_count(read), as_count(written), as_count(thoughts)
        if read is None and written is None and thoughts is None:
            return None
    if written is not None and thoughts:
        # Thoughts are counted beside the answer. The total tells of a host that has added them already.
        tools = as_count(usage.get("toolUsePromptTokenCount")) or 0
        if usage.get("totalTokenCount") != (read or 0) + tools + written:
            written += thoughts
    return UsageReported(read, written, thoughts)
