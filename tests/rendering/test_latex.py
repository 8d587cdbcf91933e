from __future__ import annotations

import re
import time
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_texts import patiently

from chatroom.rendering.latex import to_mathml
from chatroom.rendering.latex_bounds import is_bounded
from chatroom.rendering.sanitize import sanitize

WRITTEN = [
    r"e^{i\pi} + 1 = 0",
    r"\frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",
    r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}",
    r"\left( \sum_{k=1}^n a_k b_k \right)^2 \le \left( \sum_{k=1}^n a_k^2 \right)\left( \sum_{k=1}^n b_k^2 \right)",
    r"P(A \mid B) = \frac{P(B \mid A)\,P(A)}{P(B)}",
    r"(x+y)(x-y)(x+2y)(x-2y)(x+3y)(x-3y)(x+4y)(x-4y)(x+5y)(x-5y)(x+6y)(x-6y)(x+7y)(x-7y) = 0",
    r"f(g(h(x))) + f(g(h(y))) + f(g(h(z))) + \sin(x)\cos(y) + \log(z)",
    r"\{ x \in [0, 1) : f(x) > 0 \} \cup (a, b] \cup [c, d)",
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix} \begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix}",
    r"|x| = \begin{cases} x & \text{if } x \ge 0 \\ -x & \text{otherwise} \end{cases}",
    r"\begin{aligned} " + r"f(\mathbf{x}) &= g(\mathbf{x}) + h(\mathbf{y}) \\ " * 20 + r"\end{aligned}",
    r"\mathbb{E}\left[\mathbf{1}_{\{X > t\}}\right] \leq \frac{\mathbb{E}[X]}{t} % Markov",
    r"\hat{\beta} = (X^\top X)^{-1} X^\top y, \quad \lfloor x \rfloor \neq \lceil x \rceil",
    r"\langle \psi | \phi \rangle = \overline{\langle \phi | \psi \rangle}",
    r"50\% \text{ of } \alpha \to \beta",
]


@pytest.mark.parametrize("latex", WRITTEN)
def test_what_people_write_becomes_mathml(latex: str):
    for display in (False, True):
        mathml = to_mathml(latex, display=display)
        assert mathml is not None
        assert mathml.startswith('<math display="block">' if display else "<math>")
        assert " style=" not in mathml


@pytest.mark.parametrize("latex", WRITTEN)
def test_mathml_survives_the_last_step(latex: str):
    mathml = to_mathml(latex, display=True) or ""
    # The last step writes empty elements and entities out; it loses no element and no attribute.
    expected = re.sub(r"<(\w+)([^<>]*)/>", r"<\1\2></\1>", mathml)
    assert unescape(sanitize(mathml)) == unescape(expected)


def test_cells_keep_their_alignment_as_classes():
    mathml = to_mathml(r"\begin{aligned} a &= b \end{aligned}", display=True) or ""
    assert '<mtd class="math-right math-flush-right">' in mathml
    assert '<mtd class="math-left math-flush-left">' in mathml


@pytest.mark.parametrize(
    "latex",
    ["", " ", "% nothing", r"\bad", r"\frac{a}", "{", "}", "a & b", r"\href{javascript:1}{x}", r"\input{/etc/passwd}"],
)
def test_what_is_no_latex_is_none(latex: str):
    assert to_mathml(latex, display=False) is None


def test_macros_are_not_expanded():
    assert to_mathml(r"\newcommand{\x}{\x\x}\x", display=False) is None
    assert to_mathml(r"\def\x{y}\x", display=False) is None


def test_one_formula_leaves_nothing_behind_for_the_next():
    to_mathml(r"\newcommand{\x}{y}", display=False)
    assert to_mathml(r"\x", display=False) is None
    first = to_mathml(r"\begin{equation} a \end{equation}", display=True)
    to_mathml(r"\begin{equation} b \end{equation}", display=True)
    to_mathml.cache_clear()
    assert to_mathml(r"\begin{equation} a \end{equation}", display=True) == first


def test_references_lead_nowhere():
    assert "<a" not in (to_mathml(r"\eqref{x}", display=False) or "<a")


@pytest.mark.parametrize("latex", [r"\sqrt" * 60 + " x", "x" + "'" * 3_000], ids=["deep", "large"])
def test_mathml_too_deep_or_too_large_for_a_page_is_none(latex: str):
    assert is_bounded(latex)
    assert to_mathml(latex, display=False) is None


# Each would never end, or end the process, were it handed on. So the test asks only whether it is.
@pytest.mark.parametrize(
    "latex",
    [
        "(" * 60,
        "(" * 15,
        "(" * 9 + "x+" * 1_000,
        "[" * 60,
        r"\{" * 60,
        r"\langle " * 60,
        r"\bigl(" * 60,
        r"\mathopen{x}" * 60,
        "\u27e8" * 60,
        "{(}" * 60,
        "(" * 60 + ")" * 20,
        r"(\sqrt)" * 60,
        r"(\frac a)" * 60,
        "(x^)" * 60,
        "({x)}" * 60,
        r"(\text{)}" * 60,
        r"\lparen^2x" * 60,
        r"\lparen\alpha" * 60,
        "{(%}\n" * 60,
        r"(\\" * 60,
        r"\sin(" * 60,
        "{" * 60 + "}" * 60,
        r"\left(" * 60 + r"\right)" * 60,
        r"\begin{matrix}" * 60,
        r"\sqrt" * 300 + " x",
        r"\hat " * 300,
        r"^\sqrt" * 300,
        r"\frac1" * 300,
        "x" * 5_000,
    ],
)
def test_what_would_stop_the_server_is_not_handed_on(latex: str):
    assert not is_bounded(latex)
    assert to_mathml(latex, display=True) is None


TOKENS = [
    *r"()[]{}xy12^_&=+-|, '%",
    *[
        r"\{",
        r"\}",
        r"\\",
        r"\left(",
        r"\right)",
        r"\bigl(",
        r"\bigr)",
        r"\sin",
        r"\sqrt",
        r"\frac",
        r"\alpha",
        r"\langle",
        r"\rangle",
        r"\text{",
        r"\hat",
        r"\mathopen{",
    ],
    *[
        r"(x)",
        r"{a}",
        r"\begin{matrix}",
        r"\end{matrix}",
        r"\cdot",
        r"\operatorname{",
        r"\left.",
        r"\right.",
        r"((((((((",
        r"{({({({({(",
    ],
]


@patiently
@given(st.lists(st.sampled_from(TOKENS), max_size=120).map("".join))
def test_no_mixture_of_brackets_takes_long(latex: str):
    begin = time.process_time()
    to_mathml(latex, display=True)
    assert time.process_time() - begin < 1
