"""kill -9 in mid-thought: whatever a browser had shown is there after the restart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import write_providers
from tests.support.dom import assert_live_is_loaded
from tests.support.provider import ScriptedProvider
from tests.support.room import Room, running_room, until


@pytest.fixture
def mortal_room(tmp_path: Path, provider: ScriptedProvider) -> Iterator[Room]:
    """A room that may be killed."""
    with running_room(tmp_path / "data", CHATROOM_PROVIDERS=write_providers(tmp_path, provider)) as room:
        room.people()
        yield room


def begin(room: Room, sign_in: Callable[..., Page], prompt: str = "Think long.") -> Page:
    page = sign_in("alice", room)
    page.goto("/")
    expect(page.locator("select[name=lane-0-model]")).to_be_visible()
    page.select_option("select[name=lane-0-model]", "played/scripted")
    page.fill("textarea[name=prompt]", prompt)
    page.press("textarea[name=prompt]", "Enter")
    page.wait_for_url(re.compile(r"/c/\d+/"))
    return page


def shown(page: Page, pane: str) -> str:
    """The text of the panes as the reader saw it, without blanks: those are the renderer's."""
    return re.sub(r"\s", "", page.evaluate(
        "kind => [...document.querySelectorAll(`[data-pane=${kind}] .prose, .prose[data-pane=${kind}]`)]"
        ".map((e) => e.textContent).join('')", pane))  # fmt: skip


def test_what_a_browser_had_shown_survives_kill_9_in_mid_thought(
    mortal_room: Room, calls: ScriptedProvider, sign_in: Callable[..., Page]
) -> None:
    page = begin(mortal_room, sign_in)
    call = calls.next_call()
    words = [f"word{n} " for n in range(400)]
    for word in words[:300]:
        call.reasoning(word)
    expect(page.locator("[data-pane=reasoning]")).to_contain_text("word100")
    mortal_room.kill()  # while words are still on their way
    seen = shown(page, "reasoning")
    assert "word100" in seen
    at_work = page.locator("#rail-list .live-dot")
    expect(at_work).to_have_count(1)

    mortal_room.start()
    run = page.locator("[data-run]").get_attribute("data-run")
    assert run
    status = "SELECT status FROM conversations_run WHERE id = ? AND ended_at IS NOT NULL"
    until(lambda: mortal_room.rows(status, run), "the run is looked after")
    assert mortal_room.rows(status, run)[0]["status"] == "interrupted"
    kept = mortal_room.said(int(run), "reasoning")
    assert "".join(words).startswith(kept)
    assert re.sub(r"\s", "", kept).startswith(seen), "something that was on the screen is not on the disk"

    # The page that was open comes back by itself, and says what happened.
    expect(page.locator("[data-run]")).to_have_attribute("data-status", "interrupted")
    expect(page.locator(".ending")).to_contain_text(re.compile(r"Interrupted after (under 1|\d+) s"))
    assert re.sub(r"\s", "", kept) == shown(page, "reasoning")
    expect(at_work).to_have_count(0)
    assert_live_is_loaded(page)


def test_an_interrupted_thought_can_be_continued(
    mortal_room: Room, calls: ScriptedProvider, sign_in: Callable[..., Page]
) -> None:
    page = begin(mortal_room, sign_in)
    calls.next_call().reasoning("First, the apples. ")
    expect(page.locator("[data-pane=reasoning]")).to_contain_text("apples")
    mortal_room.kill()
    mortal_room.start()
    page.locator("[data-action=continue]").click()
    call = calls.next_call()
    assert call.body["messages"][0]["content"].startswith("Think long.\n\n")
    assert "First, the apples." in call.body["messages"][-1]["content"]
    call.answer("Then the pears.", "Both.")
    expect(page.locator("[data-run]")).to_have_count(2)
    expect(page.locator("[data-run]").last).to_have_attribute("data-status", "completed")
    expect(page.locator("[data-run]").first).to_have_attribute("data-status", "interrupted")
    assert_live_is_loaded(page)


def test_a_run_that_had_said_nothing_is_taken_up_again(
    mortal_room: Room, calls: ScriptedProvider, sign_in: Callable[..., Page]
) -> None:
    page = begin(mortal_room, sign_in)
    calls.next_call()
    mortal_room.kill()
    mortal_room.start()
    calls.next_call().answer("Hm.", "Here I am again.")
    expect(page.locator("[data-pane=content]")).to_contain_text("Here I am again.")
    expect(page.locator("[data-run]")).to_have_attribute("data-status", "completed")
    assert_live_is_loaded(page)
