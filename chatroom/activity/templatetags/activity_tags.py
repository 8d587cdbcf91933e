"""How numbers stand on the page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString

from chatroom.activity import saying
from chatroom.activity.tables import Cell
from chatroom.ledger.models import Entry

register = template.Library()


@register.filter
def in_columns(cells: Iterable[Cell]) -> SafeString:
    """A row's cells. There are thousands on a page, and a template takes ten times as long for them."""
    return SafeString(
        "".join(
            f"<td>{escape(cell.words)}<small>{escape(cell.note)}</small></td>"
            if cell.note
            else f"<td>{escape(cell.words)}</td>"
            for cell in cells
        )
    )


@register.filter
def tokens(number: int | None) -> str:
    """A count, or that it is not known."""
    return saying.UNKNOWN if number is None else saying.count(number)


@register.filter
def spent(ms: int | None) -> str:
    """Time spent thinking; none where there was no thought."""
    return saying.NONE if ms is None else saying.seconds(ms)


@register.filter
def cost_of(entry: Entry) -> str:
    """Its cost, with ≈ where it was computed."""
    if entry.cost is None:
        return saying.UNKNOWN
    return f"≈\u202f{saying.money(entry.cost)}" if entry.cost_computed else saying.money(entry.cost)
