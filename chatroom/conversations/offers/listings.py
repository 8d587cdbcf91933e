"""The model lists of providers as the database keeps them, so that the room works while a provider is away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

import msgspec
from django.utils import timezone

from chatroom.conversations.models import Listing
from chatroom.providers.listings import Entry
from chatroom.providers.provider import Provider


def read(since: datetime | None = None) -> list[Listing]:
    """The lists whose provider was asked after `since`, the latest last; without it, all."""
    listings = Listing.objects.order_by("tried_at")
    return list(listings.filter(tried_at__gt=since) if since else listings)


def listed(provider: Provider, entries: Sequence[Entry]) -> Listing:
    """What `provider` has listed just now, to be saved in place of what it had."""
    now = timezone.now()
    return Listing(
        provider=provider.name,
        base_url=place(provider),
        listed=msgspec.to_builtins(entries),
        fetched_at=now,
        tried_at=now,
    )


def missed(provider: Provider, sentence: str, before: Listing | None) -> Listing:
    """That `provider` could not be asked just now, and why; it keeps what it had listed before."""
    known = before if before and is_of(before, provider) else Listing()
    return Listing(
        provider=provider.name,
        base_url=place(provider),
        listed=known.listed,
        fetched_at=known.fetched_at,
        tried_at=timezone.now(),
        error=sentence,
    )


def entries_of(listing: Listing) -> list[Entry]:
    """What was listed; nothing where another version of the room wrote it in a way that this one cannot read."""
    try:
        return msgspec.convert(listing.listed, list[Entry])
    except msgspec.ValidationError:
        return []


def is_of(listing: Listing, provider: Provider) -> bool:
    """Whether the list is that of `provider`: its name and its address."""
    return (listing.provider, listing.base_url) == (provider.name, place(provider))


def place(provider: Provider) -> str:
    """The provider's address without what may be secret in one: a password, a query."""
    url = urlsplit(provider.base_url)
    return url._replace(netloc=url.netloc.rpartition("@")[2], query="", fragment="").geturl()[:500]
