"""Activity in a browser: charts that have their tables, in both themes, without a word of script or style inline."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.activity import answered, person
from tests.support.provider import ScriptedProvider
from tests.support.room import Room

USAGE = {"prompt_tokens": 100, "completion_tokens": 200, "completion_tokens_details": {"reasoning_tokens": 150}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_chart_has_its_table_and_reads_well(
    sign_in: Callable[..., Page], room: Room, calls: ScriptedProvider, scheme: str
) -> None:
    person(room, "kim", "administrator")
    with closing(room.signed_in("kim")) as client:
        answered(room, client, calls, "How much?", [USAGE, {**USAGE, "cost": 0.5}, {}])
    page = sign_in("kim", color_scheme=scheme, viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto("/")
    page.locator(".rail-foot summary").click()
    page.get_by_role("link", name="Activity").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Activity")
    for address in ("/activity/", "/activity/house/"):
        if not page.url.endswith(address):
            page.get_by_role("link", name="The house").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Activity of the house")
        charts = page.locator("figure.bars:has(svg.drawing)")
        assert charts.count() >= 2
        for chart in charts.all():
            # What a bar is as high as, it also says; and so does the table.
            drawn = chart.locator("g.bar:has(rect[class]:not(.slot)) title").all_text_contents()
            assert drawn
            chart.locator("summary").click()
            expect(chart.get_by_role("table")).to_be_visible()
            assert chart.locator("tbody tr").count() == chart.locator("g.bar").count() == 30
            colours = chart.locator("rect:is(.thinking, .reported, .failed)").evaluate_all(
                "all => [...new Set(all.map(one => getComputedStyle(one).fill))]"
            )
            assert "rgb(0, 0, 0)" not in colours
        boxes = page.locator("table.drawn").filter(has_text="Share by model")
        assert boxes.locator("svg.box").count() == boxes.locator("tbody tr").count() > 0
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        # Nothing runs off the side, on a phone either.
        page.set_viewport_size({"width": 360, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.set_viewport_size({"width": 1280, "height": 900})
    assert complaints == []


def test_a_range_is_chosen_and_downloaded_by_keyboard(
    sign_in: Callable[..., Page], room: Room, calls: ScriptedProvider
) -> None:
    person(room, "lou")
    with closing(room.signed_in("lou")) as client:
        answered(room, client, calls, "How much?", [USAGE])
    page = sign_in("lou")
    page.goto("/activity/")
    page.get_by_role("link", name="7 days").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/activity/?days=7")
    expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    day = page.get_by_label("to", exact=True).input_value()
    page.get_by_label("from", exact=True).fill(day)
    page.get_by_label("from", exact=True).press("Enter")
    page.wait_for_url(f"**/activity/?from={day}&to={day}")
    expect(page.locator("dl.facts div").first).to_contain_text("1")
    with page.expect_download() as file:
        page.get_by_role("link", name="Download as CSV").press("Enter")
    assert file.value.suggested_filename == f"activity-{day}-{day}.csv"
    (line,) = csv.DictReader(io.StringIO(Path(file.value.path()).read_text()))
    assert (line["output_tokens"], line["reasoning_tokens"]) == ("200", "150")
