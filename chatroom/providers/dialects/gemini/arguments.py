"""Arguments of a call that are streamed value by value → the text of one JSON object.

    {"jsonPath": "$.city.name", "stringValue": "Par", "willContinue": true}
    {"jsonPath": "$.city.name", "stringValue": "is"}
    {"jsonPath": "$.days[0]", "numberValue": 3}

(Vertex AI, `PartialArg`.) Values come in the order of the object's text, so the text grows with them.
"""

from __future__ import annotations

import re
from json import JSONEncoder

from chatroom.providers.events import Json
from chatroom.providers.loose_json import as_text

# RFC 9535, as far as it names one value.
_STEP = re.compile(r"\[(\d{1,9})\]|\['((?:[^'\\]|\\.)*)'\]|([^.\[\]]+)", re.DOTALL)
_encode = JSONEncoder(ensure_ascii=False).encode


class ArgumentWriter:
    """Writes the arguments of one call."""

    def __init__(self) -> None:
        self._path = ""  # of the value written last
        self._steps: list[str | int] = []  # that it is made of: keys of the open containers
        self._ends: list[str] = []  # of the open containers, outermost first
        self._in_string = False

    @property
    def begun(self) -> bool:
        """Whether anything has been written."""
        return bool(self._ends)

    def write(self, argument: Json) -> str:
        """Return the text that `argument` adds."""
        path, text = as_text(argument.get("jsonPath")), argument.get("stringValue")
        begins, goes_on = True, False
        if isinstance(text, str):
            begins, goes_on = not self._in_string or path != self._path, argument.get("willContinue") is True
            value = ('"' if begins else "") + _encode(text)[1:-1] + ("" if goes_on else '"')
        elif isinstance(scalar := argument.get("numberValue", argument.get("boolValue")), int | float):
            value = _encode(scalar)
        elif "nullValue" in argument:
            value = "null"
        else:
            return ""
        way = self._way_to(path) if begins else ""
        self._in_string = goes_on
        return way + value

    def end(self) -> str:
        """Return the text that ends the object."""
        return self._string_end() + "".join(reversed(self._ends)) if self._ends else "{}"

    def _way_to(self, path: str) -> str:
        """Leave the value written last; return the text from there to the value at `path`."""
        steps, left = _steps(path), self._steps
        shared = 0
        while shared < min(len(steps), len(left)) - 1 and steps[shared] == left[shared]:
            shared += 1
        written = [self._string_end()]
        if self._ends:
            written += reversed(self._ends[shared + 1 :])
            written.append(",")
            del self._ends[shared + 1 :]
        else:
            written.append("{")
            self._ends.append("}")
        for step, below in zip(steps[shared:], [*steps[shared + 1 :], None], strict=True):
            if self._ends[-1] == "}":
                written.append(_encode(str(step)) + ":")
            if below is not None:
                written.append("[" if isinstance(below, int) else "{")
                self._ends.append("]" if isinstance(below, int) else "}")
        self._path, self._steps = path, steps
        return "".join(written)

    def _string_end(self) -> str:
        return '"' if self._in_string else ""


def _steps(path: str) -> list[str | int]:
    """Return the keys and indexes that `path` is made of, at least one."""
    steps: list[str | int] = []
    for index, quoted, plain in _STEP.findall(path.removeprefix("$")):
        steps.append(int(index) if index else plain or re.sub(r"\\(.)", r"\1", quoted))
    return steps or [path]
