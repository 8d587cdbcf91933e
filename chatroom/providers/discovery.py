"""Model servers on this machine, at the ports that they use unless told otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

import httpx

from chatroom.providers.loose_json import as_object, parse_json
from chatroom.providers.provider import Provider

#: Seconds. A server on this machine answers at once or is not there.
_PATIENCE = 0.5


class LocalServer(NamedTuple):
    """A server that may run here."""

    name: str
    label: str
    port: int


LOCAL_SERVERS = (
    LocalServer("ollama", "Ollama", 11434),
    LocalServer("llamacpp", "llama.cpp", 8080),
    LocalServer("lmstudio", "LM Studio", 1234),
    LocalServer("vllm", "vLLM", 8000),
)


async def find_local(client: httpx.AsyncClient, servers: Iterable[LocalServer] = LOCAL_SERVERS) -> list[Provider]:
    """Return those of `servers` that answer, asked all at once. The others are passed over in silence.

    What listens at a port may be anything (8000 is this room's own): only a server that lists models
    as OpenAI does is one.
    """
    providers = [
        Provider(server.name, server.label, "openai-chat", f"http://127.0.0.1:{server.port}/v1") for server in servers
    ]
    answers = await asyncio.gather(*(_lists_models(provider, client) for provider in providers))
    return [provider for provider, answer in zip(providers, answers, strict=True) if answer]


async def _lists_models(provider: Provider, client: httpx.AsyncClient) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE):
            answer = await client.get(provider.url("/models"))
        document = as_object(parse_json(answer.text))
    except Exception:  # refused, silent, garbled: not here
        return False
    models = document.get("data", ())
    # Ollama without any model says null.
    return answer.is_success and document.get("object") == "list" and (models is None or isinstance(models, list))
