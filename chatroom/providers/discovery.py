"""Model servers on this machine, at the ports that they use unless told otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

import httpx

from chatroom.providers.listings import ollama
from chatroom.providers.listings.asking import below, rows
from chatroom.providers.loose_json import as_object, as_text, parse_json
from chatroom.providers.provider import Provider

#: Seconds. A server on this machine answers at once or is not there.
_PATIENCE = 0.5


class LocalServer(NamedTuple):
    """A server that may run here."""

    name: str
    label: str
    port: int
    dialect: str = "openai-chat"


LOCAL_SERVERS = (
    LocalServer("ollama", "Ollama", 11434, "ollama"),
    LocalServer("llamacpp", "llama.cpp", 8080),
    LocalServer("lmstudio", "LM Studio", 1234),
    LocalServer("vllm", "vLLM", 8000),
)


class Found(NamedTuple):
    """A server that runs here, and the names it listed: another set of names is worth a closer look."""

    provider: Provider
    names: frozenset[str]


async def find_local(client: httpx.AsyncClient, servers: Iterable[LocalServer] = LOCAL_SERVERS) -> list[Found]:
    """Return those of `servers` that answer, asked all at once. The others are passed over in silence.

    What listens at a port may be anything (8000 is this room's own): only a server that lists models
    as its kind does is one.
    """
    answers = await asyncio.gather(*(_find(server, client) for server in servers))
    return [found for found in answers if found]


async def _find(server: LocalServer, client: httpx.AsyncClient) -> Found | None:
    host = f"http://127.0.0.1:{server.port}"
    native = server.dialect == "ollama"
    base_url = host if native else f"{host}/v1"
    try:
        async with asyncio.timeout(_PATIENCE):
            answer = await client.get(ollama.tags(base_url) if native else below(base_url, "/models"))
        document = parse_json(answer.content)
        names = ollama.names_in(document) if native else _openai_names(document)
    except Exception:  # refused, silent, garbled: not here
        return None
    if not answer.is_success:
        return None
    return Found(Provider(server.name, server.label, server.dialect, base_url), frozenset(names))


def _openai_names(document: object) -> list[str]:
    if as_object(document).get("object") != "list":
        raise ValueError("no list as OpenAI sends it")
    return [as_text(row.get("id")) for row in rows(document, "data")]
