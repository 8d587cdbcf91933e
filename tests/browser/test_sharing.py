"""Sharing, as the owner of a conversation does it: making links, looking at what they show, ending them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.support.dom import conversation
from tests.support.links import COPIED, answered, conversation_of, revoke, share
from tests.support.provider import Call, ScriptedProvider
from tests.support.room import Room

THOUGHT = "The user wants a number.\n\nI think of *seven*."
ANSWER = "# Seven\n\nIt is **7**:\n\n```python\nx = 7\n```"


@pytest.fixture
def stranger(browser: Browser, room: Room) -> Iterator[Page]:
    """A page of somebody without an account."""
    context = browser.new_context(base_url=room.url)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def address_on(page: Page) -> str:
    """The address of the link that an owner's page tells."""
    return page.locator("input[data-link]").input_value()


def without_numbers(html: str) -> str:
    """What a page shows, whatever it calls its rows: each link has numbers of its own."""
    names: dict[str, str] = {}
    html = re.sub(r'data-shape="\w+"', "", html)
    return re.sub(r"\d{10,}", lambda found: names.setdefault(found[0], f"n{len(names)}"), html)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def test_a_conversation_is_shared_by_keyboard_alone(alice: Page, ask: Callable[..., Call], stranger: Page) -> None:
    answered(alice, ask, "Share me", THOUGHT, ANSWER)
    alice.locator(".head [data-action=share]").focus()
    alice.keyboard.press("Enter")
    alice.wait_for_url("**/share/")
    tab_to(alice, "[name=live]")
    alice.keyboard.press("ArrowDown")
    tab_to(alice, "[name=reasoning]")
    alice.keyboard.press("ArrowDown")
    tab_to(alice, "summary")
    alice.keyboard.press("Enter")
    tab_to(alice, "[name=note]")
    alice.keyboard.type("A note,\nin two lines")
    tab_to(alice, "[name=may_take]")
    alice.keyboard.press("Space")
    tab_to(alice, "[data-action=make-link]")
    alice.keyboard.press("Enter")
    alice.wait_for_url(re.compile(r"/links/\d+/"))
    stranger.goto(address_on(alice))
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Share me")
    expect(stranger.locator("main > header")).to_contain_text("as it goes on")
    expect(stranger.locator(".shared-note")).to_contain_text("in two lines")
    expect(stranger.locator("details[data-pane=reasoning] .prose")).to_be_visible()
    expect(stranger.locator("[data-action=take]")).to_be_visible()


def test_one_reply_is_shared_from_its_foot(
    alice: Page, ask: Callable[..., Call], calls: ScriptedProvider, stranger: Page
) -> None:
    answered(alice, ask, "The first question", "Hm", "The first answer.")
    alice.fill("textarea[name=prompt]", "The second question")
    alice.press("textarea[name=prompt]", "Enter")
    calls.next_call().answer("Hm", "The second answer.")
    expect(alice.locator("[data-run][data-status=completed]")).to_have_count(2)
    alice.locator("[data-run]").last.locator("[data-action=share]").click()
    expect(alice.get_by_label("This reply alone")).to_be_checked()
    alice.locator("[data-action=make-link]").click()
    alice.wait_for_url(re.compile(r"/links/\d+/"))
    stranger.goto(address_on(alice))
    expect(stranger.get_by_role("heading", level=1)).to_have_text("The second question")
    expect(stranger.locator("#turns")).to_contain_text("The second answer.")
    assert "first" not in stranger.content()
    # The branch instead, at the same address.
    alice.get_by_label("The branch").check()
    alice.locator("[data-action=make-link]").click()
    expect(alice.get_by_label("The branch")).to_be_checked()
    stranger.reload()
    expect(stranger.locator("[data-pane=content]")).to_have_text(["The first answer.", "The second answer."])


