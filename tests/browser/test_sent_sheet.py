"""What will be sent: a sheet above the composer on which a person decides, and the request that follows it."""

from __future__ import annotations

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.dom import assert_live_is_loaded
from tests.support.provider import Call

DETAIL = {"type": "reasoning.text", "text": "Hm", "signature": "s", "index": 0}


def say_signed(page: Page, call: Call) -> None:
    call.delta(reasoning="Hm", reasoning_details=[DETAIL])
    call.content("Seven.")
    call.finish()
    expect(page.locator("[data-run]").last).to_have_attribute("data-status", "completed")


def sent_back(call: Call) -> list[object]:
    call.finish()
    return [message.get("reasoning_details") for message in call.body["messages"] if message["role"] == "assistant"]


def test_what_a_person_decides_on_the_sheet_is_what_the_next_request_does(
    alice: Page, ask: Callable[..., Call]
) -> None:
    say_signed(alice, ask(alice, "What is 3 + 4?"))
    alice.locator("[data-action=sent-next]").click()
    sheet = alice.locator("#sent")
    expect(sheet.locator("h2")).to_be_focused()
    told = sheet.locator("[data-told]")
    expect(told).to_contain_text("Goes back as it came.")
    found = Axe().run(alice)
    assert found.violations_count == 0, found.generate_report()
    never = told.get_by_role("button", name="never")
    never.focus()
    alice.keyboard.press("Enter")
    expect(told).to_contain_text("Stays, as you chose.")
    expect(never).to_have_attribute("aria-pressed", "true")
    expect(never).to_be_focused()
    alice.keyboard.press("Escape")
    expect(sheet.locator("dialog")).to_be_hidden()
    assert_live_is_loaded(alice)
    assert sent_back(ask(alice, "Sure?")) == [None]

    # The same from the foot of a reply; closed by what is sent next.
    expect(alice.locator("[data-run][data-status=completed]")).to_have_count(2)
    alice.locator("[data-run] [data-action=sent]").last.click()
    expect(told.first).to_contain_text("Stays, as you chose.")
    told.first.get_by_role("button", name="auto").click()
    expect(told.first).to_contain_text("Goes back as it came.")
    assert sent_back(ask(alice, "Really?")) == [[DETAIL]]
    expect(sheet.locator("dialog")).to_be_hidden()


def test_without_script_it_is_a_page_with_the_same_choices(
    sign_in: Callable[..., Page], ask: Callable[..., Call]
) -> None:
    alice = sign_in("alice")
    say_signed(alice, ask(alice, "What is 3 + 4?"))
    plain = sign_in("alice", java_script_enabled=False)
    plain.goto(alice.url)
    plain.locator("[data-action=sent-next]").click()
    expect(plain.locator("h1")).to_have_text("What will be sent")
    expect(plain.locator("[data-told]")).to_contain_text("Goes back as it came.")
    plain.get_by_role("button", name="never").click()
    expect(plain.locator("h1")).to_have_text("What will be sent")
    expect(plain.locator("[data-told]")).to_contain_text("Stays, as you chose.")
