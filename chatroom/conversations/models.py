"""The record: conversations as trees of messages, runs, and the log of what models said.

A reply's text stands in its run's parts; while the run goes on, and for a replay, in its deltas.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from chatroom.conversations.verbatim import VerbatimJSON
from chatroom.providers.events import Provenance
from chatroom.providers.parts import PartHead, PartKind, PieceKind, blocks

# What a reader sees where a new block of a part begins.
BLOCK_BREAK = "\n\n"


def owner_for_search() -> models.ForeignKey[Any, Any]:
    """A copy of what the conversation says, for the index only: who may read what, `access` decides."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )


class Conversation(models.Model):
    """A titled tree of messages with one owner."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations")
    title = models.CharField(max_length=200)
    pinned = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    # When somebody last said something here: the order of the rail.
    touched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["owner", "-pinned", "-touched_at"], name="conversation_rail")]

    def __str__(self) -> str:
        return self.title


class ReasoningBack(models.TextChoices):
    """A person's choice of what of a reply's reasoning later models are shown. None made: what they accept."""

    NEVER = "never", "Not sent"
    TEXT = "text", "Sent as text, to any model"


class Message(models.Model):
    """One utterance. Nothing is overwritten: an edit or a retry makes a sibling.

    A prompt's parent is the reply that it follows (None at the root); a reply's parent is its
    prompt, or, when it goes on with a reply that broke off, that reply.
    """

    class Role(models.TextChoices):
        """Who speaks."""

        USER = "user", "Person"
        ASSISTANT = "assistant", "Model"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")
    role = models.CharField(max_length=9, choices=Role.choices)
    # What a person wrote. Empty for replies: theirs is in the parts of the run.
    text = models.TextField(blank=True)
    # The column of a reply among several models that answer the same prompt, from 0. Siblings of
    # one lane are alternatives of each other (retries).
    lane = models.PositiveSmallIntegerField(default=0)
    # The reply before the prompt in this model's own line, so that each of several models is shown
    # what it said itself. Kept, not worked out anew: it tells for ever what the model was shown.
    line = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    # Of siblings the one selected last is on the page.
    selected_at = models.DateTimeField(default=timezone.now)
    # Of the lanes of a turn the one chosen last is the one that the conversation goes on with; none: with all.
    chosen_at = models.DateTimeField(null=True, blank=True)
    # What of this reply's reasoning goes back with later prompts: a person's choice, over the room's own.
    reasoning_back = models.CharField(max_length=5, blank=True, choices=ReasoningBack.choices)
    # Names the form that was sent, so that a form that arrives twice makes one message.
    form_key = models.UUIDField(null=True, blank=True, unique=True)
    # The conversation's owner: by this column the index for the search keeps people apart.
    owner = owner_for_search()

    class Meta:
        indexes = [models.Index(fields=["conversation", "id"], name="message_of_conversation")]

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Nobody needs to think of the column for the search."""
        if self.owner_id is None:
            self.owner_id = self.conversation.owner_id
        super().save(*args, **kwargs)


class Status(models.TextChoices):
    """Where a run stands. The last four are final."""

    QUEUED = "queued", "Queued"
    THINKING = "thinking", "Thinking"
    ANSWERING = "answering", "Answering"
    COMPLETED = "completed", "Completed"
    STOPPED = "stopped", "Stopped"
    FAILED = "failed", "Failed"
    INTERRUPTED = "interrupted", "Interrupted"


LIVE = (Status.QUEUED, Status.THINKING, Status.ANSWERING)


class Run(models.Model):
    """One request to one model that produces one reply."""

    reply = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="run")
    provider = models.CharField(max_length=64)
    model = models.CharField(max_length=200)
    # The model's name for people, as it was when it was asked.
    label = models.CharField(max_length=200, blank=True)
    # As chosen by the person; empty, None, False: left to the provider.
    effort = models.CharField(max_length=8, blank=True)
    budget = models.PositiveIntegerField(null=True, blank=True)
    exclude = models.BooleanField(default=False)
    summary = models.CharField(max_length=8, blank=True)

    # A thought of another reply that this model is given beside the prompt, as it is sent. Where only
    # `thought_from` is set the model was asked without it, for comparison.
    thought = models.TextField(blank=True)
    thought_from = models.ForeignKey("Part", null=True, blank=True, on_delete=models.SET_NULL, related_name="handed_to")
    # Goes on with a reply that was stopped in mid-thought: to answer from what it had thought.
    answer_now = models.BooleanField(default=False)

    status = models.CharField(max_length=11, choices=Status.choices, default=Status.QUEUED)
    # Who is at work on it, and until when that holds without a sign of life.
    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    stop_requested_at = models.DateTimeField(null=True, blank=True)
    # While the provider is to be tried again: when, and what it had said.
    retry_at = models.DateTimeField(null=True, blank=True)
    retry_reason = models.TextField(blank=True)

    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    answering_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    finish_reason = models.CharField(max_length=20, blank=True)
    error_kind = models.CharField(max_length=20, blank=True)
    error = models.TextField(blank=True)

    # None: the provider did not say. Reasoning is contained in output. Cost in US dollars.
    input_tokens = models.PositiveIntegerField(null=True, blank=True)
    output_tokens = models.PositiveIntegerField(null=True, blank=True)
    reasoning_tokens = models.PositiveIntegerField(null=True, blank=True)
    cost = models.FloatField(null=True, blank=True)
    # The provider reported no cost; this one is tokens times the catalogue's prices.
    cost_computed = models.BooleanField(default=False)
    # A copy, taken from a shared conversation: nobody here asked for it, and its owner was not billed.
    taken = models.BooleanField(default=False, db_default=False)
    # The books know of it (the ledger's mark; it is written with the entry).
    booked = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["provider", "model", "-ended_at"], name="run_last_heard"),
            # The sweep and the runner look only at the few that are not over.
            models.Index(fields=["status"], condition=Q(ended_at=None), name="run_live"),
            models.Index(fields=["id"], condition=Q(booked=False), name="run_to_book"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} ({self.status})"

    @property
    def is_live(self) -> bool:
        """Not yet in a final status."""
        return self.status in LIVE

    @property
    def seconds(self) -> float | None:
        """From the request to the end. None before the end."""
        return span(self.started_at or self.created_at, self.ended_at)


