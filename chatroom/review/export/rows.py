"""Replies as rows, some at a time: in a few queries, in bounded memory, and each recorded before it is handed out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from django.db.models import Sum
from django.db.models.functions import Length
from django.http import Http404

from chatroom.accounts.models import User
from chatroom.conversations.models import Message, Part, Run
from chatroom.ledger.facts import BILLION
from chatroom.ledger.models import Entry
from chatroom.providers.parts import PartKind
from chatroom.review.access import access_entries
from chatroom.review.export.columns import COLUMNS, COMPUTED, REPORTED, UNKNOWN, Record
from chatroom.review.export.findings import Findings, findings
from chatroom.review.export.said import Said
from chatroom.review.models import Opening
from chatroom.review.openings import record_many
from chatroom.review.rules import may_review, name_of

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Length(TypedDict):
        given: int

    _Measured: TypeAlias = WithAnnotations[Entry, _Length]

# Entries looked up together; and of these so many as hold about so many characters, or one.
AT_A_TIME = 200
CHARACTERS = 2_000_000


def rows(user: User, entry_pks: Sequence[int], why: str) -> Iterator[list[Record]]:
    """The replies of some entries, at most `AT_A_TIME`, as far as `user` may read them now, in the order of the pks.

    Each list is in the record of openings by the time that it comes. Raises Http404 once `user` may not review.
    """
    reviewer = User.objects.filter(pk=user.pk).first()
    if reviewer is None or not may_review(reviewer):
        raise Http404
    readable = access_entries(reviewer).select_related("asked", "person", "run__reply").defer("run__thought")
    by_pk = readable.annotate(given=Length("run__thought")).in_bulk(entry_pks)
    entries = [entry for pk in entry_pks if (entry := by_pk.get(pk)) and entry.run]
    prompts = _Prompts(entry.run for entry in entries if entry.run)
    for some in _in_portions(entries, prompts):
        opened = [(entry.run_id, entry.conversation_id, entry.person_id) for entry in some]
        record_many(reviewer, opened, Opening.What.EXPORT, why)  # type: ignore[arg-type] # they have runs
        yield _records(reviewer, some, prompts)


def _records(reviewer: User, entries: Sequence[Entry], prompts: _Prompts) -> list[Record]:
    run_ids = [entry.run_id for entry in entries if entry.run_id]
    parts: dict[int, list[Part]] = defaultdict(list)
    for part in Part.objects.filter(run__in=run_ids).defer("opaque").order_by("run", "index"):
        parts[part.run_id].append(part)
    found = findings(reviewer, run_ids)
    asked = prompts.texts(run_ids)
    given = dict(Run.objects.filter(pk__in=run_ids).exclude(thought="").values_list("pk", "thought"))
    return [
        _record(entry, run, Said.of(parts[run.pk]), asked.get(run.pk), given.get(run.pk), found[run.pk])
        for entry in entries
        if (run := entry.run)
    ]


def _record(entry: Entry, run: Run, said: Said, prompt: str | None, given: str | None, found: Findings) -> Record:
    record: Record = {
        "run": run.pk,
        "conversation": entry.conversation_id,
        "person": name_of(entry.person),
        "provider": entry.asked.provider,
        "model": entry.asked.model,
        "label": run.label or None,
        "effort": run.effort or None,
        "budget": run.budget,
        "status": run.status,
        "finish_reason": run.finish_reason or None,
        "error_kind": run.error_kind or None,
        "error": run.error or None,
        "asked_at": run.created_at,
        "started_at": run.started_at,
        "answering_at": run.answering_at,
        "ended_at": run.ended_at,
        "seconds_of_thought": _seconds(entry.thought_ms),
        "seconds_to_first_thought": _seconds(entry.first_thought_ms),
        "seconds_to_first_word": _seconds(entry.first_word_ms),
        "seconds": _seconds(entry.total_ms),
        "share_of_thinking": None if entry.share is None else entry.share / 1000,
        "cost_usd": None if entry.cost is None else entry.cost / BILLION,
        "cost_is": UNKNOWN if entry.cost is None else COMPUTED if entry.cost_computed else REPORTED,
        "tokens_per_second": entry.speed,
        "repeated": entry.repeated / 100,
        "copy": entry.taken,
        "prompt": prompt,
        "given_reasoning": given,
        "provenance": entry.provenance or None,
        **said.texts,
        "parts": said.parts,
        "flagged_at": found.flag.made_at if found.flag else None,
        "flag": found.flag.word if found.flag else None,
        "marks": found.marks_told(said),
        "verdicts": found.verdicts_told(),
        "others_hidden": found.others_hidden,
    }
    for kind in ("input_tokens", "output_tokens", "reasoning_tokens"):
        number = getattr(entry, kind)
        record |= {kind: number, f"{kind}_are": UNKNOWN if number is None else REPORTED}
    return {column: record[column] for column in COLUMNS}


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


class _Prompts:
    """The prompts of some runs. What goes on with a reply that broke off answers that reply's prompt."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self._of_run: dict[int, int] = {}
        self.lengths: dict[int, int] = {}
        # The message above each, one further up at each look.
        above: dict[int, int | None] = {run.pk: run.reply.parent_id for run in runs}
        while above:
            rows = Message.objects.filter(pk__in={message for message in above.values() if message}).annotate(
                length=Length("text")
            )
            known = {
                pk: (parent, role, size)
                for pk, parent, role, size in rows.values_list("pk", "parent", "role", "length")
            }
            further: dict[int, int | None] = {}
            for run, message in above.items():
                if message is None or message not in known:
                    continue
                parent, role, length = known[message]
                if role == Message.Role.USER:
                    self._of_run[run], self.lengths[run] = message, length
                else:
                    further[run] = parent
            above = further

    def texts(self, run_ids: Iterable[int]) -> dict[int, str]:
        """What was asked, by run."""
        wanted = {run: self._of_run[run] for run in run_ids if run in self._of_run}
        texts = dict(Message.objects.filter(pk__in=set(wanted.values())).values_list("pk", "text"))
        return {run: texts[message] for run, message in wanted.items() if message in texts}


def _in_portions(entries: Sequence[_Measured], prompts: _Prompts) -> Iterator[list[_Measured]]:
    """Cut them so that the texts of each portion are not too many."""
    tools = Part.objects.filter(run__in=[entry.run_id for entry in entries], kind=PartKind.TOOL).order_by()
    called = dict(tools.values_list("run").annotate(characters=Sum(Length("text"))))
    portion: list[_Measured] = []
    held = 0
    for entry in entries:
        run = entry.run_id or 0
        size = entry.thought_chars + entry.answer_chars + called.get(run, 0) + prompts.lengths.get(run, 0) + entry.given
        if portion and held + size > CHARACTERS:
            yield portion
            portion, held = [], 0
        portion.append(entry)
        held += size
    if portion:
        yield portion
