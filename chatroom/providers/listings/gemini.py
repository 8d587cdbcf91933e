"""`GET {base}/models` of the Gemini API: paged. See ai.google.dev/api/models."""

from __future__ import annotations

from chatroom.providers.events import Json
from chatroom.providers.listings.asking import MAX_PAGES, Ask, below, rows
from chatroom.providers.listings.entry import Entry, named_for_chat
from chatroom.providers.loose_json import as_count, as_list, as_object, as_text


async def entries(base_url: str, ask: Ask) -> list[Entry]:
    """Return what the list says of each model that generates text."""
    found: list[Entry] = []
    page = {"pageSize": "1000"}
    for _ in range(MAX_PAGES):
        document = await ask(below(base_url, "/models", page))
        found += [_entry(row) for row in rows(document, "models") if _is_for_chat(row)]
        following = as_text(as_object(document).get("nextPageToken"))
        if not following:
            break
        page["pageToken"] = following
    return found


def _id(row: Json) -> str:
    return as_text(row.get("name")).removeprefix("models/")


def _is_for_chat(row: Json) -> bool:
    return "generateContent" in as_list(row.get("supportedGenerationMethods")) and named_for_chat(_id(row))


def _entry(row: Json) -> Entry:
    return Entry(
        id=_id(row),
        name=as_text(row.get("displayName")),
        # False is left out as every default is, so that nothing can be told from its absence.
        reasons=row.get("thinking") is True or None,
        context_length=as_count(row.get("inputTokenLimit")),
    )
