"""`GET https://api.cohere.com/v1/models` of Cohere: paged. It has no second version.

See docs.cohere.com/reference/list-models.
"""

from __future__ import annotations

from chatroom.providers.events import Json
from chatroom.providers.listings.asking import MAX_PAGES, Ask, below, rows
from chatroom.providers.listings.entry import Entry
from chatroom.providers.loose_json import as_count, as_list, as_object, as_text


async def entries(base_url: str, ask: Ask) -> list[Entry]:
    """Return what the list says of each model that one can chat with."""
    found: list[Entry] = []
    page = {"page_size": "1000", "endpoint": "chat"}
    for _ in range(MAX_PAGES):
        document = await ask(below(base_url, "/v1/models", page, without=("/v2", "/v1")))
        found += [_entry(row) for row in rows(document, "models") if _is_for_chat(row)]
        following = as_text(as_object(document).get("next_page_token"))
        if not following:
            break
        page["page_token"] = following
    return found


def _is_for_chat(row: Json) -> bool:
    endpoints = row.get("endpoints")
    return (
        as_text(row.get("name")) != ""
        and row.get("is_deprecated") is not True
        and (not isinstance(endpoints, list) or "chat" in endpoints)
    )


def _entry(row: Json) -> Entry:
    return Entry(
        id=as_text(row.get("name")),
        reasons="reasoning" in as_list(row.get("features")) or None,
        context_length=as_count(row.get("context_length")),
    )
