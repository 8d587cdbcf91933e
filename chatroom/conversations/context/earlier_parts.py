"""The parts of earlier replies as a later request needs them: first what there is, then the text of what goes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import F, Func, IntegerField, Q
from django.db.models.functions import Length

from chatroom.conversations.context.reasoning_back import Inventory, Verdict
from chatroom.conversations.models import Part
from chatroom.providers.events import Provenance
from chatroom.providers.parts import PartKind


class _ArrayLength(Func):
    """How many elements a JSON array has."""

    function = "json_array_length"
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(compiler, connection, template="json_array_length((%(expressions)s)::json)")


# Made once: they are the same in every query.
_LENGTHS = (Length("text"), _ArrayLength(F("opaque")))


def inventories(runs: Collection[int]) -> dict[int, Inventory]:
    """What the reply of each run has. One query, which reads no text."""
    has = {run: Inventory() for run in runs}
    parts = Part.objects.filter(run__in=runs).order_by("run", "index")
    for run, kind, provenance, length, opaque in parts.values_list("run", "kind", "provenance", *_LENGTHS):
        had = has[run]
        had.opaque += opaque
        if kind == PartKind.CONTENT:
            had.answer += length
            had.answered = had.answered or length > 0
        elif kind == PartKind.REASONING:
            had.reasoning += length
            had.provenances.append(Provenance(provenance or Provenance.RAW))
            had.answered = had.answered and not length
        else:
            had.tools += 1
    return has


def sent_rows(verdicts: Mapping[int, Verdict]) -> dict[int, list[Part]]:
    """By run, the parts of which something is sent: answers, and of reasoning what the verdict lets go. One query."""
    whole = [run for run, verdict in verdicts.items() if verdict is Verdict.VERBATIM]
    as_text = [run for run, verdict in verdicts.items() if verdict in (Verdict.TEXT, Verdict.RESUMED)]
    goes = Q(kind=PartKind.CONTENT)
    if as_text:
        goes |= Q(kind=PartKind.REASONING, run__in=as_text)
    if whole:
        goes |= Q(run__in=whole)
    rows: dict[int, list[Part]] = defaultdict(list)
    for row in Part.objects.filter(goes, run__in=list(verdicts)).order_by("run", "index"):
        rows[row.run_id].append(row)
    return rows
