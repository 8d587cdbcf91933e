"""Only `</think>` comes: what had passed for an answer moves into the thinking pane, before the reader's eyes."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_reconnect import RECORD_SOCKETS, cut
from tests.support.dom import assert_live_is_loaded
from tests.support.provider import Call

THOUGHT = "The user greets me.\n\nI greet back.\n"


def test_an_answer_that_was_thought_moves_into_the_pane(alice: Page, ask: Callable[..., Call]) -> None:
    call = ask(alice, "Hello")
    pane = alice.locator("[data-pane=reasoning]")
    call.content(THOUGHT)
    expect(alice.locator("[data-pane=content]")).to_contain_text("I greet back.")
    expect(pane).to_have_count(0)
    call.content("</thi")
    call.content("nk>\n\nHel")
    expect(pane).to_contain_text("I greet back.")
    expect(pane).to_have_attribute("data-provenance", "raw")
    expect(alice.locator("[data-pane=content]")).to_have_text("Hel")
    assert_live_is_loaded(alice)
    call.content("lo!")
    call.finish()
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    expect(alice.locator("[data-pane=content]")).to_have_text("Hello!")
    expect(pane).to_have_count(1)
    assert_live_is_loaded(alice)


def test_the_page_was_cut_off_while_it_moved(alice: Page, ask: Callable[..., Call]) -> None:
    alice.add_init_script(RECORD_SOCKETS)
    call = ask(alice, "Hello again")
    call.content(THOUGHT)
    expect(alice.locator("[data-pane=content]")).to_contain_text("I greet back.")
    alice.context.set_offline(True)
    call.content("</think>\n\nHello")
    cut(alice)
    expect(alice.locator("[data-pane=content]")).to_have_text("Hello")
    assert_live_is_loaded(alice)
    call.finish()
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    assert_live_is_loaded(alice)
