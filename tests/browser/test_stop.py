"""Stop ends the provider's connection, from any tab, before the first byte too, and keeps the text."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.dom import assert_live_is_loaded, conversation
from tests.support.provider import Call

# Promised is a second from the click; a busy machine under test may take its time to click.
SOON = 5


def test_stop_before_the_first_byte(alice: Page, ask: Callable[..., Call]) -> None:
    call = ask(alice, "Nothing yet?")
    alice.locator("[data-action=stop-all]").click()
    assert call.gone.wait(SOON)
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "stopped")
    expect(alice.locator(".ending")).to_contain_text("Stopped after")
    assert_live_is_loaded(alice)


def test_stop_from_another_tab_keeps_the_text(alice: Page, ask: Callable[..., Call]) -> None:
    call = ask(alice, "Long one")
    call.reasoning("I think")
    call.content("so I speak")
    expect(alice.locator("[data-pane=content]")).to_contain_text("so I speak")
    other = alice.context.new_page()
    other.goto(alice.url)
    other.locator("[data-run] [data-action=stop]").click()
    assert call.gone.wait(SOON)
    for page in (alice, other):
        expect(page.locator("[data-run]")).to_have_attribute("data-status", "stopped")
        expect(page.locator("[data-pane=content]")).to_contain_text("so I speak")
    assert conversation(alice) == conversation(other)
    assert_live_is_loaded(alice)


def test_send_turns_into_stop_and_back(alice: Page, ask: Callable[..., Call]) -> None:
    call = ask(alice, "Which button?")
    expect(alice.locator("[data-action=stop-all]")).to_be_visible()
    expect(alice.locator("[data-action=send]")).to_be_hidden()
    call.answer("", "This one.")
    expect(alice.locator("[data-action=send]")).to_be_visible()
    expect(alice.locator("[data-action=stop-all]")).to_be_hidden()
