"""Share links in a browser: what their owner does in another window, and what a page copies."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from typing import Any

from playwright.sync_api import Page, expect

from tests.support import sharing
from tests.support.provider import Call
from tests.support.room import Room

# What a page copies is in `copied`: a browser without a window has no clipboard to read.
COPIED = """
window.copied = [];
Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => { window.copied.push(text); } } });
"""


def answered(page: Page, ask: Callable[..., Call], prompt: str, reasoning: str, content: str, **usage: Any) -> None:
    """Ask, and wait for all of the answer."""
    ask(page, prompt).answer(reasoning, content, **usage)
    expect(page.locator("[data-run]").last).to_have_attribute("data-status", "completed")


def conversation_of(page: Page) -> int:
    """The number of the conversation that an owner's page shows."""
    found = re.search(r"/c/(\d+)/", page.url)
    assert found, page.url
    return int(found[1])


def share(room: Room, page: Page, owner: str = "alice", **wishes: str) -> str:
    """The address of a new link to the conversation that `page` shows; `wishes` are fields of the form."""
    with closing(room.signed_in(owner)) as client:
        return room.url + sharing.share(client, f"/c/{conversation_of(page)}/share/", **wishes).address


def revoke(room: Room, page: Page, owner: str = "alice") -> None:
    """End the links to the conversation that `page` shows."""
    with closing(room.signed_in(owner)) as client:
        shown = client.get(f"/c/{conversation_of(page)}/share/").text
        for ended in re.findall(r'action="(/links/\d+/revoke/)"', shown):
            assert client.post(ended).status_code == 200
