"""Several models at once: side by side, each with its own pane, timer, Stop and cost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.dom import assert_live_is_loaded
from tests.support.provider import Call, ScriptedProvider


def add_lane(page: Page, model: str) -> None:
    lanes = page.locator(".lane-choice")
    count = lanes.count()
    page.locator("[data-action=add-lane]").click()
    expect(lanes).to_have_count(count + 1)
    if page.locator(f"select[name=lane-{count}-model]").input_value() != model:
        with page.expect_response(re.compile("/lanes/")):
            page.select_option(f"select[name=lane-{count}-model]", model)


@pytest.fixture
def ask_two(calls: ScriptedProvider) -> Callable[[Page, str], tuple[Call, Call]]:
    """Ask the two models of the played provider at once."""

    def asking(page: Page, prompt: str) -> tuple[Call, Call]:
        page.goto("/")
        with page.expect_response(re.compile("/lanes/")):
            page.select_option("select[name=lane-0-model]", "played/plain")
        with page.expect_response(re.compile("/lanes/")):
            page.select_option("select[name=lane-0-model]", "played/scripted")
        add_lane(page, "played/second")
        page.fill("textarea[name=prompt]", prompt)
        page.press("textarea[name=prompt]", "Enter")
        page.wait_for_url(re.compile(r"/c/\d+/"))
        return both(calls)

    return asking


def both(calls: ScriptedProvider) -> tuple[Call, Call]:
    first, second = sorted((calls.next_call(), calls.next_call()), key=lambda call: call.model)
    return first, second


def lane(page: Page, number: int) -> Locator:
    return page.locator(".turn").last.locator(".lane").nth(number)


def test_two_models_answer_side_by_side(alice: Page, ask_two: Callable[..., tuple[Call, Call]]) -> None:
    one, two = ask_two(alice, "Both of you")
    assert [one.model, two.model] == ["scripted", "second"]
    one.reasoning("I am one")
    two.reasoning("I am two")
    expect(lane(alice, 0).locator("[data-pane=reasoning]")).to_contain_text("I am one")
    expect(lane(alice, 1).locator("[data-pane=reasoning]")).to_contain_text("I am two")
    lane(alice, 0).locator("[data-action=stop]").click()
    assert one.gone.wait(5)
    expect(lane(alice, 0).locator("[data-run]")).to_have_attribute("data-status", "stopped")
    expect(lane(alice, 1).locator("[data-run]")).to_have_attribute("data-status", "thinking")
    two.answer("", "Two speaks", prompt_tokens=3, completion_tokens=4, cost=0.25)
    expect(lane(alice, 1).locator(".numbers")).to_contain_text("$0.25")
    left, right = (lane(alice, n).bounding_box() for n in (0, 1))
    assert left and right
    assert left["x"] + left["width"] <= right["x"] + 1
    assert abs(left["y"] - right["y"]) < 2
    assert_live_is_loaded(alice)


def test_the_conversation_goes_on_with_all_each_in_its_own_line(
    alice: Page, ask_two: Callable[..., tuple[Call, Call]], calls: ScriptedProvider
) -> None:
    one, two = ask_two(alice, "Name yourself")
    one.answer("", "One")
    two.answer("", "Two")
    expect(alice.locator("[data-run][data-status=completed]")).to_have_count(2)
    alice.fill("textarea[name=prompt]", "Again")
    alice.press("textarea[name=prompt]", "Enter")
    one, two = both(calls)
    assert [m["content"] for m in one.body["messages"]] == ["Name yourself", "One", "Again"]
    assert [m["content"] for m in two.body["messages"]] == ["Name yourself", "Two", "Again"]
    one.finish()
    two.finish()


def test_the_conversation_goes_on_with_the_one_that_is_chosen(
    alice: Page, ask_two: Callable[..., tuple[Call, Call]], calls: ScriptedProvider
) -> None:
    one, two = ask_two(alice, "Who goes on?")
    one.answer("", "Not me")
    two.answer("", "Me")
    expect(alice.locator("[data-run][data-status=completed]")).to_have_count(2)
    lane(alice, 1).locator("[data-action=choose]").click()
    expect(alice.locator(".lane-choice")).to_have_count(1)
    expect(alice.locator("select[name=lane-0-model]")).to_have_value("played/second")
    expect(lane(alice, 0)).to_have_class(re.compile("not-chosen"))
    assert_live_is_loaded(alice)
    alice.fill("textarea[name=prompt]", "Go on")
    alice.press("textarea[name=prompt]", "Enter")
    call = calls.next_call()
    assert call.model == "second"
    assert [m["content"] for m in call.body["messages"]] == ["Who goes on?", "Me", "Go on"]
    call.finish()


def test_one_model_at_several_efforts(alice: Page, calls: ScriptedProvider) -> None:
    alice.goto("/")
    with alice.expect_response(re.compile("/lanes/")):
        alice.select_option("select[name=lane-0-model]", "played/plain")
    with alice.expect_response(re.compile("/lanes/")):
        alice.select_option("select[name=lane-0-model]", "played/scripted")
    alice.locator("input[name=lane-0-effort][value=low]").check()
    add_lane(alice, "played/scripted")
    alice.locator("input[name=lane-1-effort][value=high]").check()
    alice.fill("textarea[name=prompt]", "How hard?")
    alice.press("textarea[name=prompt]", "Enter")
    bodies = [calls.next_call() for _ in range(2)]
    assert sorted(str(call.body.get("reasoning_effort")) for call in bodies) == ["high", "low"]
    expect(alice.locator(".tag")).to_have_text(["low", "high"])
    for call in bodies:
        call.finish()


def test_on_a_phone_one_stands_beside_the_other_and_is_swiped_to(
    sign_in: Callable[..., Page], ask_two: Callable[..., tuple[Call, Call]]
) -> None:
    page = sign_in("alice", viewport={"width": 390, "height": 800}, has_touch=True)
    one, two = ask_two(page, "On a phone")
    one.answer("", "One")
    two.answer("", "Two")
    expect(page.locator("[data-run][data-status=completed]")).to_have_count(2)
    first, second = (lane(page, n).bounding_box() for n in (0, 1))
    assert first and second
    assert first["width"] >= 380
    assert second["x"] >= 380
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
