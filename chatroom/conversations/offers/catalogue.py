"""Which models can be asked: those of the configured providers, and of those found on this computer.

Lists are kept in the database and in memory. Providers are asked in the background, so that no page
ever waits for one, and a provider that is away keeps what it had listed.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from urllib.parse import urlsplit

import httpx
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from chatroom.conversations.models import Listing
from chatroom.conversations.offers import listings
from chatroom.conversations.threads import DatabaseThreads
from chatroom.providers.catalog import Model, fetch_entries, models_of
from chatroom.providers.discovery import find_local
from chatroom.providers.errors import ProviderError
from chatroom.providers.listings import Entry
from chatroom.providers.provider import Provider

logger = logging.getLogger(__name__)

# A list changes seldom; after a failure it is asked for again sooner.
KEPT_FOR = timedelta(days=1)
AGAIN_AFTER = timedelta(minutes=5)
LOOK_AROUND_SECONDS = 20.0
BY_HAND_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Shelf:
    """The models of a provider, and the list that they are from: it says whether the provider was there lately."""

    provider: Provider
    listing: Listing
    models: Sequence[Model]

    @classmethod
    def of(cls, provider: Provider, listing: Listing) -> Shelf:
        """The models that the list means."""
        return cls(provider, listing, models_of(provider, listings.entries_of(listing)))


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that can be asked."""

    provider: Provider
    model: Model
    shelf: Shelf

    @property
    def key(self) -> str:
        """What names the offer in a form: `provider/model`."""
        return f"{self.provider.name}/{self.model.id}"


