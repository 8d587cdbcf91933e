"""Words selected on a page are found again on it, in another rendering of the same text, and in the stored text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from chatroom.review.anchoring import locate
from tests.support.provider import Call

TEXT = """\
# A *first* thought

Some **bold and _nested_ words**, a [link to the page](https://example.org/page) and `code here`; wait, wait, wait.
A line that breaks\\
here, and Tom &amp; Jerry.

```python
def area(x):
    return x * 2  # the area
```

1. one item
2. two **items**

- [x] done

| left | right |
|------|-------|
| up   | down  |

The sum $x_i^2 + \\alpha$ is **big**, so $\\beta$ grows.

Smile \U0001f642 and family \U0001f468\u200d\U0001f469\u200d\U0001f467 here → there!!

שלום **עולם** טוב, e\u0301te\u0301 passe\u0301

Wait. Let me think.

Wait. Let me think.

Wait. Let me think.
"""

# From, to: words of the page; the number says which, counted from 0.
SELECTIONS = [
    ("bold", "nested", 0),
    ("Some", "link", 0),
    ("page", "code", 0),
    ("wait", "wait", 1),
    ("breaks", "here", 0),
    ("Tom", "Jerry", 0),
    ("area", "return", 0),
    ("Jerry", "area", 0),
    ("item", "items", 0),
    ("items", "done", 0),
    ("right", "down", 0),
    ("sum", "big", 0),
    ("\U0001f642", "family", 0),
    ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "there!!", 0),
    ("→", "→", 0),
    ("!!", "!!", 0),
    ("שלום", "טוב", 0),
    ("עולם", "e\u0301te\u0301", 0),
    ("first", "passe\u0301", 0),
    ("think", "Wait", 0),
    ("Let", "think", 1),
    ("Let", "think", 2),
]

SELECT = """
([from, to, nth]) => {
  const root = document.querySelector("[data-pane=content]");
  const nodes = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest("button")) nodes.push(walker.currentNode);
  const point = (word, node, offset, skip) => {
    for (let at = nodes.indexOf(node); at < nodes.length; at += 1, offset = 0) {
      const { data } = nodes[at];
      for (let found = data.indexOf(word, offset); found >= 0; found = data.indexOf(word, found + 1)) {
        if (skip-- === 0) return [nodes[at], found];
      }
    }
    throw new Error(word);
  };
  const [first, start] = point(from, nodes[0], 0, nth);
  const [last, end] = point(to, first, start, 0);
  const range = document.createRange();
  range.setStart(first, start);
  range.setEnd(last, end + to.length);
  return range;
}
"""
DESCRIBE = f"""
async (selection) => {{
  const {{ describe, find }} = await import(window.anchoring);
  const root = document.querySelector("[data-pane=content]");
  const range = ({SELECT})(selection);
  const quote = describe(range, root);
  const found = find(root, quote);
  const anew = root.cloneNode(true);
  anew.querySelectorAll("pre span").forEach((span) => span.replaceWith(...span.childNodes));
  anew.normalize();
  const pre = document.createElement("pre");
  pre.textContent = window.stored;
  const there = find(pre, quote);
  return {{
    quote, from: range.toString(), found: found?.toString(), plain: find(anew, quote)?.toString(),
    same: found && range.compareBoundaryPoints(Range.START_TO_START, found) === 0
      && range.compareBoundaryPoints(Range.END_TO_END, found) === 0,
    raw: there && [there.startOffset, there.endOffset, there.toString()],
  }};
}}
"""


@pytest.fixture
def page(alice: Page, ask: Callable[..., Call]) -> Page:
    ask(alice, "Show all").answer("A thought", TEXT)
    expect(alice.locator("[data-run]")).to_have_attribute("data-status", "completed")
    alice.reload()
    alice.evaluate("text => { window.anchoring = '/static/js/anchoring.js'; window.stored = text; }", TEXT)
    return alice


def test_what_was_selected_is_found_again_however_it_is_drawn(page: Page) -> None:
    for selection in SELECTIONS:
        seen: dict[str, Any] = page.evaluate(DESCRIBE, list(selection))
        quote = seen["quote"]
        assert quote["exact"].startswith(selection[0]) and quote["exact"].endswith(selection[1]), seen
        assert len(quote["prefix"]) <= 64 and len(quote["suffix"]) <= 64
        assert "Copy" not in quote["prefix"] + quote["exact"] + quote["suffix"]
        assert seen["found"] == seen["plain"] == seen["from"], seen
        assert seen["same"], seen
        # In the stored text, both as a page in the browser and on the server, it is the same place.
        place = locate(TEXT, quote["exact"], quote["prefix"], quote["suffix"], before=quote["before"])
        assert place is not None, seen
        assert TEXT[place[0] :].startswith(selection[0]) and TEXT[: place[1]].endswith(selection[1]), seen
        assert seen["raw"] is not None, seen
        stored = TEXT[place[0] : place[1]]
        if "](" in stored:  # the page does not know what an address is: a word of it may be taken for the link's
            assert stored.endswith(seen["raw"][2]), seen
        else:
            assert seen["raw"][2] == stored, seen


def test_a_selection_is_cut_off_where_the_part_ends_and_nothing_is_no_quote(page: Page) -> None:
    described = page.evaluate(
        """
        async () => {
          const { describe, find } = await import(window.anchoring);
          const root = document.querySelector("[data-pane=content]");
          const all = document.createRange();
          all.selectNode(document.querySelector("[data-run]"));
          const outside = document.createRange();
          outside.selectNodeContents(document.querySelector("textarea[name=prompt]").form);
          const button = document.createRange();
          button.selectNodeContents(root.querySelector("button"));
          const whole = describe(all, root);
          return [whole, find(root, whole).toString(), describe(outside, root), describe(button, root),
            find(root, { exact: "something quite different", prefix: "and", suffix: "so" }),
            find(root, { exact: "think", prefix: "", suffix: "" })];
        }
        """
    )
    whole, found, *nothing = described
    assert whole["exact"].startswith("A first thought") and whole["exact"].endswith("think.")
    assert whole["prefix"] == whole["suffix"].strip() == "" and whole["before"] == 0
    assert found.startswith("A first thought") and found.endswith("think.")
    assert nothing == [None] * 4, "of several places that are alike none is taken"


def test_a_mark_in_the_raw_text_is_found_in_the_page(page: Page) -> None:
    """The other way about: it was made where the text was shown as it is stored."""
    found = page.evaluate(
        """
        async () => {
          const { describe, find } = await import(window.anchoring);
          const pre = document.createElement("pre");
          pre.textContent = window.stored;
          document.body.append(pre);
          const quotes = ["bold and _nested_ words**, a [link to", "&amp; Jerry", "sum $x_i^2 + \\\\alpha$ is **big**"];
          return quotes.map((exact) => {
            const range = document.createRange();
            const start = pre.firstChild.data.indexOf(exact);
            range.setStart(pre.firstChild, start);
            range.setEnd(pre.firstChild, start + exact.length);
            return find(document.querySelector("[data-pane=content]"), describe(range, pre))?.toString();
          });
        }
        """
    )
    assert found[0] == "bold and nested words, a link to"
    assert found[1] in ("& Jerry", "Jerry")
    assert found[2].startswith("sum ") and found[2].endswith("big")
