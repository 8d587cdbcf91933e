"""The page that somebody was sent a link to, as a stranger without an account has it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.dom import assert_live_is_loaded
from tests.support.links import COPIED, answered, revoke, share
from tests.support.provider import Call, ScriptedProvider
from tests.support.room import Room

THOUGHT = "The user wants a number.\n\nI think of *seven*, which is a prime.\n\nSo be it."
ANSWER = "## Seven\n\nIt is **7**:\n\n```python\nx = 7\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nDone."
WIDE = "\n\n".join(
    ["x" * 3000, "| " + " | ".join(f"column {n}" for n in range(60)) + " |\n|" + "---|" * 60, "```\n" + "y" * 2000]
)


@pytest.fixture
def stranger(browser: Browser, room: Room) -> Iterator[Callable[..., Page]]:
    """`stranger()` → a page of somebody without an account; arguments go to the browser's context."""
    contexts: list[BrowserContext] = []

    def come(**options: Any) -> Page:
        context = browser.new_context(base_url=room.url, **options)
        contexts.append(context)
        context.set_default_timeout(15_000)
        return context.new_page()

    yield come
    for context in contexts:
        context.close()


def status(page: Page, is_now: str) -> None:
    expect(page.locator("[data-run]").last).to_have_attribute("data-status", is_now)


def is_open(page: Page) -> bool:
    return bool(page.locator("details[data-pane=reasoning]").evaluate("pane => pane.open"))


@pytest.mark.parametrize(("reasoning", "stands_open"), [("open", True), ("folded", False)])
def test_a_stranger_watches_the_model_think(
    alice: Page,
    ask: Callable[..., Call],
    room: Room,
    stranger: Callable[..., Page],
    calls: ScriptedProvider,
    reasoning: str,
    stands_open: bool,
) -> None:
    answered(alice, ask, "Think of something", "Hm", "Something.")
    guest = stranger()
    guest.goto(share(room, alice, live="1", reasoning=reasoning, shows_numbers="on"))
    expect(guest.locator(".turn")).to_have_count(1)
    alice.fill("textarea[name=prompt]", "Think of a number")
    alice.press("textarea[name=prompt]", "Enter")
    call = calls.next_call()
    expect(guest.get_by_text("Think of a number", exact=True)).to_be_visible()
    call.reasoning("The user wants a number.")
    turn = guest.locator(".turn").last
    pane = turn.locator("details[data-pane=reasoning]")
    expect(pane.locator(".prose")).to_contain_text("The user wants a number.")
    assert pane.evaluate("pane => pane.open") is stands_open
    if not stands_open:
        expect(pane.locator(".passing")).to_have_text("The user wants a number.")
    call.content(ANSWER)
    expect(turn.locator("[data-pane=content]")).to_contain_text("Done.")
    assert pane.evaluate("pane => pane.open") is stands_open
    call.finish(prompt_tokens=5, completion_tokens=60, completion_tokens_details={"reasoning_tokens": 30})
    status(guest, "completed")
    expect(turn.locator(".numbers")).to_contain_text("30")
    assert_live_is_loaded(guest)
    assert guest.locator("form, [data-action=retry], [data-action=stop], [data-action=wire]").count() == 0


def test_where_thought_is_not_shown_nothing_of_it_comes(
    alice: Page, ask: Callable[..., Call], room: Room, stranger: Callable[..., Page]
) -> None:
    call = ask(alice, "Think of a number")
    call.reasoning("Perhaps quokka")
    expect(alice.locator("details[data-pane=reasoning]")).to_contain_text("quokka")
    guest = stranger()
    frames: list[str] = []
    guest.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    guest.goto(share(room, alice, live="1", reasoning="none"))
    # Whatever is ever on the page, however short.
    guest.evaluate(
        """() => {
          window.ever = document.documentElement.outerHTML;
          new MutationObserver(() => { window.ever += document.getElementById("turns").outerHTML; })
            .observe(document.body, { childList: true, subtree: true, attributes: true, characterData: true });
        }"""
    )
    call.reasoning(" or rather quokka again")
    expect(alice.locator("details[data-pane=reasoning]")).to_contain_text("again")
    call.content("It is\n\n**seven**.\n\nTruly.")
    expect(guest.locator("[data-pane=content]")).to_contain_text("seven")
    call.finish()
    status(guest, "completed")
    expect(guest.locator("[data-pane=content]")).to_contain_text("Truly.")
    ever = str(guest.evaluate("window.ever"))
    assert "Truly" in ever and frames
    for seen in (ever, *frames):
        assert "quokka" not in seen
        assert 'data-pane="reasoning"' not in seen
    assert_live_is_loaded(guest)
    guest.reload()
    assert guest.locator("details").count() == 0
    assert "quokka" not in guest.content()


