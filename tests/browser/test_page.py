"""The page as a whole: keyboard, screen reader, weight, phone, without script."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.provider import Call, ScriptedProvider

LONG = "\n\n".join(
    [
        "x" * 3000,
        "| " + " | ".join(f"column {n}" for n in range(60)) + " |\n|" + "---|" * 60,
        "```\n" + "y" * 2000 + "\n```",
        "$$" + "+".join(f"a_{{{n}}}" for n in range(200)) + "$$",
        "שלום עולם, hello",
    ]
)


def completed(page: Page) -> None:
    expect(page.locator("[data-run]").last).to_have_attribute("data-status", "completed")


def test_a_question_by_keyboard_alone(alice: Page, calls: ScriptedProvider) -> None:
    alice.goto("/")
    expect(alice.locator("textarea[name=prompt]")).to_be_focused()
    alice.keyboard.type("One line")
    alice.keyboard.press("Shift+Enter")
    alice.keyboard.type("and another")
    alice.keyboard.press("Enter")
    call = calls.next_call()
    assert call.body["messages"][-1]["content"] == "One line\nand another"
    call.answer("Thought", "Answer")
    completed(alice)
    # Backwards from the composer to the pane, and open it.
    for _ in range(40):
        alice.keyboard.press("Shift+Tab")
        if alice.evaluate("document.activeElement.matches('details.pane > summary')"):
            break
    alice.keyboard.press("Enter")
    expect(alice.locator("details[data-pane=reasoning] .prose")).to_be_visible()


def test_blank_prompts_are_not_sent_and_nothing_typed_is_lost(alice: Page, calls: ScriptedProvider) -> None:
    alice.goto("/")
    alice.fill("textarea[name=prompt]", "   ")
    alice.keyboard.press("Enter")
    expect(alice.locator("#notice")).to_contain_text("Write something first.")
    alice.fill("textarea[name=prompt]", "a draft")
    alice.reload()
    expect(alice.locator("textarea[name=prompt]")).to_have_value("a draft")


def test_a_prompt_that_could_not_be_sent_stays_in_the_composer(alice: Page, ask: Callable[..., Call]) -> None:
    ask(alice, "First").answer("", "One")
    completed(alice)
    alice.route("**/ask/", lambda route: route.abort())
    alice.fill("textarea[name=prompt]", "Second")
    alice.keyboard.press("Enter")
    expect(alice.locator("#notice")).to_contain_text("cannot be reached")
    expect(alice.locator("textarea[name=prompt]")).to_have_value("Second")


def test_a_screen_reader_hears_beginning_and_end_never_tokens(alice: Page, ask: Callable[..., Call]) -> None:
    call = ask(alice, "Quietly")
    call.reasoning("token")
    announcer = alice.locator("#announcer")
    expect(alice.locator("details[data-pane=reasoning]")).to_contain_text("token")
    call.content("word")
    expect(announcer).to_have_text("Scripted is answering")
    call.finish()
    expect(announcer).to_have_text("Scripted has answered")
    assert alice.locator("[aria-live] [data-pane], [data-pane] [aria-live], [role=log]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_mend(sign_in: Callable[..., Page], ask: Callable[..., Call], scheme: str) -> None:
    page = sign_in("alice", color_scheme=scheme)
    page.goto("/")
    problems = [Axe().run(page)]
    ask(page, "Check me").answer(
        "A *thought*", "# Answer\n\n`code` and\n\n```python\nx = 1  # why\n```\n\n| a |\n|--|\n| 1 |"
    )
    completed(page)
    page.locator("details[data-pane=reasoning] summary").click()
    page.mouse.move(0, 0)
    problems.append(Axe().run(page))
    for found in problems:
        assert found.violations_count == 0, found.generate_report()


def test_the_page_weighs_less_than_100_kb_on_the_wire(sign_in: Callable[..., Page]) -> None:
    page = sign_in("alice")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    sizes: dict[str, int] = {}
    urls: dict[str, str] = {}
    devtools.on("Network.responseReceived", lambda e: urls.update({e["requestId"]: e["response"]["url"]}))
    devtools.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: int(e["encodedDataLength"])}))
    page.goto("/", wait_until="networkidle")
    assets = {urls[key]: size for key, size in sizes.items() if re.search(r"\.(js|css)$", urls.get(key, ""))}
    assert assets
    assert sum(assets.values()) < 100_000, assets
    assert len(urls) <= 20


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_window(sign_in: Callable[..., Page], ask: Callable[..., Call], width: int) -> None:
    page = sign_in("alice", viewport={"width": width, "height": 700})
    ask(page, "z" * 500).answer(LONG, LONG)
    completed(page)
    page.locator("details[data-pane=reasoning] summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_works_without_script(sign_in: Callable[..., Page], calls: ScriptedProvider) -> None:
    page = sign_in("alice", java_script_enabled=False)
    page.goto("/")
    page.select_option("select[name=lane-0-model]", "played/scripted")
    page.fill("textarea[name=prompt]", "No script")
    page.click("[data-action=send]")
    calls.next_call().answer("A thought", "An answer")
    page.wait_for_url(re.compile(r"/c/\d+/"))
    for _ in range(50):
        page.reload()
        if page.locator("[data-run]").get_attribute("data-status") == "completed":
            break
    pane = page.locator("details[data-pane=reasoning]")
    expect(pane.locator(".prose")).to_be_hidden()
    pane.locator("summary").click()
    expect(pane.locator(".prose")).to_be_visible()


def test_the_composer_never_covers_the_last_line(alice: Page, ask: Callable[..., Call]) -> None:
    ask(alice, "Long").answer("", "\n\n".join(f"line {n}" for n in range(80)))
    completed(alice)
    alice.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    foot = alice.locator("[data-run] .foot").bounding_box()
    dock = alice.locator("form[data-composer]").bounding_box()
    assert foot and dock
    assert foot["y"] + foot["height"] <= dock["y"]


def test_the_title_is_renamed_by_a_click_and_other_tabs_show_it_in_the_rail(
    alice: Page, ask: Callable[..., Call]
) -> None:
    ask(alice, "Some first words").answer("", "Yes")
    completed(alice)
    other, same = alice.context.new_page(), alice.context.new_page()
    other.goto("/")
    same.goto(alice.url)
    alice.fill("#title-input", "A better title")
    alice.keyboard.press("Enter")
    expect(same.locator("#title-input")).to_have_value("A better title")
    for page in (alice, other):
        expect(page.locator("#rail-list").get_by_text("A better title")).to_be_visible()


def test_a_conversation_is_searched_for_and_deleted(alice: Page, ask: Callable[..., Call]) -> None:
    ask(alice, "A very particular numbat").answer("", "Yes")
    completed(alice)
    alice.fill("#rail-query", "particular num")
    expect(alice.locator("#rail-list a")).to_have_count(1)
    alice.on("dialog", lambda dialog: dialog.accept())
    alice.locator(".head-menu summary").click()
    alice.locator("[data-action=delete]").click()
    alice.wait_for_url("**/")
    expect(alice.locator("#rail-list").get_by_text("numbat")).to_have_count(0)
