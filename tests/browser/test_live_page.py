"""What a live page shows is what the same page shows when it is loaded anew, whatever happened on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.dom import assert_live_is_loaded
from tests.support.provider import Call
from tests.support.room import Room, until

THOUGHT = "Let me see.\n\nThe user wants *something*. First I think of `a`, then:\n\n- one\n- two\n\nSo be it."
ANSWER = "## Here\n\nIt is **this**:\n\n```python\nx = 1\nprint(x)\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nDone."


def say(text: str, with_: Callable[[str], None], size: int = 7) -> None:
    for start in range(0, len(text), size):
        with_(text[start : start + size])


def test_a_question_is_answered_live(alice: Page, ask: Callable[..., Call]) -> None:
    call = ask(alice, "Why?")
    say(THOUGHT, call.reasoning)
    pane = alice.locator("details[data-pane=reasoning]")
    expect(pane).to_have_attribute("data-provenance", "raw")
    expect(pane).to_contain_text("So be it.")
    assert pane.evaluate("pane => pane.open")
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "thinking")
    say(ANSWER, call.content)
    expect(alice.locator("[data-pane=content]")).to_contain_text("Done.")
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "answering")
    assert not pane.evaluate("pane => pane.open")
    call.finish(prompt_tokens=5, completion_tokens=60, completion_tokens_details={"reasoning_tokens": 30})
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    expect(pane.locator("summary")).to_contain_text("30 tokens · 50 % of the output")
    assert_live_is_loaded(alice)


def test_live_and_reloaded_are_the_same_at_any_moment(alice: Page, ask: Callable[..., Call], room: Room) -> None:
    call = ask(alice, "At any moment?")
    sent = 0
    for text, with_ in (
        (THOUGHT, call.reasoning),
        (ANSWER, call.content),
        ("Once more.", call.reasoning),
        ("*End*", call.content),
    ):
        for start in range(0, len(text), 9):
            with_(text[start : start + 9])
            sent += len(text[start : start + 9])
            if start % 4 == 0:
                wait_for_all_that_was_said(alice, room, sent)
                assert_live_is_loaded(alice)
    call.finish()
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    assert_live_is_loaded(alice)


def wait_for_all_that_was_said(page: Page, room: Room, characters: int) -> None:
    """Until `characters` are in the log, and the page shows the last of them."""
    run = page.locator("[data-run]").last.get_attribute("data-run")

    def on_disk() -> Any:
        query = "SELECT max(seq) AS seq, sum(length(text)) AS length FROM conversations_delta WHERE run_id = ?"
        row = room.rows(query, run)[0]
        return row if row["length"] == characters else None

    seq = until(on_disk, f"{characters} characters are on disk")["seq"]
    expect(page.locator(f"[data-run='{run}']")).to_have_attribute("data-seq", str(seq))