def test_a_pane_that_a_stranger_opened_stays_open(
    alice: Page, ask: Callable[..., Call], room: Room, stranger: Callable[..., Page]
) -> None:
    call = ask(alice, "Slowly")
    call.reasoning("First\n\n")
    expect(alice.locator("[data-pane=reasoning]")).to_contain_text("First")
    guest = stranger()
    guest.goto(share(room, alice, live="1"))
    pane = guest.locator("details[data-pane=reasoning]")
    expect(pane.locator(".prose")).to_be_hidden()
    pane.locator("summary").click()
    call.reasoning("second")
    expect(pane).to_contain_text("second")
    assert is_open(guest)
    guest.reload()
    assert is_open(guest), "forgotten on reload"
    call.answer(" and third", "Done.")
    status(guest, "completed")
    assert is_open(guest), "the answer folded it"
    guest.reload()
    assert is_open(guest)
    assert_live_is_loaded(guest)


def test_the_page_follows_its_owner_to_another_branch(
    alice: Page, ask: Callable[..., Call], room: Room, stranger: Callable[..., Page], calls: ScriptedProvider
) -> None:
    answered(alice, ask, "Say something", "Hm", "The first thing.")
    alice.locator("[data-action=retry]").last.click()
    calls.next_call().answer("Hm", "The second thing.")
    expect(alice.locator("[data-pane=content]")).to_have_text("The second thing.")
    status(alice, "completed")
    guest = stranger()
    guest.goto(share(room, alice, live="1"))
    expect(guest.locator("[data-pane=content]")).to_have_text("The second thing.")
    alice.locator("[data-run] [data-action=previous]").click()
    expect(guest.locator("[data-pane=content]")).to_have_text("The first thing.")
    assert guest.locator(".siblings").count() == 0, "how many others there are is nobody's business"
    assert_live_is_loaded(guest)


def test_a_revoked_page_goes_blank_and_its_address_leads_nowhere(
    alice: Page, ask: Callable[..., Call], room: Room, stranger: Callable[..., Page]
) -> None:
    answered(alice, ask, "A secret after all", "Hm", "Do not tell.")
    address = share(room, alice, live="1")
    guest = stranger()
    guest.goto(address)
    expect(guest.locator("#news")).to_have_attribute("data-connected", "")
    revoke(room, alice)
    expect(guest.locator("main")).to_be_empty()
    expect(guest.locator("#notice")).to_have_text("This link leads nowhere any more.")
    expect(guest).to_have_title("Chatroom")
    assert "secret" not in str(guest.evaluate("document.documentElement.outerHTML"))
    assert guest.locator(".to-end").is_hidden()
    response = guest.reload()
    assert response is not None and response.status == 404
    assert "secret" not in guest.content()


def test_without_script_it_is_whole(
    alice: Page, ask: Callable[..., Call], room: Room, stranger: Callable[..., Page], tmp_path: Path
) -> None:
    answered(alice, ask, "Without script", THOUGHT, ANSWER)
    guest = stranger(java_script_enabled=False, accept_downloads=True)
    guest.goto(share(room, alice, password="sesame", note="Read *this*\nfirst"))
    expect(guest.locator("#turns")).to_have_count(0)
    guest.fill("input[name=password]", "sesame")
    guest.click("[data-action=open]")
    expect(guest.get_by_role("heading", level=1)).to_have_text("Without script")
    expect(guest.locator(".shared-note")).to_have_text("Read *this*first")
    expect(guest.locator("[data-pane=content]")).to_contain_text("Done.")
    text = guest.locator("details[data-pane=reasoning] .prose")
    expect(text).to_be_hidden()
    guest.locator("details[data-pane=reasoning] summary").click()
    expect(text).to_be_visible()
    expect(text).to_contain_text("which is a prime")
    for name, holds in (("Markdown", "I think of *seven*"), ("JSON", "I think of *seven*")):
        with guest.expect_download() as download:
            guest.get_by_role("link", name=name).click()
        assert holds in download.value.path().read_text()
    # What only a script could do is not offered.
    expect(guest.locator("[data-action=copy]").first).to_be_hidden()


