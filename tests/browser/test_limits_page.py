"""Limits as a person meets them: a sentence where they asked, and what was typed stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_reconnect import RECORD_SOCKETS
from tests.conftest import write_providers
from tests.support.provider import Call, ScriptedProvider
from tests.support.room import Room, running_room, until


@pytest.fixture(scope="module")
def narrow_room(tmp_path_factory: pytest.TempPathFactory, provider: ScriptedProvider) -> Iterator[Room]:
    """Room for one reply and two pages a person, and for short prompts."""
    folder = tmp_path_factory.mktemp("narrow-page")
    limits = {"CHATROOM_RUNS_PER_PERSON": "1", "CHATROOM_SOCKETS_PER_PERSON": "2", "CHATROOM_PROMPT_CHARACTERS": "1000"}
    with running_room(folder / "data", CHATROOM_PROVIDERS=write_providers(folder, provider), **limits) as room:
        room.people()
        yield room


@pytest.fixture
def bob(narrow_room: Room, sign_in: Callable[..., Page]) -> Page:
    return sign_in("bob", narrow_room)


def test_who_asks_too_much_at_once_is_told_and_may_ask_again(bob: Page, ask: Callable[..., Call]) -> None:
    call = ask(bob, "The first")
    other = bob.context.new_page()
    other.goto("/")
    prompt = other.locator("textarea[name=prompt]")
    prompt.fill("The second, which was a lot of work to write")
    prompt.press("Enter")
    notice = other.locator("#notice")
    expect(notice).to_contain_text("You have room for 1 reply at once.")
    expect(prompt).to_have_value("The second, which was a lot of work to write")
    call.finish()
    expect(bob.locator("[data-run]")).to_have_attribute("data-status", "completed")
    prompt.press("Enter")
    other.wait_for_url(re.compile(r"/c/\d+/"))


def test_what_is_too_large_to_be_taken_is_told_in_the_page(bob: Page) -> None:
    bob.goto("/")
    prompt = bob.locator("textarea[name=prompt]")
    prompt.evaluate("area => { area.value = '漢'.repeat(170_000); area.form.requestSubmit(); }")
    expect(bob.locator("#notice")).to_contain_text("That is larger than this room takes, 1.41 MB.")
    assert prompt.evaluate("area => area.value.length") == 170_000


def test_a_page_too_many_is_told_and_tries_again_only_after_a_while(bob: Page, narrow_room: Room) -> None:
    bob.context.add_init_script(RECORD_SOCKETS)
    for page in (bob, bob.context.new_page()):
        page.goto("/")
        page.wait_for_function("() => sockets.length === 1 && sockets[0].readyState === 1")
    last = bob.context.new_page()
    last.clock.install()
    last.goto("/")
    expect(last.locator("#notice")).to_contain_text("You have as many pages of this room open as it takes.")
    last.clock.run_for(29_000)
    assert last.evaluate("sockets.length") == 1
    bob.close()
    until(lambda: "\nchatroom_sockets 1.0\n" in httpx.get(f"{narrow_room.url}/metrics").text, "there is room again")
    last.clock.run_for(31_000)
    last.wait_for_function("() => sockets.length === 2 && sockets[1].readyState === 1")
    expect(last.locator("#notice [data-connection]")).to_have_count(0)
