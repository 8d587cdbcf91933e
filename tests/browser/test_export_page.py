"""Exporting in a browser: the file is downloaded, and the page tells how far it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.provider import ScriptedProvider
from tests.support.room import Room, until
from tests.support.sharing import asked_and_answered


def test_a_file_is_downloaded_and_the_page_tells_of_it(
    room: Room, calls: ScriptedProvider, sign_in: Callable[..., Page], tmp_path: Path
) -> None:
    _, run = asked_and_answered(
        room, room.signed_in("alice"), calls, "Which sheep?", "The black one.", "It may be red."
    )
    until(lambda: room.rows("SELECT 1 FROM ledger_entry WHERE run_id = ?", run), "it is in the books")
    page = sign_in("bob")
    page.goto("/review/?q=sheep")
    page.get_by_role("link", name="Export").click()
    page.get_by_label("JSON Lines").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename.endswith(".jsonl")
    download.value.save_as(tmp_path / "file")
    rows = [json.loads(line) for line in (tmp_path / "file").read_text().splitlines()]
    assert run in [row["run"] for row in rows]
    expect(page.locator("#export-progress")).to_contain_text(f"Done: {len(rows)} repl")
    expect(page.get_by_role("heading", name="Export")).to_be_visible()
