"""The thinking pane: it opens and folds by itself until the person touches it; then the person's wish holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.provider import Call


def is_open(pane: Locator) -> bool:
    return bool(pane.evaluate("pane => pane.open"))


def prefer(page: Page, **preferences: str) -> None:
    page.goto("/")
    for name, value in preferences.items():
        page.locator(".rail-foot summary").click()
        with page.expect_navigation():
            page.select_option(f"form[data-preferences] select[name={name}]", value)


@pytest.fixture
def preferring(sign_in: Callable[..., Page]) -> Any:
    """Charlie with preferences, which are put back at the end."""
    page = sign_in("charlie")
    yield lambda **wishes: (prefer(page, **wishes), page)[1]
    prefer(page, pane="auto", pane_place="above")


def test_it_opens_while_the_model_thinks_and_folds_when_the_answer_begins(
    alice: Page, ask: Callable[..., Call]
) -> None:
    call = ask(alice, "Open and fold")
    call.reasoning("Thinking about it")
    pane = alice.locator("details[data-pane=reasoning]")
    expect(pane.locator(".prose")).to_be_visible()
    expect(pane.locator("summary")).to_contain_text("Thinking…")
    call.content("Here it is")
    expect(pane.locator(".prose")).to_be_hidden()
    expect(pane.locator("summary")).to_contain_text("Thought for")
    call.finish()


def test_a_pane_that_was_closed_by_hand_stays_closed_and_lets_the_line_pass_by(
    alice: Page, ask: Callable[..., Call]
) -> None:
    call = ask(alice, "I close it")
    call.reasoning("First line\n\n")
    pane = alice.locator("details[data-pane=reasoning]")
    pane.locator("summary").click()
    call.reasoning("and the second")
    expect(pane.locator(".passing")).to_have_text("and the second")
    assert not is_open(pane)
    alice.reload()
    assert not is_open(pane), "forgotten on reload"
    call.reasoning(" goes on")
    expect(pane.locator(".passing")).to_have_text("and the second goes on")
    assert not is_open(pane)
    call.finish()


def test_a_pane_that_was_opened_by_hand_stays_open_when_the_answer_comes(alice: Page, ask: Callable[..., Call]) -> None:
    call = ask(alice, "I open it")
    call.reasoning("Something")
    pane = alice.locator("details[data-pane=reasoning]")
    summary = pane.locator("summary")
    summary.click()
    summary.click()
    call.content("The answer")
    expect(alice.locator("[data-pane=content]")).to_contain_text("The answer")
    call.finish()
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    assert is_open(pane)
    alice.reload()
    assert is_open(pane), "forgotten on reload"


@pytest.mark.parametrize(("preference", "while_thinking", "after"), [("open", True, True), ("closed", False, False)])
def test_the_preference_holds_where_nobody_touched(
    preferring: Callable[..., Page], ask: Callable[..., Call], preference: str, while_thinking: bool, after: bool
) -> None:
    page = preferring(pane=preference)
    call = ask(page, "As I prefer")
    pane = page.locator("details[data-pane=reasoning]")
    call.reasoning("Hm")
    expect(pane).to_be_attached()
    assert is_open(pane) is while_thinking
    call.answer("", "There.")
    expect(page.locator("[data-run]")).to_have_attribute("data-status", "completed")
    assert is_open(pane) is after
    page.reload()
    assert is_open(pane) is after


def test_it_folds_from_anywhere_along_its_length(alice: Page, ask: Callable[..., Call]) -> None:
    call = ask(alice, "A long one")
    call.answer("\n\n".join(f"Thought {n}" for n in range(200)), "Short.")
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    pane = alice.locator("details[data-pane=reasoning]")
    pane.locator("summary").click()
    pane.get_by_text("Thought 100", exact=True).scroll_into_view_if_needed()
    expect(pane.locator("summary")).to_be_in_viewport()  # the head stays in view
    pane.locator("[data-action=fold]").click()
    expect(pane.locator(".prose")).to_be_hidden()
    expect(pane.locator("summary")).to_be_in_viewport()


def test_the_stream_is_followed_only_while_the_reader_is_at_the_end(alice: Page, ask: Callable[..., Call]) -> None:
    call = ask(alice, "Follow me")
    text = alice.locator("details[data-pane=reasoning] .prose")
    call.reasoning("\n\n".join(f"line {n}" for n in range(100)))
    expect(text).to_contain_text("line 99")
    alice.wait_for_function("e => e.scrollHeight - e.scrollTop - e.clientHeight < 24", arg=text.element_handle())
    text.hover()
    alice.mouse.wheel(0, -400)
    alice.wait_for_function("e => e.scrollHeight - e.scrollTop - e.clientHeight > 100", arg=text.element_handle())
    where = text.evaluate("e => e.scrollTop")
    call.reasoning("\n\n" + "\n\n".join(f"further {n}" for n in range(50)))
    expect(text).to_contain_text("further 49")
    assert text.evaluate("e => e.scrollTop") == where
    call.finish()


def test_the_page_never_moves_a_reader_who_has_scrolled_away(alice: Page, ask: Callable[..., Call]) -> None:
    call = ask(alice, "Scroll away")
    call.content("\n\n".join(f"paragraph {n}" for n in range(150)))
    expect(alice.locator("[data-pane=content]")).to_contain_text("paragraph 149")
    expect(alice.get_by_text("paragraph 149", exact=True)).to_be_in_viewport()
    alice.mouse.move(600, 300)
    alice.mouse.wheel(0, -900)
    expect(alice.locator("[data-action=to-end]")).to_be_visible()
    where = alice.evaluate("scrollY")
    call.content("\n\n" + "\n\n".join(f"more {n}" for n in range(50)))
    expect(alice.locator("[data-pane=content]")).to_contain_text("more 49")
    assert alice.evaluate("scrollY") == where
    alice.locator("[data-action=to-end]").click()
    expect(alice.get_by_text("more 49", exact=True)).to_be_in_viewport()
    call.finish()


def test_a_model_that_thinks_speaks_and_thinks_again_has_a_pane_each_time(
    alice: Page, ask: Callable[..., Call]
) -> None:
    call = ask(alice, "Again and again")
    call.reasoning("one")
    call.content("first")
    call.reasoning("two")
    call.content("second")
    call.finish()
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    kinds = alice.locator("[data-pane]").evaluate_all("panes => panes.map((p) => p.dataset.pane)")
    assert kinds == ["reasoning", "content", "reasoning", "content"]


def test_a_summary_is_never_shown_as_raw_thought(alice: Page, ask: Callable[..., Call]) -> None:
    call = ask(alice, "Summary?")
    call.delta(reasoning_details=[{"type": "reasoning.summary", "summary": "**Weighing**", "index": 0}])
    pane = alice.locator("details[data-pane=reasoning]")
    expect(pane).to_have_attribute("data-provenance", "summary")
    expect(pane.locator(".provenance")).to_have_text("summary, not the thought itself")
    call.finish()


def test_thought_that_is_billed_and_not_shown_has_its_count(alice: Page, ask: Callable[..., Call]) -> None:
    call = ask(alice, "Hidden?")
    call.answer("", "42", prompt_tokens=5, completion_tokens=100, completion_tokens_details={"reasoning_tokens": 64})
    pane = alice.locator("details[data-pane=reasoning]")
    expect(pane).to_have_attribute("data-provenance", "hidden")
    expect(pane.locator("summary")).to_contain_text("64 tokens")


def test_encrypted_thought_is_named_as_such(alice: Page, ask: Callable[..., Call]) -> None:
    call = ask(alice, "Encrypted?")
    call.delta(reasoning_details=[{"type": "reasoning.encrypted", "data": "abcdef", "index": 0}])
    call.answer("", "42")
    pane = alice.locator("details[data-pane=reasoning]")
    expect(pane).to_have_attribute("data-provenance", "encrypted")
    assert "abcdef" not in alice.content()


def test_unknown_counts_say_so(alice: Page, ask: Callable[..., Call]) -> None:
    ask(alice, "How many tokens?").answer("Hm", "No idea.")
    numbers = alice.locator("[data-run] .numbers")
    expect(numbers).to_contain_text("tokens unknown")
    expect(numbers).to_contain_text("thinking unknown")
    expect(numbers).to_contain_text("cost unknown")


def test_beside_the_answer_on_a_wide_screen(preferring: Callable[..., Page], ask: Callable[..., Call]) -> None:
    page = preferring(pane_place="beside", pane="open")
    page.set_viewport_size({"width": 1500, "height": 900})
    ask(page, "Beside").answer("A thought", "An answer")
    expect(page.locator("[data-run]")).to_have_attribute("data-status", "completed")
    pane, answer = page.locator("details[data-pane=reasoning]"), page.locator("[data-pane=content]")
    boxes = pane.bounding_box(), answer.bounding_box()
    assert boxes[0] and boxes[1]
    assert boxes[0]["x"] > boxes[1]["x"] + boxes[1]["width"] - 1
    assert abs(boxes[0]["y"] - boxes[1]["y"]) < 16


def test_a_pane_is_worked_by_the_keyboard(alice: Page, ask: Callable[..., Call]) -> None:
    ask(alice, "Keys").answer("A thought", "An answer")
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    pane = alice.locator("details[data-pane=reasoning]")
    pane.locator("summary").focus()
    alice.keyboard.press("Enter")
    assert is_open(pane)
    alice.keyboard.press("Space")
    assert not is_open(pane)
