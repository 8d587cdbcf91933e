"""Which models a provider has, and what each can do.

A fact about a model comes from the provider's list where it tells, else from what the model's name
tells; and a setting is offered only where the wire of that host has a word for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx

from chatroom.providers.dialects import DIALECTS
from chatroom.providers.errors import ProviderError
from chatroom.providers.events import Json
from chatroom.providers.listings import LISTINGS, Entry
from chatroom.providers.loose_json import parse_json
from chatroom.providers.model_names import Reasoning, Thinking, thinking_of
from chatroom.providers.provider import Provider, unreachable
from chatroom.providers.request import Effort, Summary

#: Seconds for a whole list. OpenRouter's has more than half a megabyte.
_PATIENCE = 20.0

# Where it is known that a model reasons and nobody says how hard.
_COMMON_EFFORTS: tuple[Effort, ...] = ("none", "low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Model:
    """A model as it can be chosen. None: not known.

    `reasoning` says whether the model thinks; `efforts` how hard it can be told to, lowest first
    (`none` among them: not at all); `takes_budget` whether it can be given a number of tokens instead;
    `takes_exclude` whether it can be told to keep its thought back; `summaries` how full an account of
    a thought that is not shown can be asked for; `summarised` whether no more than such an account is shown.
    Prices are US dollars per token.
    """

    id: str
    name: str
    reasoning: Reasoning | None = None
    efforts: tuple[Effort, ...] = ()
    takes_budget: bool = False
    takes_exclude: bool = False
    summaries: tuple[Summary, ...] = ()
    summarised: bool = False
    price_in: float | None = None
    price_out: float | None = None
    context_length: int | None = None


async def fetch_models(provider: Provider, client: httpx.AsyncClient) -> list[Model]:
    """Return the models of `provider`, by id. Raises ProviderError where they cannot be had."""
    return models_of(provider, await fetch_entries(provider, client))


async def fetch_entries(provider: Provider, client: httpx.AsyncClient) -> list[Entry]:
    """Return what `provider` lists: the models it is configured with, else those of its own list, by id.

    Raises ProviderError, whose message may be shown, where the list cannot be had.
    """
    if provider.models:
        return [Entry(name) for name in provider.models]
    dialect = DIALECTS[provider.dialect]

    async def ask(url: str, body: Json | None = None) -> Any:
        try:
            headers = dialect.headers(provider.api_key)
            method = "GET" if body is None else "POST"
            answer = await client.request(method, url, json=body, headers=headers, timeout=None)
        except Exception as error:  # the transport lets aiohttp's and the system's errors through
            raise unreachable(provider, error) from error
        if not answer.is_success:
            raise dialect.error_from(answer.status_code, answer.headers, answer.content)
        return parse_json(answer.content)

    try:
        async with asyncio.timeout(_PATIENCE):
            listed = await LISTINGS[provider.dialect](provider.base_url, ask)
    except TimeoutError as error:
        raise unreachable(provider, error) from error
    except ValueError as error:
        message = f"{provider.label} at {provider.address} sent no list of models."
        raise ProviderError("malformed", message) from error
    except ProviderError as error:
        if provider.api_key:
            error.message = error.message.replace(provider.api_key, "…")
        raise
    entries = {entry.id: entry for entry in listed}
    return [entries[name] for name in sorted(entries)]


def models_of(provider: Provider, entries: Iterable[Entry]) -> list[Model]:
    """Return the models that `entries` of the provider's list mean, in their order."""
    return [_model(provider, entry) for entry in entries]


def _model(provider: Provider, entry: Entry) -> Model:
    by_name = thinking_of(entry.id)
    wire = DIALECTS[provider.dialect].knobs(entry.id, provider.base_url)
    reasoning = _reasoning(entry, by_name)
    thinks = reasoning != "none"
    takes_budget = by_name.takes_budget if entry.takes_budget is None else entry.takes_budget
    return Model(
        id=entry.id,
        name=entry.name or entry.id,
        reasoning=reasoning,
        efforts=_efforts(reasoning, entry, by_name, wire.efforts),
        takes_budget=thinks and takes_budget and wire.budget,
        takes_exclude=thinks and wire.exclude,
        summaries=wire.summaries if reasoning in ("always", "optional") else (),
        summarised=thinks and by_name.summarised,
        price_in=entry.price_in,
        price_out=entry.price_out,
        context_length=entry.context_length,
    )


def _reasoning(entry: Entry, by_name: Thinking) -> Reasoning | None:
    if entry.reasons is None:
        return by_name.reasoning
    if not entry.reasons:
        return "none"
    if entry.always is not None:
        return "always" if entry.always else "optional"
    # The list says that it reasons, and a name may know how; one that knows better is out of date.
    return by_name.reasoning if by_name.reasoning not in (None, "none") else "optional"


def _efforts(
    reasoning: Reasoning | None, entry: Entry, by_name: Thinking, sayable: tuple[Effort, ...]
) -> tuple[Effort, ...]:
    """Return the efforts that the model takes and the wire can say."""
    if reasoning is None or reasoning == "none":
        return ()
    taken: tuple[Effort, ...] | None = entry.efforts
    if taken is None and reasoning == by_name.reasoning:
        taken = by_name.efforts
    if taken is None:
        taken = _COMMON_EFFORTS
    if reasoning == "optional" and taken:
        taken = ("none", *taken)
    return tuple(effort for effort in sayable if effort in taken and (effort != "none" or reasoning == "optional"))
