"""Texts for property tests: Markdown as models write it, and Markdown as nobody should."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

# How long an example takes says nothing on a machine that others share.
patiently = settings(deadline=None)

_LINES = [
    "# Heading",
    "#",
    "#tag",
    "Title",
    "===",
    "---",
    "-",
    "=",
    "***",
    "- - -",
    "plain words",
    "some *emphasis* and **strong _nested_ words**",
    "`code` and ``co`de``",
    "a $x^2$ and $5 and $6",
    r"inline \(a_1 + b_2\) formula",
    r"\[",
    r"\]",
    r"\].",
    r"\[ x = 1 \]",
    r"\[ x = 1 \] and on",
    "$$",
    "$$ y $$",
    "$$ y",
    "+ b",
    "= c",
    "- item",
    "* item",
    "-",
    "1. first",
    "2. second",
    "7) seventh",
    "10. tenth",
    "  - nested",
    "   1. nested",
    "    indented",
    "\tindented by a tab",
    "-\tafter a tab",
    "- [ ] to do",
    "- [x] done",
    "> quote",
    ">",
    "> - quoted item",
    "> ```",
    "```",
    "```python",
    "````",
    "``` not `a fence",
    "~~~",
    "~~~ text",
    "   ```",
    "  ~~~",
    "    ```",
    "- ```",
    "  code in an item",
    "| a | b |",
    "|---|:-:|",
    "| 1 | 2 |",
    "a | b",
    "--|--",
    "<div>",
    "</div>",
    "<!-- comment",
    "-->",
    "<pre>",
    "<script>",
    "<https://example.org>",
    "[link](https://example.org)",
    "[reference]",
    "[reference]: https://example.org",
    "![image](https://example.org/a.png)",
    "hard break  ",
    "hard break\\",
    "\u05e9\u05dc\u05d5\u05dd \u4e2d\u6587 \U0001f642",
    "\u2028 \u0085 \x0b \x0c",
    "",
    " ",
    "\t",
]

_ENDINGS = ["\n"] * 12 + ["\r\n", "\r", "\n\n", "\r\n\r\n", ""]

_line = st.sampled_from(_LINES) | st.text(
    alphabet=st.sampled_from("#`~-*_=+>|\\[]()$<!&;:1.) \tab\u00e9\U0001f642"), max_size=12
)
_parts = st.lists(st.tuples(_line, st.sampled_from(_ENDINGS)).map("".join), max_size=25).map("".join)

texts = _parts | st.text(alphabet=st.sampled_from("`~-*_#=+>|\\[]()$<1. \t\n\r\x00ab"), max_size=60)


@st.composite
def chopped_texts(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A text, and the same text in pieces."""
    text = draw(texts)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    ends = [*cuts, len(text)]
    return text, [text[start:end] for start, end in zip([0, *cuts], ends, strict=True)]
