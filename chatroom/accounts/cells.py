"""What stands in a cell of a table in the admin: a value, a link to another row, or only how long a text is.

What people and models say is read in the review, where each reading is recorded. So a column of text is shown by its
length, unless it has choices or is named as plain: a column that is added one day says nothing until somebody decides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from django.contrib import admin
from django.db import models
from django.db.models.functions import Cast, Length
from django.urls import reverse
from django.utils.html import format_html

from chatroom.accounts.models import User

# A column by its name, or by a function of a row.
Cell: TypeAlias = str | Callable[[Any], Any]

NOTHING = "-"
OPEN_TYPES = (
    models.IntegerField, models.FloatField, models.DecimalField, models.BooleanField, models.DateField,
    models.TimeField, models.DurationField, models.UUIDField,
)  # fmt: skip


def is_open(field: models.Field[Any, Any]) -> bool:
    """Whether a column's type says that nobody's words stand in it."""
    return isinstance(field, OPEN_TYPES) or bool(field.choices)


def size_of(field: models.Field[Any, Any]) -> Length:
    """The length of what stands in it, worked out by the database, so that it is not even loaded."""
    if isinstance(field, models.CharField | models.TextField | models.BinaryField):
        return Length(field.name)
    return Length(Cast(field.name, models.TextField()))


def size_cell(field: models.Field[Any, Any]) -> Cell:
    """How long it is. Rows bring it as `size_of_…`."""
    unit = "bytes" if isinstance(field, models.BinaryField) else "characters"

    @admin.display(description=f"{field.verbose_name}, {unit}")
    def size(row: models.Model) -> int | str:
        found: int | None = getattr(row, f"size_of_{field.name}")
        return NOTHING if found is None else found

    size.__name__ = f"size_of_{field.name}"  # Django makes a class of it, and tells cells apart by it
    return size


def link_cell(field: models.ForeignKey[Any, Any]) -> Cell:
    """The row that it points to: a person by name (rows bring it as `name_of_…`), another by number."""

    @admin.display(description=str(field.verbose_name))
    def link(row: models.Model) -> str:
        key = getattr(row, field.attname)
        return NOTHING if key is None else link_to(field.related_model, key, getattr(row, f"name_of_{field.name}", ""))

    link.__name__ = field.name
    return link


def person_cell(name: str, description: str) -> Cell:
    """A person whom the rows bring as `name` and `name_of_…`."""

    @admin.display(description=description)
    def person(row: models.Model) -> str:
        key = getattr(row, name)
        return NOTHING if key is None else link_to(User, key, getattr(row, f"name_of_{name}"))

    person.__name__ = name
    return person


def link_to(model: type[models.Model], key: Any, name: str = "") -> str:
    """A link to a row's page in the admin, where its table has pages."""
    said = name or row_name(model, key)
    if not admin.site.is_registered(model):
        return said
    page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key])
    return format_html('<a href="{}">{}</a>', page, said)


def row_name(model: type[models.Model], key: Any) -> str:
    """What a row is called: never its own `__str__`, which may be somebody's words."""
    return f"{model._meta.verbose_name} {key}"