@pytest.mark.parametrize(("reasoning", "live"), [("open", "0"), ("folded", "1"), ("none", "0"), ("none", "1")])
def test_what_they_will_see_is_what_they_see(
    alice: Page, ask: Callable[..., Call], stranger: Page, reasoning: str, live: str
) -> None:
    used = {"prompt_tokens": 5, "completion_tokens": 60, "completion_tokens_details": {"reasoning_tokens": 30}}
    answered(alice, ask, f"{reasoning} {live}", THOUGHT, ANSWER, **used)
    alice.goto(f"/c/{conversation_of(alice)}/share/")
    alice.check(f"[name=reasoning][value={reasoning}]")
    alice.check(f"[name=live][value='{live}']")
    alice.locator(".link-more summary").click()
    alice.check("[name=shows_numbers]")
    alice.check("[name=shows_owner]")
    alice.check("[name=may_take]")
    alice.fill("[name=note]", "A note\nof two lines")
    with alice.context.expect_page() as opened:
        alice.locator("[data-action=preview]").click()
    preview = opened.value
    expect(preview.locator(".seeing")).to_contain_text("Nothing is shared yet")
    alice.locator("[data-action=make-link]").click()
    alice.wait_for_url(re.compile(r"/links/\d+/"))
    stranger.goto(address_on(alice))
    seen, told = conversation(stranger), conversation(preview)
    assert without_numbers(seen).split("\n") == without_numbers(told).split("\n")
    assert ("seven" in seen) is (reasoning != "none")
    assert ("<details" in seen) is (reasoning != "none")
    if reasoning != "none":
        for page in (stranger, preview):
            pane = page.locator("details[data-pane=reasoning] .prose")
            expect(pane).to_be_visible() if reasoning == "open" else expect(pane).to_be_hidden()
    for part in (".shared-head h1", ".shared-note"):
        assert stranger.locator(part).inner_text() == preview.locator(part).inner_text()
    minute = re.compile(r"\d+:\d+")
    heads = [minute.sub("", page.locator(".shared-head").inner_text()) for page in (stranger, preview)]
    assert heads[0] == heads[1] and "Shared by alice" in heads[0]


def test_the_address_is_copied_and_the_links_are_listed(alice: Page, ask: Callable[..., Call], room: Room) -> None:
    answered(alice, ask, "In a list", "Hm", "Yes.")
    alice.add_init_script(COPIED)
    addresses = [share(room, alice, live=live) for live in ("0", "1")]
    alice.locator(".rail-foot summary").click()
    alice.get_by_role("link", name="Links to what you share").click()
    links = alice.locator(".links > li").filter(has_text="In a list")
    expect(links).to_have_count(2)
    expect(links.first).to_contain_text("as it goes on")
    expect(links.first).to_contain_text("Opened 0 times")
    links.first.locator("[data-action=copy]").click()
    expect(alice.locator("#announcer")).to_have_text("Copied")
    expect(links.first.locator("[data-action=copy]")).to_have_text("Copied")
    assert alice.evaluate("window.copied") == [addresses[1]]
    links.first.get_by_role("link").first.click()
    alice.locator("p.address [data-action=copy]").first.click()
    alice.wait_for_function("() => window.copied.length")
    assert alice.evaluate("window.copied") == [addresses[1]] == [address_on(alice)]
    expect(alice.locator(".links > li")).to_have_count(1)  # the other one


def test_a_link_that_shows_how_it_was_is_renewed_at_the_same_address(
    alice: Page, ask: Callable[..., Call], calls: ScriptedProvider, room: Room, stranger: Page
) -> None:
    answered(alice, ask, "As it was", "Hm", "The old.")
    address = share(room, alice)
    alice.fill("textarea[name=prompt]", "And now?")
    alice.press("textarea[name=prompt]", "Enter")
    calls.next_call().answer("Hm", "The new.")
    expect(alice.locator("[data-run][data-status=completed]")).to_have_count(2)
    stranger.goto(address)
    expect(stranger.locator("[data-pane=content]")).to_have_text(["The old."])
    alice.goto("/links/")
    link = alice.locator(".links > li").filter(has_text="As it was").first
    expect(link).to_contain_text("Opened 1 time,")
    link.locator("[data-action=renew]").click()
    alice.wait_for_url(re.compile(r"/links/\d+/"))
    assert address_on(alice) == address
    stranger.reload()
    expect(stranger.locator("[data-pane=content]")).to_have_text(["The old.", "The new."])


def test_a_link_is_changed_and_its_open_page_shows_no_more_than_it_says(
    alice: Page, ask: Callable[..., Call], room: Room, stranger: Page
) -> None:
    answered(alice, ask, "To be changed", "Quokka", "Said.")
    stranger.goto(share(room, alice, live="1", reasoning="open"))
    expect(stranger.get_by_text("Quokka")).to_be_visible()
    expect(stranger.locator("#news")).to_have_attribute("data-connected", "")
    alice.goto("/links/")
    alice.locator(".links > li a").first.click()
    alice.check("[name=reasoning][value=none]")
    alice.locator("[data-action=make-link]").click()
    expect(alice.locator("[name=reasoning][value=none]")).to_be_checked()
    expect(stranger.get_by_text("Quokka")).to_have_count(0)
    stranger.reload()
    expect(stranger.locator("[data-pane=content]")).to_have_text("Said.")
    assert "Quokka" not in stranger.content()


