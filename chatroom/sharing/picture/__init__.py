"""The picture of a preview card. It takes a library and fonts into memory: loaded when one is asked for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """What the picture says: title, names of models, the first lines of what was said. All of it is plain text.

    What goes beyond 200 characters of a title or a name, 8 models and 400 characters of lines is not looked at.
    """

    title: str
    models: tuple[str, ...]
    lines: str