class Catalogue:
    """The offers of a process. Refreshed in its event loop, read from any thread."""

    def __init__(
        self, configured: Iterable[Provider], client: httpx.AsyncClient, threads: DatabaseThreads, *, discover: bool
    ) -> None:
        self._configured = {provider.name: provider for provider in configured}
        self._local: dict[str, Provider] = {}
        self._names_seen: dict[str, frozenset[str]] = {}
        # Of a provider that runs in this process nothing is kept.
        self._own: set[str] = set()
        # Both are never changed but replaced: threads read them.
        self._shelves: dict[str, Shelf] = {}
        self._offers: dict[str, Offer] = {}
        self._client = client
        self._threads = threads
        self._discover = discover
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._asked: set[str] = set()
        self._read_until: datetime | None = None
        self._by_hand_at = -math.inf
        for provider in self._configured.values():
            if provider.models:
                self._put(Shelf.of(provider, listings.listed(provider, [Entry(name) for name in provider.models])))

    def add(self, provider: Provider) -> None:
        """Add a provider that runs in this process."""
        self._configured[provider.name] = provider
        self._own.add(provider.name)

    def provider(self, name: str) -> Provider | None:
        """The provider of that name, if it is there now."""
        return self._configured.get(name) or self._local.get(name)

    def offers(self) -> list[Offer]:
        """All that can be asked: what is configured or found here first, the demo last."""
        return list(self._offers.values())

    def offer(self, key: str) -> Offer | None:
        """The offer that `provider/model` names."""
        return self._offers.get(key)

    def shelves(self) -> list[Shelf]:
        """What every provider lists that was asked, or whose list was kept."""
        return list(self._shelves.values())

    @property
    def asking(self) -> bool:
        """Whether any provider is being asked for its list right now."""
        return bool(self._asking)

    async def load(self) -> None:
        """Take over the lists in the database that were written since the last time, here or elsewhere."""
        for listing in await self._threads.run(listings.read, self._read_until):
            self._read_until = listing.tried_at
            provider = self.provider(listing.provider)
            if provider and not provider.models and listings.is_of(listing, provider):
                self._put(Shelf.of(provider, listing))

    async def refresh_forever(self) -> None:
        """Keep the lists true: local servers come and go, the others are asked once a day."""
        while True:
            await self.refresh()
            await asyncio.sleep(LOOK_AROUND_SECONDS)

    async def refresh(self) -> None:
        """Begin to ask whoever is to be asked now; wait for none of them."""
        await self.load()
        for provider in self._configured.values():
            if self._is_due(provider):
                self._ask_soon(provider)
        await self.look_around()

    def refresh_by_hand(self) -> None:
        """Ask all providers now, unless somebody had that done a moment ago. In the event loop."""
        if monotonic() - self._by_hand_at < BY_HAND_SECONDS:
            return
        self._by_hand_at = monotonic()
        self._begin("", self.look_around)
        for provider in (*self._configured.values(), *self._local.values()):
            if not provider.models:
                self._ask_soon(provider)

    async def look_around(self) -> None:
        """See which model servers run on this computer now; ask those whose names are not what they were."""
        if not self._discover:
            return
        taken = {_address(provider) for provider in self._configured.values()}
        found = [
            one
            for one in await find_local(self._client)
            if one.provider.name not in self._configured and _address(one.provider) not in taken
        ]
        self._local = {one.provider.name: one.provider for one in found}
        for one in found:
            shelf = self._shelves.get(one.provider.name)
            if shelf is None or shelf.listing.error or self._names_seen.get(one.provider.name) != one.names:
                self._names_seen[one.provider.name] = one.names
                self._ask_soon(one.provider)
        self._set_shelves({name: shelf for name, shelf in self._shelves.items() if self.provider(name)})

    def _is_due(self, provider: Provider) -> bool:
        if provider.models:
            return False
        shelf = self._shelves.get(provider.name)
        if shelf is None:
            return True
        age = timezone.now() - shelf.listing.tried_at
        if shelf.listing.error:  # a new start may have come with what was wrong set right
            return provider.name not in self._asked or age >= AGAIN_AFTER
        return age >= KEPT_FOR

    def _ask_soon(self, provider: Provider) -> None:
        self._asked.add(provider.name)
        self._begin(provider.name, partial(self._ask, provider))

    def _begin(self, name: str, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Begin `work`, unless it is under way. One that hangs holds up no other."""
        if name not in self._asking:
            self._asking[name] = asyncio.create_task(work(), name=f"models of {name or 'this computer'}")
            self._asking[name].add_done_callback(lambda _: self._asking.pop(name))

    async def _ask(self, provider: Provider) -> None:
        try:
            listing = listings.listed(provider, await fetch_entries(provider, self._client))
        except ProviderError as error:
            logger.info("No model list from %s: %s", provider.name, error)  # told without its words, see `watching`
            listing = self._missed(provider, error.message)
        except Exception:
            logger.exception("The model list of %s could not be read", provider.name)
            listing = self._missed(provider, "Its list of models could not be read.")
        self._put(Shelf.of(provider, listing))
        if provider.name in self._own:
            return
        try:
            await self._threads.run(listing.save)
        except (DatabaseError, InterfaceError):  # it stands in memory, and will be kept another day
            logger.exception("The model list of %s could not be kept", provider.name)

    def _missed(self, provider: Provider, sentence: str) -> Listing:
        before = self._shelves.get(provider.name)
        return listings.missed(provider, sentence, before.listing if before else None)

    def _put(self, shelf: Shelf) -> None:
        self._set_shelves({**self._shelves, shelf.provider.name: shelf})

    def _set_shelves(self, shelves: dict[str, Shelf]) -> None:
        self._shelves = shelves
        there = [shelves[p.name] for p in (*self._configured.values(), *self._local.values()) if p.name in shelves]
        there.sort(key=lambda shelf: shelf.provider.name == "demo")
        offers = (Offer(shelf.provider, model, shelf) for shelf in there for model in shelf.models)
        self._offers = {offer.key: offer for offer in offers}


def _address(provider: Provider) -> str:
    """Host and port, however this computer is called."""
    host = (urlsplit(provider.base_url).hostname or "").replace("localhost", "127.0.0.1")
    return f"{host}:{provider.address.rpartition(':')[2]}"
