"""Retry, edit, continue, arrows: nothing is ever overwritten."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.dom import assert_live_is_loaded, conversation
from tests.support.provider import Call, ScriptedProvider


def completed(page: Page) -> None:
    expect(page.locator("[data-run]").last).to_have_attribute("data-status", "completed")


def test_retry_makes_a_sibling_and_the_arrows_lead_back(
    alice: Page, ask: Callable[..., Call], calls: ScriptedProvider
) -> None:
    ask(alice, "Say something").answer("Hm", "First try")
    completed(alice)
    alice.locator("[data-run] .foot [data-action=retry]").click()
    calls.next_call().answer("Hm", "Second try")
    content = alice.locator("[data-pane=content]")
    expect(content).to_have_text("Second try")
    completed(alice)
    expect(alice.locator("[data-run] .siblings")).to_contain_text("2/2")
    alice.locator("[data-run] [data-action=previous]").click()
    expect(content).to_have_text("First try")
    assert_live_is_loaded(alice)
    alice.locator("[data-run] [data-action=next]").click()
    expect(content).to_have_text("Second try")


def test_an_edited_prompt_is_a_branch_with_what_followed_it(
    alice: Page, ask: Callable[..., Call], calls: ScriptedProvider
) -> None:
    ask(alice, "Original").answer("", "To the original")
    completed(alice)
    ask(alice, "Follow up").answer("", "To the follow-up")
    expect(alice.locator(".turn")).to_have_count(2)
    completed(alice)
    first = alice.locator(".turn").first
    first.locator(".prompt").hover()
    first.locator("[data-action=edit]").click()
    first.locator("form[data-edit] textarea").fill("Changed")
    alice.keyboard.press("Enter")
    call = calls.next_call()
    assert [m["content"] for m in call.body["messages"]] == ["Changed"]
    call.answer("", "To the change")
    expect(alice.locator(".turn")).to_have_count(1)
    expect(alice.locator("[data-pane=content]")).to_have_text("To the change")
    completed(alice)
    assert_live_is_loaded(alice)
    alice.locator(".prompt").hover()
    alice.locator(".prompt [data-action=previous]").click()
    expect(alice.locator(".turn")).to_have_count(2)
    expect(alice.locator("[data-pane=content]").last).to_have_text("To the follow-up")
    assert_live_is_loaded(alice)


def test_editing_can_be_put_away(alice: Page, ask: Callable[..., Call]) -> None:
    ask(alice, "As it was").answer("", "Fine")
    completed(alice)
    before = conversation(alice)
    alice.locator(".prompt").hover()
    alice.locator("[data-action=edit]").click()
    alice.locator("form[data-edit] textarea").fill("Otherwise")
    alice.keyboard.press("Escape")
    expect(alice.locator(".prompt-card")).to_have_text("As it was")
    assert conversation(alice) == before


def test_the_model_is_shown_the_branch_on_the_page(alice: Page, ask: Callable[..., Call]) -> None:
    ask(alice, "One").answer("secret thought", "Uno")
    completed(alice)
    call = ask(alice, "Two")
    assert [(m["role"], m["content"]) for m in call.body["messages"]] == [
        ("user", "One"),
        ("assistant", "Uno"),
        ("user", "Two"),
    ]
    call.finish()


def test_a_failed_reply_says_what_was_kept_and_offers_the_next_step(
    alice: Page, ask: Callable[..., Call], calls: ScriptedProvider
) -> None:
    call = ask(alice, "Break off")
    call.content("Half an ans")
    expect(alice.locator("[data-pane=content]")).to_have_text("Half an ans")
    call.hang_up()
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "failed")
    expect(alice.locator(".ending")).to_contain_text("What was said is kept.")
    assert_live_is_loaded(alice)
    alice.locator("[data-action=continue]").click()
    again = calls.next_call()
    assert again.body["messages"][1] == {"role": "assistant", "content": "Half an ans"}
    again.answer("", "wer.")
    expect(alice.locator("[data-run]")).to_have_count(2)
    completed(alice)
    call = ask(alice, "And now?")
    assert [m["content"] for m in call.body["messages"]] == ["Break off", "Half an answer.", "And now?"]
    call.finish()
