"""A provider that is to be tried again: shown with its reason, live and loaded, and stopped at once."""

from __future__ import annotations

import re
from contextlib import closing

from playwright.sync_api import Page, expect

from tests.support.dom import assert_live_is_loaded
from tests.support.provider import ScriptedProvider
from tests.support.room import Room


def send(page: Page, prompt: str) -> None:
    """Ask; there need not be an answer."""
    page.goto("/")
    page.select_option("select[name=lane-0-model]", "played/scripted")
    page.fill("textarea[name=prompt]", prompt)
    page.press("textarea[name=prompt]", "Enter")
    page.wait_for_url(re.compile(r"/c/\d+/"))


def test_a_pause_is_shown_with_its_reason_and_can_be_stopped(alice: Page, calls: ScriptedProvider) -> None:
    calls.refuse(429, "Too many requests", Retry_After="50")
    send(alice, "Are you busy?")
    run = alice.locator("[data-run]")
    expect(run).to_contain_text(re.compile(r"Trying again in [45]\d s"))
    expect(run).to_contain_text("429: Too many requests.")
    expect(run).to_contain_text(re.compile(r"Trying again in 4\d s"))  # it counts
    assert_live_is_loaded(alice)
    alice.reload()
    expect(run).to_contain_text(re.compile(r"Trying again in [34]\d s"))
    run.locator("[data-action=stop]").click()
    expect(run).to_have_attribute("data-status", "stopped")
    expect(run).not_to_contain_text("Trying again")
    assert_live_is_loaded(alice)
    assert calls.calls.empty()


def test_when_the_model_speaks_the_pause_is_over(alice: Page, calls: ScriptedProvider, room: Room) -> None:
    calls.refuse(503, "Overloaded", times=2, Retry_After="0.1")
    send(alice, "Busy no more?")
    call = calls.next_call()
    run = alice.locator("[data-run]")
    expect(run).to_contain_text("Trying again now")
    expect(run).to_contain_text("503: Overloaded.")
    call.reasoning("At last")
    expect(run.locator("[data-pane=reasoning]")).to_contain_text("At last")
    expect(run).not_to_contain_text("Trying again", timeout=5_000)  # the page looks by itself after 15 s
    expect(run).to_contain_text("at work")
    assert_live_is_loaded(alice)
    call.content("Hello")
    call.finish(prompt_tokens=1000, completion_tokens=200)
    expect(run).to_have_attribute("data-status", "completed")
    expect(run).to_contain_text("≈ $0.0020")
    assert_live_is_loaded(alice)
    with closing(room.signed_in("alice")) as client:
        assert "Overloaded" not in client.get(re.sub(r"^https?://[^/]+", "", alice.url)).text
