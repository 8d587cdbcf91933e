"""How a list is asked for: a shape names addresses, somebody else does the I/O."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from chatroom.providers.events import Json
from chatroom.providers.loose_json import as_object

#: Pages of a list that are read at most. At a thousand models each no provider needs more.
MAX_PAGES = 20


class Ask(Protocol):
    """`await ask(url)` gets, `await ask(url, body)` posts; both return the JSON that comes.

    Raises ProviderError where nothing good comes, ValueError where it is no JSON.
    """

    async def __call__(self, url: str, body: Json | None = None) -> Any:
        """Ask for one document."""
        ...


def below(
    base_url: str, path: str, query: Mapping[str, str] = MappingProxyType({}), *, without: tuple[str, ...] = ()
) -> str:
    """Return the URL of `path` below `base_url`, with `query` added to its own.

    One of the endings `without` is taken off first: people give the address of a version or of a
    sibling API where a provider documents the host alone.
    """
    url = urlsplit(base_url)
    root = url.path.rstrip("/")
    root = next((root.removesuffix(ending) for ending in without if root.endswith(ending)), root)
    return urlunsplit(url._replace(path=root + path, query=urlencode([*parse_qsl(url.query), *query.items()])))


def rows(document: object, key: str) -> list[Json]:
    """Return the objects in the list under `key`; null is an empty one. Raises ValueError where there is none."""
    listed = as_object(document).get(key, ())
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise ValueError(f"no list of {key}")
    return [row for row in listed if isinstance(row, dict)]
