"""What is told → what the page shows: figures in words, charts, tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from chatroom.activity import saying, series
from chatroom.activity.figures import Figures
from chatroom.activity.house import name_of
from chatroom.activity.tables import Table, spreads, sums
from chatroom.activity.telling import Telling
from chatroom.ledger.models import Measure

EFFORTS = ("", "none", "minimal", "low", "medium", "high", "xhigh", "max")
NOT_SET = "not set"
DELETED = "Deleted conversations"
# Of people so many stand there at once; the rest behind a click.
PEOPLE_SHOWN = 20
MEASURES = (
    (Measure.FIRST_THOUGHT, "Time to the first thought"),
    (Measure.FIRST_WORD, "Time to the first word of the answer"),
    (Measure.TOTAL, "Time in all"),
    (Measure.SPEED, "Output tokens a second"),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure at the head of the page."""

    term: str
    words: str
    note: str = ""


def shown(telling: Telling) -> dict[str, Any]:
    """The template's context."""
    return {
        "facts": facts(telling),
        "charts": [series.tokens(telling), series.cost(telling), series.failures(telling)],
        "sums": _sums(telling),
        "each": sums("Each model at each effort", "Model and effort", _each(telling)),
        "shares": _shares(telling),
        "times": [one for measure, title in MEASURES if (one := _times(telling, measure, title))],
        "exact": all(some.exact for some in telling.spreads.values()),
        "outliers": telling.outliers,
        "latest": telling.latest,
        "conversations": _conversations(telling),
        "people": _people(telling)[:1],
        "more_people": _people(telling)[1:],
        "total": telling.total,
    }


def facts(telling: Telling) -> list[Fact]:
    """The figures at the head."""
    one, runs = telling.total, telling.total.runs
    found = [
        Fact("Replies", saying.count(runs), saying.failures(one) or "all finished"),
        Fact("Tokens in", _or_unknown(one.input_tokens, one.inputs), saying.partly(one.inputs, runs)),
        Fact("Tokens out", _or_unknown(one.output_tokens, one.outputs), saying.partly(one.outputs, runs)),
        Fact("of which thinking", _or_unknown(one.reasoning_tokens, one.reasonings), _thinking_note(one)),
        Fact("Share of thinking", saying.per_cent(one.share), _share_note(one)),
        Fact("Cost", saying.cost(one), saying.cost_origin(one)),
    ]
    for measure, term in (
        (Measure.FIRST_THOUGHT, "To the first thought"),
        (Measure.FIRST_WORD, "To the first word"),
        (Measure.TOTAL, "In all"),
        (Measure.SPEED, "Tokens a second"),
    ):
        spread = telling.spreads.get((measure, (None, None)))
        words = saying.value(measure, spread.median, spread.exact) if spread else saying.UNKNOWN
        found.append(Fact(term, words, f"median of {saying.replies(spread.replies)}" if spread else ""))
    return found


def _or_unknown(amount: int, known: int) -> str:
    return saying.short(amount) if known else saying.UNKNOWN


def _thinking_note(one: Figures) -> str:
    return saying.partly(one.reasonings, one.runs)


def _share_note(one: Figures) -> str:
    return (
        "" if one.share is None or one.shares == one.runs else f"of {saying.replies(one.shares)} where both are known"
    )


def _models(telling: Telling) -> list[tuple[int, str, Figures]]:
    """The models, those with most output first. Of two with one name the provider is told, too."""
    names = [str(one) for one in telling.models.values()]

    def name(asked: int) -> str:
        one = telling.models[asked]
        return f"{one} ({one.provider})" if names.count(str(one)) > 1 else str(one)

    found = [
        (asked, name(asked), telling.cells[asked, None]) for asked in telling.models if (asked, None) in telling.cells
    ]
    return sorted(found, key=lambda item: (-item[2].output_tokens, -item[2].runs, item[1]))


def _efforts(telling: Telling) -> list[str]:
    found = {effort for asked, effort in telling.cells if asked is None and effort is not None}
    return sorted(found, key=lambda one: (EFFORTS.index(one) if one in EFFORTS else len(EFFORTS), one))


def _each(telling: Telling) -> list[tuple[str, str, Figures]]:
    efforts = _efforts(telling)
    return [
        (f"{name}, {effort or NOT_SET}", "", telling.cells[asked, effort])
        for asked, name, _ in _models(telling)
        for effort in efforts
        if (asked, effort) in telling.cells
    ]


def _sums(telling: Telling) -> list[Table]:
    return [
        sums("By model", "Model", [(name, "", some) for _, name, some in _models(telling)]),
        sums("By effort", "Effort", [(one or NOT_SET, "", telling.cells[None, one]) for one in _efforts(telling)]),
    ]


def _shares(telling: Telling) -> list[Table]:
    spread: Callable[[Any], Any] = lambda cell: telling.spreads.get((Measure.SHARE, cell))  # noqa: E731
    models, efforts = _models(telling), _efforts(telling)
    found = [
        spreads("Share by model", "Model", Measure.SHARE, [(name, spread((asked, None))) for asked, name, _ in models]),
        spreads("Share by effort", "Effort", Measure.SHARE, [(one or NOT_SET, spread((None, one))) for one in efforts]),
        spreads(
            "Share of each model at each effort",
            "Model and effort",
            Measure.SHARE,
            [(f"{name}, {one or NOT_SET}", spread((asked, one))) for asked, name, _ in models for one in efforts],
        ),
    ]
    return [one for one in found if one]


def _times(telling: Telling, measure: int, title: str) -> Table | None:
    rows = [(name, telling.spreads.get((measure, (asked, None)))) for asked, name, _ in _models(telling)]
    return spreads(title, "Model", measure, rows)


def _conversations(telling: Telling) -> Table | None:
    if not telling.conversations:
        return None
    rows = [
        (one.title, reverse("conversation", args=[one.pk]), some) if one else (DELETED, "", some)
        for one, some in telling.conversations
    ]
    return sums("By conversation", "Conversation", rows)


def _people(telling: Telling) -> list[Table]:
    rows = [(name_of(one), "", some) for one, some in telling.people]
    parts = (rows[:PEOPLE_SHOWN], rows[PEOPLE_SHOWN:])
    return [sums("By person", "Person", part) for part in parts if part]
