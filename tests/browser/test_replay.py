"""A reply played again as it came."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.provider import Call


def test_a_reply_is_played_again_and_then_stands_as_before(alice: Page, ask: Callable[..., Call]) -> None:
    ask(alice, "Think").answer("First a thought", "Then the answer")
    run = alice.locator("[data-run]")
    expect(run).to_have_attribute("data-status", "completed")
    parts = run.locator(".parts")
    before = parts.inner_html()
    run.locator("[data-action=replay]").click()
    expect(run).to_have_attribute("data-replaying", "")
    expect(run.locator("details[data-pane=reasoning][open]")).to_contain_text("First a thought")
    expect(alice.locator("[data-replaying]")).to_have_count(0)
    assert parts.inner_html() == before


def test_escape_ends_it(alice: Page, ask: Callable[..., Call]) -> None:
    call = ask(alice, "Think")
    call.reasoning("Slowly")
    run = alice.locator("[data-run]")
    expect(run).to_contain_text("Slowly")
    call.content("said")
    call.finish()
    expect(run).to_have_attribute("data-status", "completed")
    before = run.locator(".parts").inner_html()
    run.locator("[data-action=replay]").click()
    expect(run.locator(".replaying progress")).to_be_visible()
    alice.keyboard.press("Escape")
    expect(run.locator(".replaying")).to_have_count(0)
    assert run.locator(".parts").inner_html() == before
