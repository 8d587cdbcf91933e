"""`GET {host}/v1/models` of Anthropic: paged, newest first, with `capabilities` since 2026.

See platform.claude.com/docs/en/api/models/list. Servers that only speak Anthropic's messages may list
less, or nothing.
"""

from __future__ import annotations

from chatroom.providers.events import Json
from chatroom.providers.listings.asking import MAX_PAGES, Ask, below, rows
from chatroom.providers.listings.entry import Entry
from chatroom.providers.loose_json import as_count, as_object, as_text
from chatroom.providers.request import EFFORTS, Effort


async def entries(base_url: str, ask: Ask) -> list[Entry]:
    """Return what the list says of each model."""
    found: list[Entry] = []
    page = {"limit": "1000"}
    for _ in range(MAX_PAGES):
        document = await ask(below(base_url, "/v1/models", page, without=("/v1",)))
        found += [_entry(row) for row in rows(document, "data") if as_text(row.get("id"))]
        last = as_text(as_object(document).get("last_id"))
        if not last or as_object(document).get("has_more") is not True:
            break
        page["after_id"] = last
    return found


def _entry(row: Json) -> Entry:
    capabilities = as_object(row.get("capabilities"))
    thinking = as_object(capabilities.get("thinking"))
    types = as_object(thinking.get("types"))
    effort = as_object(capabilities.get("effort"))
    efforts: tuple[Effort, ...] = tuple(name for name in EFFORTS if _supported(effort.get(name)))
    may_be_off = _supported(types.get("disabled"))
    return Entry(
        id=as_text(row.get("id")),
        name=as_text(row.get("display_name")),
        reasons=_supported(thinking),
        always=None if may_be_off is None else not may_be_off,
        efforts=efforts or None,
        takes_budget=_supported(types.get("enabled")),
        context_length=as_count(row.get("max_input_tokens")),
    )


def _supported(capability: object) -> bool | None:
    value = as_object(capability).get("supported")
    return value if isinstance(value, bool) else None
