"""`GET {host}/api/tags` of Ollama: names. What a model can do is told by `POST /api/show`, one by one.

See docs.ollama.com/api. `capabilities` came in 2025; newer servers add `thinking.values`, the values
that the request's `think` may have.
"""

from __future__ import annotations

import asyncio

from chatroom.providers.errors import ProviderError
from chatroom.providers.events import Json
from chatroom.providers.listings.asking import Ask, below, rows
from chatroom.providers.listings.entry import Entry, named_for_chat
from chatroom.providers.loose_json import as_count, as_list, as_object, as_text
from chatroom.providers.request import EFFORTS, Effort

_AT_ONCE = 4

#: Seconds for all that is shown. Who has not answered by then is listed with its name alone.
_PATIENCE = 8.0

_OTHER_ENDINGS = ("/v1", "/api")


async def entries(base_url: str, ask: Ask) -> list[Entry]:
    """Return what the server says of each model that one can chat with."""
    names = names_in(await ask(tags(base_url)))
    limit = asyncio.Semaphore(_AT_ONCE)
    show = below(base_url, "/api/show", without=_OTHER_ENDINGS)
    shown = {name: asyncio.create_task(_show(show, name, ask, limit)) for name in names if named_for_chat(name)}
    if not shown:
        return []
    try:
        await asyncio.wait(shown.values(), timeout=_PATIENCE)
    finally:
        for task in shown.values():
            task.cancel()
    found = [_entry(name, task.result() if task.done() else {}) for name, task in shown.items()]
    return [entry for entry in found if entry is not None]


def tags(base_url: str) -> str:
    """Return the URL of the list of names."""
    return below(base_url, "/api/tags", without=_OTHER_ENDINGS)


def names_in(document: object) -> list[str]:
    """Return the names in that list. Raises ValueError where it is none."""
    return [as_text(row.get("model")) or as_text(row.get("name")) for row in rows(document, "models")]


async def _show(url: str, name: str, ask: Ask, limit: asyncio.Semaphore) -> Json:
    """Return what the server shows of a model; nothing where it does not."""
    async with limit:
        try:
            return as_object(await ask(url, {"model": name}))
        except (ProviderError, ValueError):
            return {}


def _entry(name: str, shown: Json) -> Entry | None:
    """Return the entry, or None for a model that is not one to chat with."""
    capabilities = as_list(shown.get("capabilities"))
    if capabilities and "completion" not in capabilities:
        return None
    values = as_list(as_object(shown.get("thinking")).get("values"))
    efforts: tuple[Effort, ...] = tuple(effort for effort in EFFORTS if effort in values)
    lengths = (
        as_count(value) for key, value in as_object(shown.get("model_info")).items() if key.endswith(".context_length")
    )
    return Entry(
        id=name,
        reasons="thinking" in capabilities if capabilities else None,
        always=False not in values if values else None,
        efforts=efforts or None,
        context_length=next(lengths, None),
    )
