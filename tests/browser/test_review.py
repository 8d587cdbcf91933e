"""An owner asks and flags, a reviewer reads, the owner sees it; strangers and administrators find nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.activity import person
from tests.support.provider import Call
from tests.support.room import Room, until
from tests.support.sharing import until_over


def number_of(page: Page) -> int:
    return int(page.locator("[data-run]").last.get_attribute("data-run") or 0)


def watched(page: Page) -> list[str]:
    """What goes wrong on a page, as it goes wrong."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    return wrong


def test_from_a_flag_to_what_the_owner_sees(sign_in: Callable[..., Page], ask: Callable[..., Call], room: Room) -> None:
    alice, bob = sign_in("alice"), sign_in("bob")
    call = ask(alice, "Which is *bigger*, 9.11 or 9.9?")
    call.reasoning("Nine **eleven** has more digits. Wait, perhaps ignominious ones.")
    expect(alice.locator(".pane-body")).to_contain_text("ignominious")
    call.content("It is 9.9.")
    call.finish(prompt_tokens=10, completion_tokens=40, completion_tokens_details={"reasoning_tokens": 30})
    run = number_of(alice)
    until_over(room, run)
    until(lambda: room.rows("SELECT 1 FROM ledger_entry WHERE run_id = ?", run), "the reply is in the books")
    # Before anybody writes they are told who may read.
    expect(alice.locator("#reviewers-read")).to_be_visible()
    alice.reload()
    alice.locator(f"#r{run} [data-action=flag]").focus()
    alice.keyboard.press("Enter")
    alice.get_by_label("What should they look at?").fill("It looked at the digits only")
    alice.get_by_role("button", name="Flag it").press("Enter")
    expect(alice.get_by_role("heading", name="Flagged for the reviewers")).to_be_visible()
    alice.get_by_role("link", name="Back", exact=True).click()
    expect(alice.locator(f"#r{run}")).to_be_visible()
    expect(alice.locator("[data-action=reviewed]")).to_have_count(0)

    wrong = watched(bob)
    bob.goto("/")
    bob.locator(".rail-foot summary").click()
    bob.get_by_role("link", name="Review", exact=True).click()
    row = bob.locator(f'[data-entry="{run}"]')
    expect(row).to_contain_text("flagged")
    expect(row).to_contain_text("75 %")
    expect(bob.locator("body")).not_to_contain_text("9.11")
    bob.get_by_label("Words").fill("ignominious")
    bob.get_by_label("flagged by its owner").check()
    bob.locator("[data-action=filter]").click()
    expect(bob).to_have_url(re.compile(r"q=ignominious.*is=flagged"))
    expect(bob.locator("[data-entry]")).to_have_count(1)
    assert Axe().run(bob, options={"runOnly": ["wcag2a", "wcag2aa"]}).violations_count == 0

    row.locator("a").click()
    reply = bob.locator(f"article#r{run}")
    # The thought is open beside the answer, and nothing can be done with it but to read.
    expect(reply.locator("details.pane")).to_have_attribute("open", "")
    expect(reply.locator(".pane-body strong")).to_have_text("eleven")
    expect(bob.locator("[data-composer], [data-action=retry], [data-action=edit]")).to_have_count(0)
    expect(bob.locator(".reading-head")).to_contain_text("It looked at the digits only")
    assert Axe().run(bob, options={"runOnly": ["wcag2a", "wcag2aa"]}).violations_count == 0
    reply.locator("[data-action=replay]").click()
    expect(bob.locator(".replaying")).to_be_visible()
    bob.goto(f"/review/{run}/wire/")
    expect(bob.locator("main")).to_contain_text("chat/completions")
    bob.get_by_role("link", name="Which is *bigger*").click()
    expect(reply).to_be_visible()
    assert wrong == []

    alice.reload()
    alice.locator("[data-action=reviewed]").click()
    expect(alice.locator("table")).to_contain_text("bob")
    expect(alice.locator("table")).to_contain_text("Looked at on the wire")

    person(room, "dora", "administrator")
    for name in ("charlie", "dora"):
        page = sign_in(name)
        page.goto("/")
        page.locator(".rail-foot summary").click()
        expect(page.get_by_role("link", name="Review", exact=True)).to_have_count(0)
        for path in ("/review/", f"/review/{run}/", f"/review/{run}/wire/", "/review/rounds/", "/review/export/"):
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 404, path


def test_a_reviewer_goes_from_reply_to_reply_and_saves_the_way(
    sign_in: Callable[..., Page], ask: Callable[..., Call], room: Room
) -> None:
    alice, bob = sign_in("alice"), sign_in("bob", viewport={"width": 390, "height": 800})
    runs = []
    for number in range(3):
        alice.goto("/")
        ask(alice, f"Of perspicacious matters, {number}").answer("I see.", f"It is {number}.")
        expect(alice.locator("[data-status=completed]")).to_be_visible()
        runs.append(number_of(alice))
        until(lambda: room.rows("SELECT 1 FROM ledger_entry WHERE run_id = ?", runs[-1]), "it is in the books")
    bob.goto("/review/?q=perspicacious&in=prompt")
    expect(bob.locator("[data-entry]")).to_have_count(3)
    bob.get_by_label("A name for this filter").fill("Perspicacity")
    bob.get_by_role("button", name="Save").click()
    bob.goto("/review/")
    bob.get_by_role("link", name="Perspicacity", exact=True).click()
    expect(bob.locator("[data-entry]")).to_have_count(3)
    bob.locator(f'[data-entry="{runs[2]}"] a').click()
    expect(bob.locator("[data-action=previous]")).to_have_count(0)
    for run in (runs[1], runs[0]):
        bob.locator("[data-action=next]").click()
        expect(bob.locator(f"article#r{run}")).to_be_visible()
    expect(bob.locator("[data-action=next]")).to_have_count(0)
    # Nothing is wider than a phone.
    assert bob.evaluate("document.documentElement.scrollWidth <= innerWidth")
    bob.locator("[data-action=previous]").click()
    expect(bob.locator(f"article#r{runs[1]}")).to_be_visible()
    bob.get_by_role("link", name="Back to the queue").click()
    bob.get_by_label("How many by chance").fill("2")
    bob.get_by_role("button", name="Draw").click()
    expect(bob.locator("[data-entry]")).to_have_count(2)
    drawn = [row.get_attribute("data-entry") for row in bob.locator("[data-entry]").all()]
    bob.reload()
    assert [row.get_attribute("data-entry") for row in bob.locator("[data-entry]").all()] == drawn
