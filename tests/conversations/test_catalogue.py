"""The catalogue: lists that outlive the provider's absence, and that nobody waits for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from aiohttp import web
from django.db import connections
from django.utils import timezone

from chatroom.conversations.models import Listing
from chatroom.conversations.offers import catalogue as module
from chatroom.conversations.offers.catalogue import Catalogue
from chatroom.conversations.threads import DatabaseThreads
from chatroom.providers.discovery import LocalServer, find_local
from chatroom.providers.provider import Provider
from tests.providers.conftest import Upstream, client, upstream

__all__ = ["client", "upstream"]

pytestmark = pytest.mark.django_db(transaction=True)

Make = Callable[..., Catalogue]


@pytest.fixture
async def make(client: httpx.AsyncClient) -> AsyncIterator[Make]:
    """`make(provider, …)` → a catalogue, as a process has it that has just started."""
    threads = DatabaseThreads("test", 1)

    def catalogue(*providers: Provider, discover: bool = False) -> Catalogue:
        return Catalogue(providers, client, threads, discover=discover)

    yield catalogue
    await threads.run(connections.close_all)


def lists(upstream: Upstream, *names: str) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response({"object": "list", "data": [{"id": name} for name in names]})

    upstream.answer = answer


def fails(upstream: Upstream) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response({"error": {"message": "out of order"}}, status=503)

    upstream.answer = answer


def kept(**fields: Any) -> None:
    """A list in the database, as a process before this one kept it."""
    now = timezone.now()
    Listing.objects.create(**{"provider": "up", "fetched_at": now, "tried_at": now, "listed": [{"id": "old"}]} | fields)


async def in_thread(function: Callable[..., Any], *args: Any, **keys: Any) -> Any:
    def call() -> Any:
        try:
            return function(*args, **keys)
        finally:
            connections.close_all()

    return await asyncio.to_thread(call)


async def answered(catalogue: Catalogue) -> None:
    """Wait until nobody is being asked any more."""
    async with asyncio.timeout(15):
        while catalogue.asking:
            await asyncio.gather(*catalogue._asking.values())


async def refreshed(catalogue: Catalogue) -> None:
    """Let it look after its lists once, and wait for what it asked."""
    await catalogue.refresh()
    await answered(catalogue)


def names(catalogue: Catalogue) -> list[str]:
    return [offer.key for offer in catalogue.offers()]


async def test_a_list_is_asked_for_kept_and_there_at_the_next_start(
    upstream: Upstream, make: Make, client: httpx.AsyncClient
) -> None:
    lists(upstream, "gpt-5", "new")
    first = make(upstream.provider())
    await refreshed(first)
    assert names(first) == ["up/gpt-5", "up/new"]
    fails(upstream)
    again = make(upstream.provider())
    await again.load()
    assert names(again) == ["up/gpt-5", "up/new"]
    offer = again.offer("up/gpt-5")
    assert offer
    assert offer.model == first.offers()[0].model
    assert offer.model.efforts == ("minimal", "low", "medium", "high")


async def test_a_list_is_asked_for_once_a_day(upstream: Upstream, make: Make) -> None:
    lists(upstream, "new")
    await in_thread(kept, base_url=upstream.url)
    fresh = make(upstream.provider())
    await refreshed(fresh)
    assert (names(fresh), upstream.requests) == (["up/old"], [])
    yesterday = timezone.now() - timedelta(days=1)
    await in_thread(Listing.objects.update, fetched_at=yesterday, tried_at=yesterday)
    stale = make(upstream.provider())
    await refreshed(stale)
    assert names(stale) == ["up/new"]
    await refreshed(stale)
    assert len(upstream.requests) == 1


async def test_a_provider_that_fails_keeps_its_list_and_says_since_when(upstream: Upstream, make: Make) -> None:
    fails(upstream)
    yesterday = timezone.now() - timedelta(days=1)
    await in_thread(kept, base_url=upstream.url, fetched_at=yesterday, tried_at=yesterday)
    catalogue = make(upstream.provider())
    await refreshed(catalogue)
    assert names(catalogue) == ["up/old"]
    listing = catalogue.offers()[0].shelf.listing
    assert (listing.fetched_at, listing.error) == (yesterday, "out of order")
    stored = await in_thread(Listing.objects.get)
    assert (stored.listed, stored.fetched_at, stored.error) == ([{"id": "old"}], yesterday, "out of order")


async def test_a_provider_that_failed_is_asked_again_after_a_while_and_at_the_next_start(
    upstream: Upstream, make: Make
) -> None:
    fails(upstream)
    catalogue = make(upstream.provider())
    await refreshed(catalogue)
    await refreshed(catalogue)
    assert len(upstream.requests) == 1
    lists(upstream, "new")
    restarted = make(upstream.provider())
    await refreshed(restarted)
    assert names(restarted) == ["up/new"]
    await refreshed(catalogue)  # it takes over what the other process was told
    assert (names(catalogue), len(upstream.requests)) == (["up/new"], 2)


async def test_one_that_says_nothing_holds_nobody_up(upstream: Upstream, make: Make) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    upstream.answer = answer
    catalogue = make(upstream.provider(), upstream.provider(name="other", models=("there",)))
    async with asyncio.timeout(5):
        await catalogue.refresh()
    assert (names(catalogue), catalogue.asking) == (["other/there"], True)
    await catalogue.refresh()
    assert len(catalogue._asking) == 1  # it is not asked twice at once
    for task in catalogue._asking.values():
        task.cancel()


async def test_a_list_belongs_to_an_address(upstream: Upstream, make: Make) -> None:
    fails(upstream)
    await in_thread(kept, base_url="http://elsewhere/v1")
    catalogue = make(upstream.provider())
    await refreshed(catalogue)
    assert names(catalogue) == []
    stored = await in_thread(Listing.objects.get)
    assert (stored.base_url, stored.listed, stored.fetched_at) == (upstream.url, [], None)


async def test_what_may_be_secret_in_an_address_is_not_kept(upstream: Upstream, make: Make) -> None:
    lists(upstream, "new")
    host = upstream.url.removeprefix("http://")
    await refreshed(make(upstream.provider(base_url=f"http://me:hush@{host}?key=hush")))
    assert (await in_thread(Listing.objects.get)).base_url == upstream.url


async def test_models_that_are_configured_are_there_at_once_and_never_asked_for(upstream: Upstream, make: Make) -> None:
    await in_thread(kept, base_url=upstream.url)
    catalogue = make(upstream.provider(models=("b", "a")))
    assert names(catalogue) == ["up/b", "up/a"]
    await refreshed(catalogue)
    catalogue.refresh_by_hand()
    await answered(catalogue)
    assert (names(catalogue), upstream.requests) == (["up/b", "up/a"], [])


async def test_of_a_provider_in_this_process_nothing_is_kept(upstream: Upstream, make: Make) -> None:
    lists(upstream, "thinker")
    catalogue = make()
    catalogue.add(upstream.provider(name="demo"))
    await refreshed(catalogue)
    assert names(catalogue) == ["demo/thinker"]
    assert not await in_thread(Listing.objects.exists)


async def test_a_list_that_another_version_wrote_may_know_more_or_be_unreadable(upstream: Upstream, make: Make) -> None:
    fails(upstream)
    await in_thread(kept, base_url=upstream.url, listed=[{"id": "a", "sings": True}])
    await in_thread(kept, provider="other", base_url=upstream.url, listed=[{"id": "a", "efforts": ["gently"]}])
    catalogue = make(upstream.provider(), upstream.provider(name="other"))
    await catalogue.load()
    assert names(catalogue) == ["up/a"]


async def test_by_hand_all_are_asked_and_at_most_once_a_minute(upstream: Upstream, make: Make) -> None:
    lists(upstream, "new")
    await in_thread(kept, base_url=upstream.url)
    catalogue = make(upstream.provider())
    await refreshed(catalogue)
    assert names(catalogue) == ["up/old"]
    catalogue.refresh_by_hand()
    assert catalogue.asking
    await answered(catalogue)
    assert names(catalogue) == ["up/new"]
    catalogue.refresh_by_hand()
    await answered(catalogue)
    assert len(upstream.requests) == 1


async def test_a_local_server_comes_and_goes_and_is_asked_when_its_models_change(
    upstream: Upstream, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(upstream.url.removesuffix("/v1").rpartition(":")[2])
    local = partial(find_local, servers=[LocalServer("vllm", "vLLM", port)])
    monkeypatch.setattr(module, "find_local", local)
    lists(upstream, "one")
    catalogue = make(discover=True)
    await refreshed(catalogue)
    assert names(catalogue) == ["vllm/one"]
    await refreshed(catalogue)
    assert len(upstream.requests) == 3  # found twice, asked once
    lists(upstream, "one", "two")
    await refreshed(catalogue)
    assert names(catalogue) == ["vllm/one", "vllm/two"]
    fails(upstream)
    await refreshed(catalogue)
    assert (names(catalogue), catalogue.provider("vllm")) == ([], None)
    lists(upstream, "two")
    await refreshed(catalogue)
    assert names(catalogue) == ["vllm/two"]


async def test_a_local_server_that_is_configured_is_not_found_again(
    upstream: Upstream, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(upstream.url.removesuffix("/v1").rpartition(":")[2])
    monkeypatch.setattr(module, "find_local", partial(find_local, servers=[LocalServer("vllm", "vLLM", port)]))
    lists(upstream, "one")
    catalogue = make(upstream.provider(name="mine", base_url=f"http://localhost:{port}/v1"), discover=True)
    await refreshed(catalogue)
    assert names(catalogue) == ["mine/one"]
