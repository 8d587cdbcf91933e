"""LaTeX → MathML Core, so that a page needs no script to show a formula."""

from __future__ import annotations

import re
from functools import lru_cache

from math_core import LatexError, LatexToMathML

from chatroom.rendering.latex_bounds import is_bounded

# No macros: they multiply text and stack, and nobody defines one in a chat.
_converter = LatexToMathML(fancy_error=False, max_expansions=0)

_DEPTH = 50  # elements in one another
_OUTPUT = 100_000  # characters

_COMMENT = re.compile(r"(\\.)|%[^\n]*", re.DOTALL)
_TAG = re.compile(r"<(/?)[a-z]+[^>]*?(/?)>")
_REFERENCE = re.compile(r"</?a\b[^>]*>")
_STYLE = re.compile(r' style="([^"]*)"')

# The page's policy forbids styles on elements, so those that carry meaning become classes.
CELL_CLASSES = {
    "text-align: left": "math-left",
    "text-align: right": "math-right",
    "padding-left:1em": "math-gap",
    "padding-left: 0": "math-flush-left",
    "padding-right: 0": "math-flush-right",
    "border-top: 0.05em solid currentcolor": "math-rule-above",
    "border-right: 0.05em solid currentcolor": "math-rule-right",
    "border-top: 0.05em dashed currentcolor": "math-rule-above",
    "border-right: 0.05em dashed currentcolor": "math-rule-right",
}


@lru_cache(maxsize=512)
def to_mathml(latex: str, *, display: bool) -> str | None:
    """The formula as a `<math>` element, or None where it is no LaTeX that we can show."""
    latex = _COMMENT.sub(r"\1", latex).strip()
    if not latex or not is_bounded(latex):
        return None
    try:
        mathml = _converter.convert_with_local_state(latex, displaystyle=display)
    except LatexError:
        return None
    if len(mathml) > _OUTPUT or _depth(mathml) > _DEPTH:
        return None
    return _STYLE.sub(_classes, _REFERENCE.sub("", mathml))


def _classes(style: re.Match[str]) -> str:
    declarations = (declaration.strip() for declaration in style[1].split(";"))
    classes = [CELL_CLASSES[declaration] for declaration in declarations if declaration in CELL_CLASSES]
    return f' class="{" ".join(classes)}"' if classes else ""


def _depth(mathml: str) -> int:
    depth = deepest = 0
    for found in _TAG.finditer(mathml):
        if found[1]:
            depth -= 1
        elif not found[2]:
            depth += 1
            deepest = max(deepest, depth)
    return deepest
