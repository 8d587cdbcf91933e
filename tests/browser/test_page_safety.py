"""Model output cannot run script, load anything, or leave its box: every vector, in thought and in answer."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Request, expect

from tests.support.dom import assert_live_is_loaded
from tests.support.provider import Call

_spec = importlib.util.spec_from_file_location(
    "xss_vectors", Path(__file__).parent.parent / "rendering" / "xss_vectors.py"
)
assert _spec and _spec.loader
xss_vectors = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(xss_vectors)
VECTORS: list[str] = xss_vectors.VECTORS

WATCH = """
window.violations = [];
addEventListener('securitypolicyviolation', (e) => violations.push(e.blockedURI + ' ' + e.violatedDirective));
"""
# What has no business in the text of a model, with what script could have been hung on it.
INTRUDERS = """
() => [...document.querySelectorAll('.prose *, .prompt-card *')].filter((e) =>
  e.matches('script, style, iframe, object, embed, svg, form, base, meta, link, img, video, audio, input')
  || [...e.attributes].some((a) => a.name.startsWith('on') || a.name === 'style' || a.name === 'id')
  && !e.matches('.open-block')
  || (e.href && !/^(https?|mailto):/.test(e.href))
).map((e) => e.outerHTML.slice(0, 200))
"""


def test_no_vector_succeeds_in_thought_or_answer(alice: Page, ask: Callable[..., Call]) -> None:
    assert len(VECTORS) >= 150
    outside: list[str] = []

    def look(request: Request) -> None:
        if "beacon" in request.url or not request.url.startswith(("http://127.0.0.1", "data:", "ws://127.0.0.1")):
            outside.append(request.url)

    alice.on("request", look)
    alice.on("dialog", lambda dialog: outside.append(dialog.message))
    alice.add_init_script(WATCH)
    call = ask(alice, "\n".join(VECTORS[:60]))
    address = alice.url
    for vector in VECTORS:  # each in a part of its own, so that none takes the edge off another
        call.reasoning(vector)
        call.content(vector)
    call.finish()
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed", timeout=60_000)
    assert alice.locator("[data-pane=content]").count() == len(VECTORS)
    assert_live_is_loaded(alice)
    for when in ("live", "loaded"):
        alice.locator("details[data-pane=reasoning]").evaluate_all(
            "panes => panes.forEach(pane => { pane.open = true; })"
        )
        assert alice.evaluate("window.pwned") is None, when
        assert alice.evaluate(INTRUDERS) == [], when
        assert alice.evaluate("violations") == [], when
        assert alice.url == address
        assert outside == [], when
        alice.reload()


def test_a_title_is_text(alice: Page, ask: Callable[..., Call]) -> None:
    ask(alice, "<img src=x onerror=window.pwned=1><script>window.pwned=1</script>").answer("", "ok")
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    alice.reload()
    assert alice.evaluate("window.pwned") is None
    expect(alice.locator("#rail-list a").first).to_contain_text("<img src=x")
