"""The conversation as it stands in a page, in a form that can be compared."""

from __future__ import annotations

from difflib import unified_diff

from playwright.sync_api import Page

# What a reader sees and can do. No part of it: the text of a running timer, and the blanks between
# elements that are nobody's text (templates end with a newline, a swapped-in element leaves it behind).
_SCRIPT = """
() => {
  const turns = document.getElementById("turns").cloneNode(true);
  turns.querySelectorAll("[data-timer], [data-countdown]").forEach((timer) => timer.replaceChildren());
  turns.normalize();
  const blanks = document.createTreeWalker(turns, NodeFilter.SHOW_TEXT);
  const idle = [];
  while (blanks.nextNode()) {
    const text = blanks.currentNode;
    if (!text.data.trim() && !text.parentElement.closest(".prose, .prompt-card")) idle.push(text);
  }
  idle.forEach((text) => text.remove());
  return turns.outerHTML;
}
"""


def conversation(page: Page) -> str:
    """The conversation's HTML as the browser has it now, a tag a line."""
    return str(page.evaluate(_SCRIPT)).replace("<", "\n<")


def loaded_fresh(page: Page) -> str:
    """The same conversation in a new tab of the same browser, loaded now."""
    tab = page.context.new_page()
    try:
        tab.goto(page.url)
        return conversation(tab)
    finally:
        tab.close()


def assert_live_is_loaded(page: Page) -> None:
    """The page as it has become, and the same page loaded now, are one; else show where they differ."""
    live, loaded = conversation(page), loaded_fresh(page)
    difference = unified_diff(live.split("\n"), loaded.split("\n"), "live", "loaded", lineterm="", n=1)
    assert live == loaded, "\n".join(difference)
