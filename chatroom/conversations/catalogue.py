"""Which models can be asked: those of the configured providers, and of those found on this computer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass

import httpx

from chatroom.providers.catalog import Model, fetch_models
from chatroom.providers.discovery import find_local
from chatroom.providers.errors import ProviderError
from chatroom.providers.provider import Provider

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 60 * 60
LOOK_AROUND_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that can be asked."""

    provider: Provider
    model: Model

    @property
    def key(self) -> str:
        """What names the offer in a form: `provider/model`."""
        return f"{self.provider.name}/{self.model.id}"


class Catalogue:
    """The offers, kept in memory and refreshed in the background: no page waits for a provider."""

    def __init__(self, configured: Iterable[Provider], client: httpx.AsyncClient, discover: bool) -> None:
        self._configured = {provider.name: provider for provider in configured}
        self._local: dict[str, Provider] = {}
        self._models: dict[str, list[Model]] = {}
        self._client = client
        self._discover = discover

    def add(self, provider: Provider) -> None:
        """Add a provider that runs in this process."""
        self._configured[provider.name] = provider

    def provider(self, name: str) -> Provider | None:
        """The provider of that name, if it is there now."""
        return self._configured.get(name) or self._local.get(name)

    def offers(self) -> list[Offer]:
        """All that can be asked: what is configured or found here first, the demo last."""
        providers = [*self._configured.values(), *self._local.values()]
        providers.sort(key=lambda provider: provider.name == "demo")
        return [Offer(provider, model) for provider in providers for model in self._models.get(provider.name, ())]

    def offer(self, key: str) -> Offer | None:
        """The offer that `provider/model` names."""
        return next((offer for offer in self.offers() if offer.key == key), None)

    async def refresh(self) -> None:
        """Ask all configured providers for their models, all at once; who does not answer keeps what it had."""
        await asyncio.gather(*(self._fetch(provider) for provider in self._configured.values()))

    async def look_around(self) -> None:
        """See which model servers run on this computer now."""
        if not self._discover:
            return
        taken = {provider.base_url for provider in self._configured.values()}
        found = [p for p in await find_local(self._client) if p.base_url not in taken]
        self._local = {p.name: p for p in found if p.name not in self._configured}
        await asyncio.gather(*(self._fetch(provider) for provider in self._local.values()))

    async def refresh_forever(self) -> None:
        """Keep the list true: local servers come and go, the others change seldom."""
        while True:
            await self.refresh()
            for _ in range(REFRESH_SECONDS // LOOK_AROUND_SECONDS):
                await self.look_around()
                await asyncio.sleep(LOOK_AROUND_SECONDS)

    async def _fetch(self, provider: Provider) -> None:
        try:
            self._models[provider.name] = await fetch_models(provider, self._client)
        except ProviderError as error:
            logger.info("No model list from %s: %s", provider.name, error.message)
            self._models.setdefault(provider.name, [])
