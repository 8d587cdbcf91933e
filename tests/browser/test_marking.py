"""Marking a reply beside its text, with the mouse, with keys, without script: selected words, and their addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.provider import Call
from tests.support.room import Room
from tests.support.sharing import until_over

FILLING = "\n\n".join(f"Then I look at case {number}, and it holds as the one before." for number in range(60))
THOUGHT = (
    f"I think of **seven** sheep, and of `eight`.\n\n{FILLING}\n\nLastly I *think of* **seven** sheep, $x^2$ of them."
)
ANSWER = "It is *seven*:\n\n- one\n- two"

# The text that is painted, by colour.
PAINTED = """() => Object.fromEntries(
  [...CSS.highlights].map(([name, set]) => [name, [...set].map((range) => `${range}`)]),
)"""
# Where words stand in the window: the first character and the last, of the last place where they begin and end so.
PLACE = """([root, first, last]) => {
  const walker = document.createTreeWalker(document.querySelector(root), NodeFilter.SHOW_TEXT);
  const found = {};
  const note = (name, node, at) => {
    found[name] = document.createRange();
    found[name].setStart(node, at);
    found[name].setEnd(node, at + 1);
  };
  for (let node; (node = walker.nextNode());) {
    if (node.data.includes(first)) note("from", node, node.data.lastIndexOf(first));
    if (node.data.includes(last)) note("to", node, node.data.lastIndexOf(last) + last.length - 1);
  }
  found.from.startContainer.parentElement.scrollIntoView({ block: "center" });
  const [a, b] = [found.from.getBoundingClientRect(), found.to.getBoundingClientRect()];
  return [a.left, a.top + a.height / 2, b.right, b.top + b.height / 2];
}"""
IN_SIGHT = """(name) => [...CSS.highlights.get(name) ?? []].some((range) => {
  const { top, bottom } = range.getBoundingClientRect();
  return bottom > top && top >= 0 && bottom <= innerHeight;
})"""


@pytest.fixture
def run(sign_in: Callable[..., Page], ask: Callable[..., Call], room: Room) -> int:
    """A reply of Alice's, to be read."""
    page = sign_in("alice")
    ask(page, "How many?").answer(THOUGHT, ANSWER)
    number = int(page.locator("[data-run]").last.get_attribute("data-run") or 0)
    until_over(room, number)
    return number


@pytest.fixture
def bob(sign_in: Callable[..., Page]) -> Iterator[Page]:
    """A reviewer's page, which breaks no policy and throws nothing."""
    page = sign_in("bob")
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    assert wrong == []


def unfold(page: Page, pane: str) -> None:
    """Open a thought that is folded, as a person does."""
    if page.locator(pane).get_attribute("open") is None:
        page.locator(f"{pane} > summary").click()


def drag(page: Page, root: str, first: str, last: str) -> None:
    """Select from the beginning of `first` to the end of `last` with the mouse."""
    x, y, to_x, to_y = page.evaluate(PLACE, [root, first, last])
    page.mouse.move(x + 0.5, y)
    page.mouse.down()
    page.mouse.move((x + to_x) / 2, (y + to_y) / 2, steps=4)
    page.mouse.move(to_x - 0.5, to_y, steps=4)
    page.mouse.up()


def painted(page: Page, text: str) -> None:
    """Wait until one mark is painted, on these words."""
    page.wait_for_function(
        f"text => {{ const all = Object.entries(({PAINTED})()).filter(([name]) => /^mark-[0-9]$/.test(name)); "
        "return all.length === 1 && all[0][1].length === 1 && all[0][1][0] === text; }",
        arg=text,
    )


