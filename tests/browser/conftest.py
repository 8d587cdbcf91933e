"""A real Chromium, signed in as one of the cast."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.provider import Call, ScriptedProvider
from tests.support.room import Room

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# A state may take its time on a busy machine; what takes longer than this will not come.
expect.set_options(timeout=15_000)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    if CHROMIUM is None:
        reason = "no Chromium: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return {"executable_path": CHROMIUM, "args": FLAGS, "headless": True}


@pytest.fixture
def sign_in(browser: Browser, room: Room) -> Iterator[Callable[..., Page]]:
    """`sign_in("alice")` → a page of hers in a browser of its own; further arguments go to the context."""
    contexts: list[BrowserContext] = []

    def open_page(name: str, at: Room = room, **options: Any) -> Page:
        context = browser.new_context(base_url=at.url, **options)
        contexts.append(context)
        context.set_default_timeout(15_000)
        with closing(at.signed_in(name)) as client:
            context.add_cookies([{"name": c.name, "value": str(c.value), "url": at.url} for c in client.cookies.jar])
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def alice(sign_in: Callable[..., Page]) -> Page:
    return sign_in("alice")


@pytest.fixture
def ask(calls: ScriptedProvider) -> Callable[..., Call]:
    """`ask(page, "…")` asks the played provider's model, and returns its side of the call."""

    def asking(page: Page, prompt: str, model: str = "played/scripted") -> Call:
        if page.url == "about:blank":
            page.goto("/")
        if page.locator("select[name=lane-0-model]").input_value() != model:
            with page.expect_response(re.compile("/lanes/")):
                page.select_option("select[name=lane-0-model]", model)
        page.fill("textarea[name=prompt]", prompt)
        page.press("textarea[name=prompt]", "Enter")
        call = calls.next_call()
        page.wait_for_url(re.compile(r"/c/\d+/"))
        return call

    return asking
