"""`python manage.py providers`: what is configured, what can be asked there, and what it was last heard to say."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from textwrap import fill
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from chatroom.conversations.models import Listing, Run
from chatroom.conversations.offers import listings
from chatroom.conversations.offers.last_heard import last_heard, outcome
from chatroom.providers.catalog import Model, fetch_entries, models_of
from chatroom.providers.discovery import find_local
from chatroom.providers.errors import ProviderError
from chatroom.providers.provider import Provider
from chatroom.providers.transport import open_client

_WIDTH = 110
# So many models of a provider are named where all providers are listed.
_FEW = 12

_THINKS = {"always": "always thinks", "optional": "can think", "none": "does not think", None: ""}


class Command(BaseCommand):
    """Lists providers and their models. Keys are never printed."""

    help = (
        "Lists the configured providers and those found on this computer: their models as they were listed last, "
        "and what each model was last heard to say. Who was never asked is asked now."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which one, and whether to ask."""
        parser.add_argument("name", nargs="?", help="show all models of this provider")
        parser.add_argument("--refresh", action="store_true", help="ask for the models now")

    def handle(self, *args: Any, name: str | None, refresh: bool, **options: Any) -> None:
        """Look into the record, ask whoever is to be asked, all at once, and print."""
        kept, heard = _record()
        providers = [provider for provider in asyncio.run(_providers()) if name in (None, provider.name)]
        to_ask = [p for p in providers if refresh or p.models or not listings.is_of(kept.get(p.name, Listing()), p)]
        for provider, listing in zip(to_ask, asyncio.run(_ask(to_ask, kept)), strict=True):
            kept[provider.name] = listing
            if not provider.models:
                with suppress(DatabaseError):
                    listing.save()
        blocks = {p.name: _provider(p, kept[p.name], heard.get(p.name, {}), whole=name is not None) for p in providers}
        if settings.DEMO:
            title = "demo  Demo (built in)  runs inside the room's server"
            blocks.setdefault("demo", [title, *_runs(heard.get("demo", {}))])
        for past, runs in heard.items():
            blocks.setdefault(past, [f"{past}  not configured now", *_runs(runs)])
        if name is not None and name not in blocks:
            raise CommandError(f"There is no provider “{name}”.")
        for block, lines in blocks.items():
            if name in (None, block):
                self.stdout.write("\n".join(lines))


def _record() -> tuple[dict[str, Listing], dict[str, dict[str, Run]]]:
    """What the database knows: nothing where the room was never started."""
    try:
        return {listing.provider: listing for listing in listings.read()}, last_heard()
    except DatabaseError:
        return {}, {}


async def _providers() -> list[Provider]:
    """Whoever is configured, then whoever is found on this computer."""
    providers = {provider.name: provider for provider in settings.PROVIDERS}
    if settings.DISCOVER:
        async with open_client() as client:
            for found in await find_local(client):
                providers.setdefault(found.provider.name, found.provider)
    return list(providers.values())


async def _ask(providers: list[Provider], kept: Mapping[str, Listing]) -> list[Listing]:
    """What each of them lists now, or that it did not and why."""

    async def ask(provider: Provider, client: httpx.AsyncClient) -> Listing:
        try:
            return listings.listed(provider, await fetch_entries(provider, client))
        except ProviderError as error:
            return listings.missed(provider, error.message, kept.get(provider.name))

    async with open_client() as client:
        return await asyncio.gather(*(ask(provider, client) for provider in providers))


def _provider(provider: Provider, listing: Listing, runs: Mapping[str, Run], *, whole: bool) -> list[str]:
    models = models_of(provider, listings.entries_of(listing))
    lines = [f"{provider.name}  {provider.label}  {provider.dialect}  {listings.place(provider)}"]
    if provider.models:
        lines.append(f"    {_count(models)}, as configured")
    elif listing.fetched_at:
        lines.append(f"    {_count(models)}, listed {_minute(listing.fetched_at)}")
    if listing.error:
        lines.append(f"    not reached {_minute(listing.tried_at)}: {listing.error}")
    if whole:
        width = max((len(model.id) for model in models), default=0)
        lines += [f"    {model.id:{width}}  {_thinks(model)}".rstrip() for model in models]
    elif models:
        named = ", ".join(model.id for model in models[:_FEW])
        lines.append(_paragraph(named if len(models) <= _FEW else f"{named}, …"))
        if len(models) > _FEW:
            lines.append(f"    and {len(models) - _FEW} more: providers {provider.name}")
    return [*lines, *_runs(runs)]


def _runs(runs: Mapping[str, Run]) -> list[str]:
    return [f"    {model}: {outcome(run)}" for model, run in runs.items()]


def _paragraph(text: str) -> str:
    indent = "    "
    return fill(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _count(models: list[Model]) -> str:
    return "1 model" if len(models) == 1 else f"{len(models)} models"


def _minute(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def _thinks(model: Model) -> str:
    efforts = f"({', '.join(model.efforts)})" if model.efforts else ""
    return " ".join(filter(None, (_THINKS[model.reasoning], efforts, "budget" if model.takes_budget else "")))
