"""JSON that is kept as it came, with its order and every character."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    Text = models.TextField[Any, Any]
else:
    Text = models.TextField


class VerbatimJSON(Text):
    """A value as JSON text.

    Not Django's JSONField: PostgreSQL's jsonb sorts the keys of an object, and refuses U+0000 and halves of surrogate
    pairs. What a model signed or sealed must go back to it as it came. In ASCII, so that every database takes it.
    """

    if TYPE_CHECKING:  # what django-stubs takes for the types of values
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """From text."""
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> Any:
        """To text."""
        return json.dumps(value, separators=(",", ":"))

    def to_python(self, value: Any) -> Any:
        """Any value may stand in it, also a string."""
        return value

    def value_to_string(self, obj: models.Model) -> Any:
        """For `dumpdata`, which writes JSON itself."""
        return self.value_from_object(obj)