def test_words_are_marked_with_the_mouse_and_found_again_wherever_they_stand(bob: Page, run: int) -> None:
    bob.set_viewport_size({"width": 1400, "height": 800})
    bob.goto(f"/review/{run}/")
    thought = f"#r{run}-p0"
    unfold(bob, thought)
    drag(bob, f"{thought} .prose", "think of", "sheep")  # across a slanted word, a bold one and plain ones
    marker = bob.locator(".marker")
    expect(marker).to_be_visible()
    # What is refused is said where it was written, and nothing of it is lost.
    marker.get_by_role("button", name="no label").click()
    expect(marker.get_by_role("alert")).to_have_text("A mark needs a label or a comment.")
    marker.get_by_label("Comment").fill("Which sheep?")
    marker.get_by_role("button", name="wrong step").click()
    mark = bob.locator("#panel [data-mark]")
    expect(mark).to_contain_text("think of seven sheep")
    expect(mark).to_contain_text("Which sheep?")
    expect(mark).to_be_focused()
    expect(bob.locator(".marker")).to_be_hidden()
    text = bob.locator(f"{thought} .prose").inner_html()
    painted(bob, "think of seven sheep")
    assert bob.locator(f"{thought} .prose").inner_html() == text  # the text itself stays as it is
    # Loaded anew, in a narrow window, where the thought stands above the answer and all lines are others.
    bob.set_viewport_size({"width": 700, "height": 700})
    bob.goto(f"/review/{run}/")
    painted(bob, "think of seven sheep")
    # Folded by hand it stays folded, but for somebody who asks for the words.
    summary = bob.locator(f"{thought} > summary")
    if bob.locator(thought).get_attribute("open") is not None:
        summary.click()
    expect(bob.locator(thought)).not_to_have_attribute("open", "")
    bob.reload()
    painted(bob, "think of seven sheep")
    expect(bob.locator(thought)).not_to_have_attribute("open", "")
    bob.locator("[data-action=go-to-mark]").click()
    expect(bob.locator(thought)).to_have_attribute("open", "")
    bob.wait_for_function(IN_SIGHT, arg="mark-flash")
    # The mark's own address leads to the words, too.
    number = mark.get_attribute("data-mark")
    bob.goto(f"/review/marks/{number}/")
    bob.wait_for_url(re.compile(rf"/review/{run}/\?mark={number}#mark-{number}$"))
    bob.wait_for_function(IN_SIGHT, arg="mark-flash")


def test_by_keys_alone(bob: Page, run: int) -> None:
    bob.goto(f"/review/{run}/")
    word = bob.locator(f"#r{run}-p2, [id^=r{run}-p][data-pane=content]").first
    word.locator("em").dblclick()
    bob.keyboard.press("Shift+ArrowRight")  # from here on no mouse
    expect(bob.locator(".marker")).to_be_visible()
    bob.keyboard.press("Enter")
    expect(bob.locator(".marker textarea")).to_be_focused()
    bob.keyboard.type("Lost")
    bob.keyboard.press("Escape")
    expect(bob.locator(".marker")).to_be_hidden()
    word.locator("em").dblclick()
    expect(bob.locator(".marker")).to_be_visible()
    bob.keyboard.press("Enter")
    bob.keyboard.type("A number")
    bob.keyboard.press("Tab")
    expect(bob.locator(".marker button").first).to_be_focused()
    bob.keyboard.press("Shift+Tab")
    bob.keyboard.press("Shift+Tab")  # it goes round
    expect(bob.locator(".marker [data-action=close-marker]")).to_be_focused()
    bob.keyboard.press("Tab")
    bob.keyboard.press("Tab")
    bob.keyboard.press("Enter")
    mark = bob.locator("#panel [data-mark]")
    expect(mark).to_be_focused()
    expect(mark).to_contain_text("A number")
    painted(bob, "seven")
    # On with Tab: its link, its words, its thread.
    for _ in range(2):
        bob.keyboard.press("Tab")
    expect(mark.locator("[data-action=go-to-mark]")).to_be_focused()
    bob.wait_for_function("CSS.highlights.has('mark-near')")
    bob.keyboard.press("Enter")
    bob.wait_for_function(IN_SIGHT, arg="mark-flash")
    bob.keyboard.press("Tab")
    bob.keyboard.press("Enter")
    bob.keyboard.press("Tab")
    bob.keyboard.type("And more")
    bob.keyboard.press("Tab")
    bob.keyboard.press("Enter")
    expect(mark.locator(".thread")).to_contain_text("And more")
    mark.get_by_role("button", name="Withdraw").press("Enter")
    expect(mark).to_contain_text("Withdrawn")
    bob.wait_for_function("() => ![...CSS.highlights.keys()].some((name) => /^mark-[0-9]$/.test(name))")