def test_a_link_is_ended_from_the_list(alice: Page, ask: Callable[..., Call], room: Room, stranger: Page) -> None:
    answered(alice, ask, "To be ended", "Hm", "Yes.")
    address = share(room, alice, live="1")
    stranger.goto(address)
    expect(stranger.locator("#news")).to_have_attribute("data-connected", "")
    alice.goto("/links/")
    link = alice.locator(".links > li").filter(has_text="To be ended").first
    link.locator("[data-action=revoke]").click()
    expect(stranger.locator("main")).to_be_empty()
    expect(link).to_contain_text("ended on")
    expect(link.locator("button")).to_have_count(0)
    link.get_by_role("link").click()
    expect(alice.get_by_text("It leads nowhere, for good.")).to_be_visible()
    expect(alice.locator("[data-action=make-link]")).to_have_count(0)
    answer = stranger.request.get(address)
    assert answer.status == 404


def test_deleting_the_conversation_ends_its_open_pages(
    alice: Page, ask: Callable[..., Call], room: Room, stranger: Page
) -> None:
    answered(alice, ask, "To be deleted", "Hm", "Yes.")
    address = share(room, alice, live="1")
    stranger.goto(address)
    expect(stranger.locator("#news")).to_have_attribute("data-connected", "")
    alice.on("dialog", lambda dialog: dialog.accept())
    alice.locator(".head-menu summary").click()
    alice.locator("[data-action=delete]").click()
    expect(stranger.locator("main")).to_be_empty()
    assert stranger.request.get(address).status == 404


def test_ones_own_link_says_so_and_is_not_counted(alice: Page, ask: Callable[..., Call], room: Room) -> None:
    answered(alice, ask, "Mine", "Hm", "Yes.")
    alice.goto(share(room, alice))
    expect(alice.locator(".seeing")).to_contain_text("your own link")
    alice.get_by_role("link", name="Change it").click()
    expect(alice.get_by_text("Opened 0 times").first).to_be_visible()


def test_what_is_wrong_is_said_and_what_was_typed_stays(alice: Page, ask: Callable[..., Call]) -> None:
    answered(alice, ask, "Badly filled in", "Hm", "Yes.")
    alice.goto(f"/c/{conversation_of(alice)}/share/")
    alice.check("[name=reasoning][value=none]")
    alice.locator(".link-more summary").click()
    alice.fill("[name=note]", "Stays")
    alice.fill("[name=views_limit]", "0")
    alice.locator("[data-action=make-link]").click()
    expect(alice.get_by_role("alert")).to_contain_text("It must be opened once at least.")
    expect(alice.locator("[name=note]")).to_have_value("Stays")
    expect(alice.locator("[name=reasoning][value=none]")).to_be_checked()
    expect(alice.locator("[name=views_limit]")).to_be_visible()


def everywhere(page: Page, room: Room) -> Iterator[str]:
    """Each page on which an owner has to do with links, one after the other."""
    number = conversation_of(page)
    share(room, page, live="1", embeddable="on", password="sesame")
    page.goto(f"/c/{number}/share/")
    page.locator(".link-more summary").click()
    yield "the form"
    page.goto("/links/")
    yield "the list"
    page.locator(".links > li a").first.click()
    yield "a link"
    page.goto(address_on(page))
    yield "one's own link"


def test_axe_finds_nothing_to_mend(alice: Page, ask: Callable[..., Call], room: Room) -> None:
    answered(alice, ask, "Check the pages of links", "Hm", "Yes.")
    share(room, alice)
    revoke(room, alice)
    for place in everywhere(alice, room):
        for scheme in ("light", "dark"):
            alice.emulate_media(color_scheme=scheme)
            found = Axe().run(alice)
            assert found.violations_count == 0, f"{place}, {scheme}: {found.generate_report()}"


def test_nothing_is_wider_than_a_phone(sign_in: Callable[..., Page], ask: Callable[..., Call], room: Room) -> None:
    page = sign_in("alice", viewport={"width": 320, "height": 700})
    answered(page, ask, "z" * 100, "Hm", "Yes.")
    for place in everywhere(page, room):
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, place


def test_without_script_a_link_is_made_and_ended(
    alice: Page, ask: Callable[..., Call], sign_in: Callable[..., Page], stranger: Page
) -> None:
    answered(alice, ask, "No script", "Hm", "Yes.")
    plain: Any = sign_in("alice", java_script_enabled=False)
    plain.goto(alice.url)
    plain.locator(".head [data-action=share]").click()
    plain.locator("[data-action=make-link]").click()
    plain.wait_for_url(re.compile(r"/links/\d+/"))
    assert stranger.request.get(address := address_on(plain)).status == 200
    plain.locator("[data-action=revoke]").first.click()
    plain.wait_for_url("**/links/")
    assert stranger.request.get(address).status == 404
