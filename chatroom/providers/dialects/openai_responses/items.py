"""What a response consists of: output items, that is thoughts, messages and calls of tools.

    {"type": "reasoning", "id", "summary": [{"type": "summary_text", "text"}],
     "content"?: [{"type": "reasoning_text", "text"}], "encrypted_content"?}
    {"type": "message", "id", "phase"?,
     "content": [{"type": "output_text", "text"} or {"type": "refusal", "refusal"}]}
    {"type": "function_call", "call_id", "name", "arguments"}
    {"type": "web_search_call", "action"}, {"type": "mcp_call", "name", "arguments"}, …

(developers.openai.com/api/reference, Responses.) OpenRouter's guide shows summaries as plain strings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from chatroom.providers.events import Json
from chatroom.providers.loose_json import as_list, as_object, as_text

Group: TypeAlias = Literal["reasoning", "message", "tool"]

#: Where a reasoning item keeps a text: an account of the thought, or the thought itself.
Shelf: TypeAlias = Literal["summary", "content"]


@dataclass(slots=True, eq=False)
class Item:
    """An item as far as it has come. `place` is its index in the output, `call` names it among the tools."""

    group: Group
    type: str
    place: int
    call: str
    id: str = ""
    phase: str = ""
    encrypted: bool = False
    by_provider: bool = False
    begun: bool = False  # has a part
    spoke: bool = False  # has text, or arguments
    ended: bool = False  # came whole
    sealed: bool = False  # what it takes to send it back was given out
    shelves: list[Shelf] = field(default_factory=list)  # where the texts of its parts belong


class Thought(NamedTuple):
    """A text of a reasoning item, and where it stood."""

    shelf: Shelf
    text: str


class Said(NamedTuple):
    """A text of a message."""

    text: str
    refuses: bool


def group_of(told: Json) -> Group | None:
    """Return what kind of item `told` is; None for what nobody is shown (results, compacted history)."""
    match as_text(told.get("type")):
        case "reasoning":
            return "reasoning"
        case "message":
            return "message"
        # With a colon: the tools that OpenRouter runs.
        case kind if kind.endswith("_call") or ":" in kind or kind in ("mcp_list_tools", "mcp_approval_request"):
            return "tool"
    return None


def thoughts_in(told: Json) -> list[Thought]:
    """Return the texts of a reasoning item. What is told twice in the same words counts once."""
    summaries = [Thought("summary", text) for text in _texts(told.get("summary"))]
    thoughts = [Thought("content", text) for text in _texts(told.get("content"))]
    if [one.text for one in summaries] == [one.text for one in thoughts]:
        return thoughts
    return summaries + thoughts


def _texts(listed: object) -> Iterator[str]:
    for one in as_list(listed):
        text = one if isinstance(one, str) else as_text(as_object(one).get("text"))
        if text:
            yield text


def said_in(told: Json) -> Iterator[Said]:
    """Yield the texts of a message."""
    content = told.get("content")
    if isinstance(content, str) and content:
        yield Said(content, refuses=False)
    for part in map(as_object, as_list(content)):
        if text := as_text(part.get("text")):
            yield Said(text, refuses=False)
        elif text := as_text(part.get("refusal")):
            yield Said(text, refuses=True)


# Tools that the client runs: they wait for a result from us.
_OURS = frozenset(
    {
        "function_call",
        "custom_tool_call",
        "computer_call",
        "local_shell_call",
        "shell_call",
        "apply_patch_call",
        "mcp_approval_request",
    }
)
# Types that do not say what is called; the name does.
_NAMED = frozenset({"function_call", "custom_tool_call", "mcp_call", "mcp_approval_request"})


def is_run_by_provider(told: Json) -> bool:
    """Return whether the provider runs this tool itself."""
    if told.get("type") == "custom_tool_call":  # so does xAI report its search on X
        return as_text(told.get("call_id")).startswith("xs_") or as_text(told.get("name")).startswith("x_")
    return told.get("type") not in _OURS


def tool_name(told: Json) -> str:
    """Return what a tool is called: its name, else the item's type; "" where the name is still to come."""
    kind = as_text(told.get("type"))
    return as_text(told.get("name")) or ("" if kind in _NAMED else kind)


def arguments_in(told: Json) -> str:
    """Return what a tool was asked, as text."""
    for key in ("arguments", "input", "code", "action", "queries", "operation"):
        value = told.get(key)
        if value:
            return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return ""