def test_copy_and_quote(alice: Page, ask: Callable[..., Call], room: Room, stranger: Callable[..., Page]) -> None:
    answered(alice, ask, "What *number*?", THOUGHT, ANSWER)
    guest = stranger()
    guest.add_init_script(COPIED)
    address = share(room, alice)
    guest.goto(address)
    reply = guest.locator("[data-run]")
    here = f"{address}#{reply.get_attribute('id')}"
    for button, told in (
        (guest.locator(".prompt [data-action=copy]"), "What *number*?"),
        (reply.locator(".foot [data-action=copy]"), ANSWER),
        (reply.locator("[data-action=copy-code]"), "x = 7\n"),
        (
            reply.locator("[data-action=quote]"),
            "".join(f"> {line}\n" for line in ANSWER.split("\n")) + f"\n— Scripted, {here}\n",
        ),
    ):
        count = int(guest.evaluate("window.copied.length"))
        button.click()
        guest.wait_for_function("count => window.copied.length > count", arg=count)
        assert guest.evaluate("window.copied.at(-1)") == told
    expect(guest.locator("#announcer")).to_have_text("Copied")
    # The quotation leads to the reply.
    guest.goto(here)
    expect(reply.locator(".reply-head")).to_be_in_viewport()
    expect(guest.locator(":target")).to_have_attribute("data-run", re.compile(r"\d+"))
    # What is not there any more is not copied, nor the page that says so.
    guest.reload()
    revoke(room, alice)
    reply.locator(".foot [data-action=copy]").click()
    expect(guest.locator("#announcer")).to_have_text("Not there any more")
    assert guest.evaluate("window.copied") == []


@pytest.fixture
def elsewhere() -> Iterator[Callable[[str], str]]:
    """`elsewhere(address)` → the address of a page of another origin that shows it in a frame."""
    servers = []

    def serve(address: str) -> str:
        class Site(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(f'<h1>Another site</h1><iframe src="{address}" width=600 height=400>'.encode())

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
        servers.append(server)
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        # By another name it is another site, not only another port of this one.
        return f"http://localhost:{server.server_port}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_another_site_shows_only_what_may_be_shown_there(
    alice: Page,
    ask: Callable[..., Call],
    room: Room,
    stranger: Callable[..., Page],
    elsewhere: Callable[[str], str],
) -> None:
    answered(alice, ask, "In a frame", "Hm", "Framed.")
    guest = stranger()
    guest.goto(elsewhere(share(room, alice)))
    expect(guest.get_by_role("heading")).to_have_text("Another site")
    assert guest.frames[1].locator("#turns").count() == 0

    guest.goto(elsewhere(share(room, alice, embeddable="on", live="1", may_take="on")))
    inside = guest.frame_locator("iframe")
    expect(inside.locator("[data-pane=content]")).to_have_text("Framed.")
    # Nothing is done there in anybody's name.
    expect(inside.locator("[data-action=take]")).to_have_count(0)
    inside.locator("details[data-pane=reasoning] summary").click()
    expect(inside.locator("details[data-pane=reasoning] .prose")).to_be_visible()
    alice.fill("#title-input", "Another title")
    alice.fill("textarea[name=prompt]", "And live?")
    alice.press("textarea[name=prompt]", "Enter")
    expect(inside.get_by_text("And live?")).to_be_visible()


def test_on_paper_there_is_the_text_and_no_buttons(
    alice: Page, ask: Callable[..., Call], room: Room, stranger: Callable[..., Page]
) -> None:
    answered(alice, ask, "For the file", THOUGHT, ANSWER)
    guest = stranger()
    guest.goto(share(room, alice, reasoning="open", note="Keep it"))
    assert guest.locator("button:visible, a:visible").count() > 0
    guest.emulate_media(media="print")
    assert guest.locator("button:visible, a:visible").count() == 0
    for text in ("For the file", "Keep it", "which is a prime", "Done."):
        expect(guest.locator("main").get_by_text(text).first).to_be_visible()
    assert guest.pdf().startswith(b"%PDF")


def test_the_gate_opens_to_who_knows_the_password(
    alice: Page, ask: Callable[..., Call], room: Room, stranger: Callable[..., Page]
) -> None:
    answered(alice, ask, "Behind a gate", "Hm", "Here you are.")
    address = share(room, alice, password="sesame", live="1")
    guest = stranger()
    guest.goto(address)
    expect(guest.locator("input[name=password]")).to_be_focused()
    assert "Behind" not in guest.content()
    guest.keyboard.type("open")
    guest.keyboard.press("Enter")
    expect(guest.get_by_role("alert")).to_have_text("That is not the password.")
    assert Axe().run(guest).violations_count == 0
    expect(guest.locator("input[name=password]")).to_be_focused()
    guest.keyboard.type("sesame")
    guest.keyboard.press("Enter")
    guest.wait_for_url(address)
    expect(guest.locator("[data-pane=content]")).to_have_text("Here you are.")
    expect(guest.locator("#news")).to_have_attribute("data-connected", "")
    guest.reload()
    expect(guest.locator("[data-pane=content]")).to_have_text("Here you are.")