def test_without_script_a_part_and_typed_words_are_marked(sign_in: Callable[..., Page], run: int) -> None:
    page = sign_in("bob", java_script_enabled=False)
    page.goto(f"/review/{run}/")
    part = page.locator("#panel .mark-part").first
    part.locator("summary").click()
    part.get_by_label("Label").select_option("good idea")
    part.get_by_role("button").click()
    page.wait_for_url(re.compile(rf"/review/{run}/#mark-\d+$"))
    expect(page.locator("#panel [data-mark]")).to_contain_text("The whole thought")
    part.locator("summary").click()
    part.get_by_label("Only these words").fill("of eight")
    part.get_by_label("Comment").fill("Why eight?")
    part.get_by_role("button").click()
    expect(page.locator("#panel [data-mark]").last).to_contain_text("of eight")
    page.get_by_label("Cannot tell").check()
    page.get_by_role("button", name="Give this verdict").click()
    expect(page.locator("#verdict-unclear")).to_be_checked()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_mend(sign_in: Callable[..., Page], run: int, scheme: str) -> None:
    page = sign_in("bob", color_scheme=scheme)
    page.goto(f"/review/{run}/")
    page.get_by_label("Flawed").check()
    page.get_by_role("button", name="Give this verdict").click()
    expect(page.locator(".verdict-form")).to_contain_text("You said “Flawed”")
    page.locator(f"[id^=r{run}-p][data-pane=content] em").dblclick()
    page.locator(".marker").get_by_role("button", name="made up").click()
    expect(page.locator("#panel [data-mark]")).to_be_focused()
    page.locator(f"[id^=r{run}-p][data-pane=content] li").first.dblclick(position={"x": 6, "y": 12})
    expect(page.locator(".marker")).to_be_visible()
    problems: list[Any] = [Axe().run(page)]
    for address in ("/review/labels/", "/review/rounds/"):
        page.goto(address)
        problems.append(Axe().run(page))
    page.get_by_label("Name").fill("Spring")
    page.get_by_label("root").check()
    page.get_by_label("Blind").uncheck()
    page.get_by_label("Which replies").fill(str(run))
    page.get_by_role("button", name="Make the round").click()
    page.wait_for_url(re.compile(r"/review/rounds/\d+/"))
    expect(page.locator("[data-kappa]")).to_have_text("not defined")
    problems.append(Axe().run(page))
    for found in problems:
        assert found.violations_count == 0, found.generate_report()


def test_what_does_not_reach_the_room_is_not_lost(bob: Page, run: int) -> None:
    bob.goto(f"/review/{run}/")
    bob.fill("#verdict-note", "A long thought of mine")
    bob.get_by_label("Flawed").check()
    save = bob.get_by_role("button", name="Give this verdict")
    bob.context.set_offline(True)
    save.click()
    expect(bob.locator(".verdict-form [role=alert]")).to_contain_text("cannot be reached")
    bob.context.set_offline(False)
    cookies = bob.context.cookies()
    bob.context.clear_cookies(name="sessionid")
    save.click()
    expect(bob.locator(".verdict-form [role=alert]")).to_contain_text("signed out")
    expect(bob.locator("#verdict-note")).to_have_value("A long thought of mine")
    bob.context.add_cookies(cookies)
    save.click()
    expect(bob.locator(".verdict-form")).to_contain_text("You said “Flawed”")
    expect(bob.locator("#verdict-note")).to_have_value("A long thought of mine")