class Part(models.Model):
    """An ordered piece of a reply. Its text is the fold of its deltas, written when the run ends."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="parts")
    index = models.PositiveIntegerField()
    kind = models.CharField(max_length=9, choices=[(kind, kind) for kind in PartKind])
    provenance = models.CharField(max_length=9, blank=True, choices=[(kind, kind) for kind in Provenance])
    # The tool's, where the part is a tool call.
    name = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    # Places in the text where a new block of it begins, in characters; nothing of that is in the text.
    breaks = models.JSONField(default=list, blank=True)
    # Signed and encrypted pieces, verbatim, to be sent back to the model that made them.
    opaque = VerbatimJSON(default=list, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # The conversation's owner, for the search; written with the text: before that there is nothing to be found.
    owner = owner_for_search()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "index"], name="part_place")]
        ordering = ["run", "index"]

    def __str__(self) -> str:
        return f"{self.kind} {self.index} of run {self.run_id}"

    @property
    def readable(self) -> str:
        """The text for a reader: with a blank line between its blocks."""
        return BLOCK_BREAK.join(blocks(self.text, self.breaks))

    @property
    def head(self) -> PartHead:
        """What is known of the part from its beginning."""
        provenance = Provenance(self.provenance) if self.provenance else None
        return PartHead(self.index, PartKind(self.kind), provenance, self.name)


class Delta(models.Model):
    """The log: an appended piece of a reply. Rows are only ever added, `seq` is contiguous from 1 in a run."""

    pk = models.CompositePrimaryKey("run", "seq")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="deltas")
    seq = models.PositiveIntegerField()
    part = models.PositiveIntegerField()
    kind = models.CharField(max_length=6, choices=[(kind, kind) for kind in PieceKind])
    text = models.TextField()
    # Milliseconds since the epoch, when the piece came from the provider.
    at = models.BigIntegerField()

    def __str__(self) -> str:
        return f"delta {self.seq} of run {self.run_id}"


class Listing(models.Model):
    """The models that a provider listed when it was last asked: the room works from it while the provider is away."""

    provider = models.CharField(max_length=64, primary_key=True)
    # A list belongs to an address: another one under the same name is asked anew.
    base_url = models.CharField(max_length=500)
    listed = VerbatimJSON(default=list)
    fetched_at = models.DateTimeField(null=True, blank=True)
    # Of the last attempt; the sentence is empty where it succeeded.
    tried_at = models.DateTimeField()
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.provider


class Exchange(models.Model):
    """One HTTP request of a run and what came back, for developers. Without keys; kept for a set time."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="exchanges")
    # From 1; more than one where the room tried again.
    number = models.PositiveSmallIntegerField()
    url = models.CharField(max_length=2000)
    request_headers = VerbatimJSON(default=dict)
    request_body = models.TextField()
    sent_at = models.DateTimeField()
    # None: no answer came.
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    response_headers = VerbatimJSON(default=dict)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="exchange_number")]
        indexes = [models.Index(fields=["sent_at"], name="exchange_age")]

    def __str__(self) -> str:
        return f"exchange {self.number} of run {self.run_id}"


class Received(models.Model):
    """A batch of the body of an exchange: what came, and when. Compressed; `wire.record` knows the format."""

    exchange = models.ForeignKey(Exchange, on_delete=models.CASCADE, related_name="received")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exchange", "number"], name="received_number")]
        ordering = ["exchange", "number"]

    def __str__(self) -> str:
        return f"batch {self.number} of {self.exchange_id}"


def span(start: datetime | None, end: datetime | None) -> float | None:
    """Seconds between two times; None where one is not known."""
    return None if start is None or end is None else max(0.0, (end - start).total_seconds())