def test_one_takes_it_into_a_room_of_ones_own_and_goes_on(
    alice: Page, ask: Callable[..., Call], room: Room, sign_in: Callable[..., Page], calls: ScriptedProvider
) -> None:
    answered(alice, ask, "Begin here", THOUGHT, "A beginning.")
    charlie = sign_in("charlie")
    charlie.goto(share(room, alice, may_take="on"))
    charlie.locator("[data-action=take]").click()
    charlie.wait_for_url(re.compile(r"/c/\d+/"))
    expect(charlie.locator("[data-pane=content]")).to_have_text("A beginning.")
    expect(charlie.locator("[data-pane=reasoning]")).to_contain_text("which is a prime")
    expect(charlie.locator("#title-input")).to_have_value("Begin here")
    with charlie.expect_response(re.compile("/lanes/")):
        charlie.select_option("select[name=lane-0-model]", "played/second")
    charlie.fill("textarea[name=prompt]", "Go on")
    charlie.press("textarea[name=prompt]", "Enter")
    call = calls.next_call()
    said = [message["content"] for message in call.body["messages"]]
    assert said[-1] == "Go on" and "Begin here" in said and "A beginning." in json.dumps(said)
    call.answer("", "An end.")
    expect(charlie.locator("[data-pane=content]").last).to_have_text("An end.")
    status(charlie, "completed")
    assert_live_is_loaded(charlie)
    alice.reload()
    expect(alice.locator(".turn")).to_have_count(1)


def test_who_may_take_it_and_is_not_signed_in_comes_back_after_signing_in(
    alice: Page, ask: Callable[..., Call], room: Room, stranger: Callable[..., Page]
) -> None:
    answered(alice, ask, "Come back", "", "Yes.")
    address = share(room, alice, may_take="on")
    guest = stranger()
    guest.goto(address)
    guest.locator("[data-action=take]").click()
    guest.fill("input[name=login]", "charlie")
    guest.fill("input[name=password]", "correct horse battery")
    guest.keyboard.press("Enter")
    guest.wait_for_url(address)
    expect(guest.get_by_role("button", name="Go on from here")).to_be_visible()


def test_axe_finds_nothing_to_mend(
    alice: Page, ask: Callable[..., Call], room: Room, stranger: Callable[..., Page]
) -> None:
    answered(alice, ask, "Check me", THOUGHT, ANSWER.replace("## ", "# "))
    wishes = {"shows_numbers": "on", "shows_owner": "on", "note": "A note", "may_take": "on"}
    guest = stranger()
    guest.goto(share(room, alice, live="1", reasoning="open", **wishes))
    for scheme in ("light", "dark"):
        guest.emulate_media(color_scheme=scheme)
        found = Axe().run(guest)
        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"


def test_nothing_is_wider_than_the_window(
    alice: Page, ask: Callable[..., Call], room: Room, stranger: Callable[..., Page]
) -> None:
    answered(alice, ask, "z" * 500, WIDE, WIDE)
    guest = stranger()
    guest.goto(share(room, alice, reasoning="open", note="n" * 300, may_take="on"))
    for width in (320, 390, 1280):
        guest.set_viewport_size({"width": width, "height": 700})
        assert guest.evaluate("document.documentElement.scrollWidth") <= width


def test_it_opens_at_its_beginning_unless_a_model_is_at_work(
    alice: Page, ask: Callable[..., Call], room: Room, stranger: Callable[..., Page], calls: ScriptedProvider
) -> None:
    answered(alice, ask, "Long", "", "\n\n".join(f"paragraph {n}" for n in range(150)))
    address = share(room, alice, live="1")
    guest = stranger()
    guest.goto(address)
    expect(guest.locator("#news")).to_have_attribute("data-connected", "")
    expect(guest.get_by_role("heading", level=1)).to_be_in_viewport()
    alice.fill("textarea[name=prompt]", "And now?")
    alice.press("textarea[name=prompt]", "Enter")
    call = calls.next_call()
    call.content("Now it is answered")
    expect(guest.get_by_text("Now it is answered")).to_be_attached()
    expect(guest.get_by_role("heading", level=1)).to_be_in_viewport()  # nobody is moved who reads
    guest.locator("[data-action=to-end]").click()
    expect(guest.get_by_text("Now it is answered")).to_be_in_viewport()
    late = stranger()
    late.goto(address)
    expect(late.get_by_text("Now it is answered")).to_be_in_viewport()
    call.finish()
