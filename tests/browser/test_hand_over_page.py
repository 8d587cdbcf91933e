"""A thought is given to another model, and answered from at once, in the page."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.support.dom import assert_live_is_loaded
from tests.support.provider import Call, ScriptedProvider

# Shown as it stands: nothing in it is markup.
WORDS = [f"word{number} " for number in range(400)]


def lane(page: Page, number: int) -> Locator:
    return page.locator(".turn").last.locator(".lane").nth(number)


def choose_second(page: Page) -> None:
    with page.expect_response(re.compile("/lanes/")):
        page.select_option(".hand-over select[name=lane-0-model]", "played/second")


def both(calls: ScriptedProvider) -> tuple[Call, Call]:
    """The call without the thought, and the one with it."""
    naive, helped = sorted((calls.next_call(), calls.next_call()), key=lambda call: len(str(call.body["messages"])))
    return naive, helped


def test_a_thought_is_handed_over_while_it_is_thought(
    alice: Page, ask: Callable[..., Call], calls: ScriptedProvider
) -> None:
    source = ask(alice, "How many r's?")
    source.reasoning("Spell it: ")
    pane = alice.locator("[data-pane=reasoning]")
    expect(pane).to_contain_text("Spell it:")
    alice.locator("[data-action=hand-over]").click()
    text = alice.locator(".hand-over textarea")
    expect(text).to_have_value("Spell it: ")
    choose_second(alice)
    # The form stays as it is while the model thinks on, answers, and is done.
    text.fill("Spell it out.")
    source.reasoning("s, t, r")
    expect(pane).to_contain_text("s, t, r")
    source.answer("", "Two.")
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    expect(pane).not_to_have_attribute("open", "")
    expect(text).to_have_value("Spell it out.")
    alice.locator("[data-action=send-hand-over]").click()
    naive, helped = both(calls)
    naive.reasoning("Hm")
    helped.reasoning("Aha")
    expect(lane(alice, 0).locator("[data-pane=reasoning]")).to_contain_text("Hm")
    expect(lane(alice, 1).locator("[data-pane=reasoning]")).to_contain_text("Aha")
    assert_live_is_loaded(alice)
    naive.answer("", "Two.")
    helped.answer("", "Three.")
    expect(alice.locator("[data-run][data-status=completed]")).to_have_count(2)
    expect(lane(alice, 0).locator(".given-label")).to_have_text("without the reasoning")
    expect(lane(alice, 1).locator(".given-label")).to_have_text("with the reasoning of Scripted, edited")
    expect(alice.locator(".prompt .siblings")).to_contain_text("2/2")
    left, right = (lane(alice, n).bounding_box() for n in (0, 1))
    assert left and right
    assert left["x"] + left["width"] <= right["x"] + 1
    given = lane(alice, 1).locator("[data-pane=given]")
    given.locator("summary").click()
    expect(given.locator(".given-text")).to_have_text("Spell it out.")
    given.locator("summary").click()
    assert_live_is_loaded(alice)

    lane(alice, 1).locator(".given-label a").click()
    expect(alice.locator("[data-run]")).to_have_count(1)
    expect(pane).to_be_in_viewport()
    assert re.search(r"/c/\d+/#r\d+-p0$", alice.url)
    pane.locator("summary").click()
    assert_live_is_loaded(alice)
    pane.get_by_role("link", name="Second").click()
    expect(alice.locator("[data-run]")).to_have_count(2)
    expect(lane(alice, 1).locator("[data-pane=content]")).to_have_text("Three.")
    expect(lane(alice, 1).locator(".reply-head")).to_be_in_viewport()


def test_a_model_whose_thought_was_handed_over_while_it_thinks_is_not_forgotten(
    alice: Page, ask: Callable[..., Call], calls: ScriptedProvider
) -> None:
    source = ask(alice, "How many r's?")
    source.reasoning("Spell it: ")
    alice.locator("[data-action=hand-over]").click()
    choose_second(alice)
    alice.locator("[data-action=send-hand-over]").click()
    for call in both(calls):
        call.answer("", "Three.")
    elsewhere = alice.locator("#elsewhere")
    expect(elsewhere).to_contain_text("Scripted is still at work on another branch.")
    expect(alice.locator("[data-run][data-status=completed]")).to_have_count(2)
    assert_live_is_loaded(alice)
    source.answer("", "Two.")
    expect(elsewhere).to_be_empty()


def test_the_form_can_be_put_away_and_a_refusal_leaves_it(alice: Page, ask: Callable[..., Call]) -> None:
    ask(alice, "Why?").answer("Because", "So.")
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    alice.locator("[data-pane=reasoning] summary").click()
    alice.locator("[data-action=hand-over]").click()
    alice.locator(".hand-over textarea").evaluate("area => { area.required = false; area.value = ''; }")
    alice.locator("[data-action=send-hand-over]").click()
    expect(alice.locator("#notice")).to_contain_text("No reasoning is left")
    expect(alice.locator(".hand-over")).to_be_visible()
    alice.locator(".hand-over textarea").press("Escape")
    expect(alice.locator(".hand-over")).to_have_count(0)
    expect(alice.locator("[data-action=hand-over]")).to_be_focused()
    assert_live_is_loaded(alice)


def test_it_works_without_script(
    alice: Page, ask: Callable[..., Call], calls: ScriptedProvider, sign_in: Callable[..., Page]
) -> None:
    ask(alice, "Why?").answer("Because\nof this", "So.")
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    page = sign_in("alice", java_script_enabled=False)
    page.goto(alice.url)
    page.locator("[data-pane=reasoning] summary").click()
    page.locator("[data-action=hand-over]").click()
    page.select_option("select[name=lane-0-model]", "played/second")
    page.locator("[data-action=send-hand-over]").click()
    naive, helped = both(calls)
    assert "Because\nof this" in str(helped.body["messages"][0]["content"])
    assert naive.model == helped.model == "second"
    expect(page.locator("[data-run]")).to_have_count(2)
    assert page.url == alice.url
    naive.finish()
    helped.finish()


def test_answer_now_tells_the_model_all_that_was_on_the_screen(
    alice: Page, ask: Callable[..., Call], calls: ScriptedProvider
) -> None:
    source = ask(alice, "Think long")
    button = alice.locator("[data-action=answer-now]")
    expect(alice.locator("[data-action=stop]")).to_be_visible()
    expect(button).to_be_hidden()
    for word in WORDS:
        source.reasoning(word)
    expect(button).to_be_visible()
    shown = alice.evaluate(
        """() => {
          const shown = document.querySelector("[data-pane=reasoning] .prose").textContent;
          document.querySelector("[data-action=answer-now]").click();
          return shown;
        }"""
    )
    answer = calls.next_call()
    assert source.gone.wait(5)
    assert shown.strip()
    assert shown.strip() in str(answer.body["messages"])
    replies = alice.locator("[data-run]")
    expect(replies).to_have_count(2)
    expect(replies.first).to_have_attribute("data-status", "stopped")
    expect(replies.first.locator(".pane-label")).to_contain_text("stopped to answer")
    expect(replies.first.locator(".ending")).to_have_count(0)
    assert_live_is_loaded(alice)
    answer.content("9.9 is bigger.")
    expect(button).to_have_count(0)
    answer.answer("", "")
    expect(replies.last).to_have_attribute("data-status", "completed")
    assert_live_is_loaded(alice)
