r"""Which LaTeX may be handed to math-core: what it can convert in bounded time and stack.

Two things in math-core 0.9 would let a formula stop the server. It recurses, so some thousand
nested groups overflow the stack and end the process. And to find what a function is applied to
it reads a row of n symbols with k unclosed brackets about n · 2^k times, so forty "(" in a row
never end. A row is what stands between two braces, between `\left` and `\right`, or in a cell.

Whether a bracket is closed cannot be told without knowing how many arguments every command
takes. So only brackets round the plainest of contents count as closed here, and what is then
left bounds k from above. That lets through what people write, and more than that is not needed.
"""

from __future__ import annotations

import re

_LENGTH = 4_000  # characters
_GROUPS = 40  # nested in one another
_COMMANDS = 250  # that may nest in one another: half a megabyte of stack
_COST = 1 << 18  # n · 2^k, summed over the rows: some milliseconds

# Every opening bracket that math-core knows, found by timing each of its commands and each of
# Unicode's characters eleven times in a row.
_OPENING_COMMANDS = (
    "mathopen|[Bb]igg?l|ulcorner|l(?:Angle|Brace|Vert|ang|angle|brace|brack|ceil|floor|group|langle|lbracket|lcorner"
    "|lparenthesis|moustache|paren|vert)"
)
_OPENING_CHARACTERS = r"(\[⌈⌊⌜⌞⎰❲⟅⟦⟨⟪⟬⟮⦃⦅⦇⦉⦋⦍⦏⦑⦓⦕⦗⧘⧚⧼"

_TOKEN = re.compile(
    r"(?P<left>\\left(?![A-Za-z])\s*(?:\\[A-Za-z]+|\\?.))"
    r"|(?P<right>\\right(?![A-Za-z])\s*(?:\\[A-Za-z]+|\\?.))"
    r"|(?P<begin>\\begin(?![A-Za-z]))"
    r"|(?P<end>\\end(?![A-Za-z]))"
    rf"|(?P<bracket>\\(?:{_OPENING_COMMANDS})(?![A-Za-z])|\\\{{|[{_OPENING_CHARACTERS}])"
    r"|(?P<cell>&|\\\\)"
    r"|(?P<other>\\(?:[A-Za-z]+|.))"
    r"|(?P<group>\{)"
    r"|(?P<ungroup>\})",
    re.DOTALL,
)

# An argument needs no braces, so commands may nest without any: `\sqrt\sqrt…`.
_COMMAND_WITHOUT_BRACE = re.compile(r"\\[A-Za-z]++\s*+(?!\{)")

_LETTER = re.compile(
    r"\\(?:alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|vartheta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma"
    r"|tau|upsilon|phi|varphi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega|infty|ell|hbar)"
    r"(?![A-Za-z])"
)
_SCRIPT = re.compile(r"[\^_](?:[A-Za-z0-9]|\{[A-Za-z0-9 ,+-]*\})")
_CLOSED = re.compile(r"[(\[] *[A-Za-z0-9][A-Za-z0-9 ,.+-]*[)\]]")
_ROUNDS = 8  # of brackets within brackets


def is_bounded(latex: str) -> bool:
    """Whether math-core will convert `latex`, free of comments, in a few milliseconds."""
    if len(latex) > _LENGTH:
        return False
    plain = _without_closed_brackets(latex)
    if len(_COMMAND_WITHOUT_BRACE.findall(plain)) > _COMMANDS:
        return False
    cost = 0
    rows = [0]  # unclosed brackets in each row that is open
    has_cells = [False]
    for found in _TOKEN.finditer(plain):
        match found.lastgroup:
            case "bracket":
                rows[-1] += 1
            case "left" | "begin" | "group":
                rows.append(0)
                has_cells.append(found.lastgroup == "begin")
                if len(rows) > _GROUPS:
                    return False
            case "right" | "end" | "ungroup":
                if len(rows) > 1:
                    has_cells.pop()
                    row = rows.pop()
                    cost += 1 << row
                    rows[-1] += row > 0  # `{(}` alone is a bracket of the row round it
            case "cell" if has_cells[-1]:
                cost += 1 << rows[-1]
                rows[-1] = 0
            case _:
                pass
        if rows[-1] > 20:
            return False
    return (cost + sum(1 << row for row in rows)) * len(latex) <= _COST


def _without_closed_brackets(latex: str) -> str:
    # What is taken out leaves a space, so that no two names grow together.
    latex = _SCRIPT.sub(" ", _LETTER.sub(" x", latex))
    for _ in range(_ROUNDS):
        latex, count = _CLOSED.subn(" x", latex)
        if not count:
            break
    return latex
