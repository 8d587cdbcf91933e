"""The composer says what a model takes and what it does not, before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.provider import MODELS, Call, ScriptedProvider


def choose(page: Page, model: str) -> None:
    with page.expect_response(re.compile("/lanes/")):
        page.select_option("select[name=lane-0-model]", model)
    expect(page.locator("select[name=lane-0-model]")).to_have_value(model)


def checked(page: Page) -> str:
    return page.locator("input[name=lane-0-effort]:checked").input_value()


@pytest.fixture
def told_medium(alice: Page, calls: ScriptedProvider) -> Page:
    """A page with a model that is told to think at medium effort."""
    alice.goto("/")
    if alice.locator("select[name=lane-0-model]").input_value() != "played/scripted":
        choose(alice, "played/scripted")
    alice.locator("input[name=lane-0-effort][value=medium]").check()
    return alice


def test_a_setting_that_the_next_model_does_not_take_is_said_to_be_left_out(
    told_medium: Page, ask: Callable[..., Call]
) -> None:
    choose(told_medium, "played/plain")
    note = told_medium.locator(".lane-note")
    expect(note).to_have_text("Does not think. ‘medium’ is not taken by Plain, so it is left out.")
    expect(told_medium.locator(".segmented, .more-choices, [data-action=use-nearest]")).to_have_count(0)
    call = ask(told_medium, "Plainly", model="played/plain")
    assert "reasoning_effort" not in call.body
    assert "reasoning" not in call.body
    call.finish()
    expect(told_medium.locator(".lane-note")).to_have_text("Does not think.")


def test_the_nearest_effort_is_offered_and_used_only_when_it_is_chosen(
    told_medium: Page, ask: Callable[..., Call]
) -> None:
    choose(told_medium, "played/stubborn")
    expect(told_medium.locator(".lane-note")).to_contain_text("Thinks always. ‘medium’ is not taken by Stubborn")
    assert checked(told_medium) == ""
    told_medium.locator("[data-action=use-nearest]").click()
    expect(told_medium.locator(".left-out")).to_have_count(0)
    assert checked(told_medium) == "high"
    call = ask(told_medium, "Stubbornly", model="played/stubborn")
    assert call.body["reasoning_effort"] == "high"
    call.finish()


def test_models_are_refreshed_from_the_menu_and_the_picker_follows(alice: Page) -> None:
    alice.goto("/")
    alice.fill("textarea[name=prompt]", "half a prompt")
    alice.locator(".rail-foot summary").click()
    with alice.expect_response(re.compile("/lanes/")):
        alice.locator("[data-action=refresh-models]").click()
    expect(alice.locator(".models-refresh")).to_contain_text(re.compile(r"\d+ models\."))
    expect(alice.locator("select[name=lane-0-model] option[value^='played/']")).to_have_count(len(MODELS))
    expect(alice.locator("textarea[name=prompt]")).to_have_value("half a prompt")
