"""Cells that a spreadsheet takes for text, whatever people have written in them."""

from __future__ import annotations

# What would begin a formula (OWASP, CSV injection), full width as well.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def guarded(text: str) -> str:
    """With an apostrophe before what would be run as a formula.

    Also before an apostrophe and such a sign, so that whoever takes one away has the text as it was.
    """
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text
