"""Following the stream: side by side, and in a long conversation whose upper turns are left alone meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.provider import Call, ScriptedProvider

PARAGRAPHS = "\n\n".join(f"paragraph {n}" for n in range(80))


@pytest.fixture
def ask_two(calls: ScriptedProvider) -> Callable[[Page], tuple[Call, Call]]:
    """Ask the same model twice, side by side. Which call is in which column is told by `column`."""

    def asking(page: Page) -> tuple[Call, Call]:
        page.goto("/")
        with page.expect_response(re.compile("/lanes/")):
            page.select_option("select[name=lane-0-model]", "played/plain")
        with page.expect_response(re.compile("/lanes/")):
            page.select_option("select[name=lane-0-model]", "played/scripted")
        page.locator("[data-action=add-lane]").click()
        expect(page.locator(".lane-choice")).to_have_count(2)
        with page.expect_response(re.compile("/lanes/")):
            page.select_option("select[name=lane-1-model]", "played/second")
        page.fill("textarea[name=prompt]", "Both of you")
        page.press("textarea[name=prompt]", "Enter")
        page.wait_for_url(re.compile(r"/c/\d+/"))
        one, two = sorted((calls.next_call(), calls.next_call()), key=lambda call: call.model)
        return one, two

    return asking


def test_what_grows_stays_in_sight_in_each_column(alice: Page, ask_two: Callable[..., tuple[Call, Call]]) -> None:
    quick, slow = ask_two(alice)
    slow.reasoning("I have only begun to think")
    pane = alice.locator(".lane").nth(1).locator("details[data-pane=reasoning]")
    expect(pane).to_contain_text("only begun")
    quick.content(PARAGRAPHS)
    expect(alice.locator(".lane").nth(0)).to_contain_text("paragraph 79")
    expect(pane.locator("summary")).to_be_in_viewport()
    slow.reasoning(" and go on")
    expect(pane).to_contain_text("and go on")
    expect(pane.locator("summary")).to_be_in_viewport()
    # Whoever goes on to the end stays there.
    alice.locator("[data-action=to-end]").click()
    expect(alice.get_by_text("paragraph 79", exact=True)).to_be_in_viewport()
    quick.content("\n\n" + "\n\n".join(f"further {n}" for n in range(40)))
    expect(alice.get_by_text("further 39", exact=True)).to_be_in_viewport()
    slow.reasoning(" and on")
    expect(pane).to_contain_text("and on")
    expect(alice.get_by_text("further 39", exact=True)).to_be_in_viewport()
    for call in (quick, slow):
        call.finish()


PLACES = "() => [...document.querySelectorAll('.turn')].slice(0, 5).map((turn) => [turn.offsetTop, turn.offsetHeight])"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_turns_above_keep_their_places_while_a_reply_comes(
    sign_in: Callable[..., Page], ask: Callable[..., Call], calls: ScriptedProvider, width: int
) -> None:
    page = sign_in("alice", viewport={"width": width, "height": 700})
    ask(page, "The first").answer("A thought", PARAGRAPHS)
    for n in range(4):
        expect(page.locator("[data-run]")).to_have_count(n + 1)
        expect(page.locator("[data-run]").last).to_have_attribute("data-status", "completed")
        page.fill("textarea[name=prompt]", f"Again {n}")
        page.press("textarea[name=prompt]", "Enter")
        calls.next_call().answer("A thought", PARAGRAPHS)
    expect(page.locator("[data-run]")).to_have_count(5)
    expect(page.locator("[data-run]").last).to_have_attribute("data-status", "completed")
    page.reload()
    # A question that is asked before loads the page anew.
    expect(page.locator("#news[data-connected]")).to_be_attached()
    there = page.evaluate(PLACES)
    page.fill("textarea[name=prompt]", "The last")
    page.press("textarea[name=prompt]", "Enter")
    call = calls.next_call()
    call.content("It begins")
    expect(page.locator("[data-pane=content]").last).to_contain_text("It begins")
    call.content(" and goes on")
    expect(page.locator("body")).to_have_class(re.compile(r"\bstreaming\b"))
    step = "(top) => new Promise((then) => { scrollTo(0, top); requestAnimationFrame(() => setTimeout(then)); })"
    for top in range(page.evaluate("scrollY"), -1, -500):
        page.evaluate(step, top)
        assert page.evaluate(PLACES) == there
        assert page.evaluate("scrollY") == top
    call.finish()
