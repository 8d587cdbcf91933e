"""Whoever works by keyboard does not lose their place when the button they have pressed is taken away."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.provider import Call, ScriptedProvider


def test_from_stop_the_focus_goes_on_to_what_is_offered_in_its_place(
    alice: Page, ask: Callable[..., Call], calls: ScriptedProvider
) -> None:
    call = ask(alice, "Stop me")
    call.reasoning("I think")
    expect(alice.locator("details[data-pane=reasoning]")).to_contain_text("I think")
    alice.locator("[data-run] [data-action=stop]").focus()
    alice.keyboard.press("Enter")
    expect(alice.locator("[data-run] [data-action=continue]")).to_be_focused()
    alice.keyboard.press("Tab")
    expect(alice.locator(".ending [data-action=retry]")).to_be_focused()
    alice.keyboard.press("Enter")
    calls.next_call().reasoning("Once more")
    expect(alice.locator("[data-run] [data-action=stop]")).to_be_focused()


def test_it_stays_on_stop_when_the_answer_begins(alice: Page, ask: Callable[..., Call]) -> None:
    call = ask(alice, "Go on")
    call.reasoning("I think")
    expect(alice.locator("details[data-pane=reasoning]")).to_contain_text("I think")
    alice.locator("[data-run] [data-action=stop]").focus()
    call.content("and speak")
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "answering")
    expect(alice.locator("[data-run] [data-action=stop]")).to_be_focused()
    call.finish()


def test_from_the_stop_beside_the_composer_it_goes_to_the_composer(alice: Page, ask: Callable[..., Call]) -> None:
    ask(alice, "Stop all").reasoning("I think")
    expect(alice.locator("details[data-pane=reasoning]")).to_contain_text("I think")
    alice.locator("[data-action=stop-all]").focus()
    alice.keyboard.press("Enter")
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "stopped")
    expect(alice.locator("textarea[name=prompt]")).to_be_focused()


def test_nobody_elses_focus_is_moved(alice: Page, ask: Callable[..., Call]) -> None:
    call = ask(alice, "I write already")
    call.reasoning("I think")
    expect(alice.locator("details[data-pane=reasoning]")).to_contain_text("I think")
    alice.locator("textarea[name=prompt]").focus()
    call.answer("", "and speak")
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    expect(alice.locator("textarea[name=prompt]")).to_be_focused()
