"""What an exported reply is made of: the columns, in their order, and what each holds."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias

#: A row: each column by its name. None: not known, or there is none.
Record: TypeAlias = dict[str, Any]


class Holds(Enum):
    """What a column holds. `LIST` is a list of objects, for what there may be several of."""

    TEXT = str
    WHOLE = int
    NUMBER = float
    YES_NO = bool
    TIME = datetime
    LIST = list


#: What a number is: as the provider said, worked out from its prices, or not known.
REPORTED, COMPUTED, UNKNOWN = "reported", "computed", "unknown"

COLUMNS: dict[str, Holds] = {
    "run": Holds.WHOLE,
    "conversation": Holds.WHOLE,
    "person": Holds.TEXT,
    "provider": Holds.TEXT,
    "model": Holds.TEXT,
    "label": Holds.TEXT,
    "effort": Holds.TEXT,
    "budget": Holds.WHOLE,
    "status": Holds.TEXT,
    "finish_reason": Holds.TEXT,
    "error_kind": Holds.TEXT,
    "error": Holds.TEXT,
    "asked_at": Holds.TIME,
    "started_at": Holds.TIME,
    "answering_at": Holds.TIME,
    "ended_at": Holds.TIME,
    "seconds_of_thought": Holds.NUMBER,
    "seconds_to_first_thought": Holds.NUMBER,
    "seconds_to_first_word": Holds.NUMBER,
    "seconds": Holds.NUMBER,
    "input_tokens": Holds.WHOLE,
    "input_tokens_are": Holds.TEXT,
    "output_tokens": Holds.WHOLE,
    "output_tokens_are": Holds.TEXT,
    "reasoning_tokens": Holds.WHOLE,
    "reasoning_tokens_are": Holds.TEXT,
    "share_of_thinking": Holds.NUMBER,
    "cost_usd": Holds.NUMBER,
    "cost_is": Holds.TEXT,
    "tokens_per_second": Holds.NUMBER,
    "repeated": Holds.NUMBER,
    "copy": Holds.YES_NO,
    "prompt": Holds.TEXT,
    "given_reasoning": Holds.TEXT,
    "provenance": Holds.TEXT,
    "reasoning": Holds.TEXT,
    "content": Holds.TEXT,
    "tools": Holds.TEXT,
    "parts": Holds.LIST,
    "flagged_at": Holds.TIME,
    "flag": Holds.TEXT,
    "marks": Holds.LIST,
    "verdicts": Holds.LIST,
    "others_hidden": Holds.YES_NO,
}
