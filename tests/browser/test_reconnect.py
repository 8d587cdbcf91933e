"""The socket is cut, at several moments: the page catches up from where it stood."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from chatroom.conversations.consumers import COME_BACK
from tests.browser.test_live_page import ANSWER, THOUGHT, wait_for_all_that_was_said
from tests.support.dom import assert_live_is_loaded, conversation
from tests.support.provider import Call
from tests.support.room import Room

# The page's sockets, so that a test can cut them as a bad network does.
RECORD_SOCKETS = """
window.sockets = [];
window.WebSocket = class extends WebSocket {
  constructor(...args) { super(...args); sockets.push(this); }
};
"""

CONNECT_AGAIN = """() => {
  const news = document.getElementById("news");
  const fresh = news.cloneNode();
  news.replaceWith(fresh);
  htmx.process(fresh);
}"""


def cut(page: Page, code: int = 1006) -> None:
    """End the connection, by default as if the network had gone, and wait for the next one."""
    page.context.set_offline(True)
    before = page.evaluate("sockets.length")
    page.evaluate(
        """code => { const s = sockets.at(-1); const onclose = s.onclose; s.onmessage = null;
        s.close(); onclose.call(s, new CloseEvent('close', { code })); s.onclose = null; }""",
        code,
    )
    page.context.set_offline(False)
    page.wait_for_function("n => sockets.length > n && sockets.at(-1).readyState === 1", arg=before)


def test_the_socket_is_cut_at_every_stage(alice: Page, ask: Callable[..., Call], room: Room) -> None:
    alice.add_init_script(RECORD_SOCKETS)
    call = ask(alice, "Cut me off")
    sent = 0
    for text, with_ in ((THOUGHT, call.reasoning), (ANSWER, call.content), ("And again.", call.reasoning)):
        third = len(text) // 3
        for piece in (text[:third], text[third : 2 * third], text[2 * third :]):
            with_(piece)
            sent += len(piece)
            cut(alice)
            wait_for_all_that_was_said(alice, room, sent)
            assert_live_is_loaded(alice)
    call.finish()
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    assert_live_is_loaded(alice)


def test_a_run_ends_while_the_page_is_cut_off(alice: Page, ask: Callable[..., Call]) -> None:
    alice.add_init_script(RECORD_SOCKETS)
    call = ask(alice, "Finish without me")
    call.reasoning("Half a thou")
    expect(alice.locator("[data-pane=reasoning]")).to_contain_text("Half a thou")
    alice.route(re.compile("/news/"), lambda route: route.abort())
    call.reasoning("ght.")
    call.answer("", "The end.", prompt_tokens=1, completion_tokens=2)
    cut(alice)
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    assert_live_is_loaded(alice)


def test_another_tab_asked_while_this_one_was_cut_off(alice: Page, ask: Callable[..., Call]) -> None:
    alice.add_init_script(RECORD_SOCKETS)
    ask(alice, "First").answer("", "One.")
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    alice.evaluate("() => { const s = sockets.at(-1); s.onclose = null; s.close(); }")  # deaf from now on
    other = alice.context.new_page()
    other.goto(alice.url)
    ask(other, "Second").answer("", "Two.")
    expect(other.locator("[data-run]")).to_have_count(2)
    expect(other.locator("[data-run]").last).to_have_attribute("data-status", "completed")
    assert conversation(alice) != conversation(other)
    alice.evaluate(CONNECT_AGAIN)
    expect(alice.locator("[data-run]")).to_have_count(2)
    assert conversation(alice) == conversation(other)
    assert_live_is_loaded(alice)


def test_two_tabs_show_the_same_at_the_same_time(alice: Page, ask: Callable[..., Call], room: Room) -> None:
    call = ask(alice, "Two tabs")
    other = alice.context.new_page()
    other.goto(alice.url)
    call.reasoning(THOUGHT)
    call.content(ANSWER)
    for page in (alice, other):
        wait_for_all_that_was_said(page, room, len(THOUGHT) + len(ANSWER))
    assert conversation(alice) == conversation(other)
    call.finish()
    for page in (alice, other):
        expect(page.locator("[data-run]")).to_have_attribute("data-status", "completed")
    # What one asks the other shows.
    ask(other, "From the other").answer("Hm", "Yes.")
    for page in (alice, other):
        expect(page.locator("[data-run]")).to_have_count(2)
        expect(page.locator("[data-run]").last).to_have_attribute("data-status", "completed")
    assert conversation(alice) == conversation(other)
    assert_live_is_loaded(alice)


def test_the_page_comes_back_when_its_reader_failed(alice: Page, ask: Callable[..., Call]) -> None:
    alice.add_init_script(RECORD_SOCKETS)
    call = ask(alice, "Come back")
    cut(alice, COME_BACK)
    call.answer("Hm", "Here")
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    assert_live_is_loaded(alice)
