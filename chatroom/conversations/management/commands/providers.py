"""`python manage.py providers`: what is configured, and what can be asked there now."""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from chatroom.providers.catalog import Model, fetch_models
from chatroom.providers.discovery import find_local
from chatroom.providers.errors import ProviderError
from chatroom.providers.provider import Provider, open_client


class Command(BaseCommand):
    """Lists providers and their models. Keys are never printed."""

    help = "Lists the configured providers, and those found on this computer, with their models."

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask all at once, then print."""
        for provider, answer in asyncio.run(_ask_all()):
            self.stdout.write(f"{provider.name}  {provider.label}  {provider.dialect}  {provider.base_url}")
            if isinstance(answer, ProviderError):
                self.stdout.write(f"    {answer.message}")
                continue
            for model in answer:
                self.stdout.write(f"    {model.id}  {_thinks(model)}")
        self.stdout.write("demo  Demo (built in)  runs inside the room's server" if settings.DEMO else "")


async def _ask_all() -> list[tuple[Provider, list[Model] | ProviderError]]:
    async with open_client() as client:
        local = await find_local(client) if settings.DISCOVER else []
        providers = [*settings.PROVIDERS, *local]
        answers = await asyncio.gather(*(_models(provider, client) for provider in providers))
        return list(zip(providers, answers, strict=True))


async def _models(provider: Provider, client: Any) -> list[Model] | ProviderError:
    try:
        return await fetch_models(provider, client)
    except ProviderError as error:
        return error


def _thinks(model: Model) -> str:
    words = {"always": "always thinks", "optional": "can think", "none": "does not think", None: ""}
    return " ".join([words[model.reasoning], *([f"({', '.join(model.efforts)})"] if model.efforts else [])])
