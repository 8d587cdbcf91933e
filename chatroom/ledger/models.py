"""What each reply came to, without a word of what was said. Sums by day and by month stand beside the rows.

Rows outlive the conversations that they tell of, and people: what was spent was spent.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from chatroom.conversations.models import Conversation, Run, Status

# From so many hundredths on a thought counts as one that repeats itself.
REPEATS = 20


class Asked(models.Model):
    """A model at a provider, as it was named when it was asked."""

    provider = models.CharField(max_length=64)
    model = models.CharField(max_length=200)
    # Its name for people, as it was last.
    label = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "model"], name="asked_once")]

    def __str__(self) -> str:
        return self.label or self.model


class Entry(models.Model):
    """A run that is over. None: not known; nothing here is guessed."""

    # No constraints in the database: what is deleted in the moment in which it is booked must not be held by its row.
    run = models.OneToOneField(Run, null=True, on_delete=models.SET_NULL, db_constraint=False, related_name="entry")
    conversation = models.ForeignKey(
        Conversation, null=True, on_delete=models.SET_NULL, db_constraint=False, related_name="entries"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        db_constraint=False,
        db_index=False,
        related_name="entries",
    )
    asked = models.ForeignKey(Asked, on_delete=models.PROTECT, db_index=False, related_name="entries")

    # When it ended, in milliseconds since the epoch.
    at = models.BigIntegerField()
    effort = models.CharField(max_length=8, blank=True)
    status = models.CharField(max_length=11, choices=Status.choices)
    finish_reason = models.CharField(max_length=20, blank=True)
    error_kind = models.CharField(max_length=20, blank=True)
    # Of several thoughts the most open. Empty: there was none.
    provenance = models.CharField(max_length=9, blank=True)
    # A copy: nobody here asked for it. In no sum.
    taken = models.BooleanField(default=False)

    # In milliseconds: thinking, in all its parts; and from the request to the first thought, the first word, the end.
    thought_ms = models.PositiveIntegerField(null=True)
    first_thought_ms = models.PositiveIntegerField(null=True)
    first_word_ms = models.PositiveIntegerField(null=True)
    total_ms = models.PositiveIntegerField(null=True)

    input_tokens = models.PositiveIntegerField(null=True)
    output_tokens = models.PositiveIntegerField(null=True)
    reasoning_tokens = models.PositiveIntegerField(null=True)
    # Of a thousand tokens of output so many were reasoning.
    share = models.PositiveSmallIntegerField(null=True)
    # In billionths of a US dollar, so that sums are exact.
    cost = models.BigIntegerField(null=True)
    cost_computed = models.BooleanField(default=False)
    # Output tokens a second, from the first piece on.
    speed = models.FloatField(null=True)

    # In characters.
    thought_chars = models.PositiveIntegerField(default=0)
    answer_chars = models.PositiveIntegerField(default=0)
    # Of a hundred runs of words in the thought so many had stood there before.
    repeated = models.PositiveSmallIntegerField(default=0)
    # By chance: rows in this order are a sample.
    dice = models.PositiveIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="entry_newest"),
            models.Index(fields=["person", "-at", "-id"], name="entry_of_person"),
            models.Index(fields=["asked", "-at", "-id"], name="entry_of_asked"),
            models.Index(fields=["asked", "dice"], name="entry_sample"),
            models.Index(fields=["dice"], name="entry_dice"),
            # By which it is seen quickly that something is seldom.
            models.Index(fields=["status"], name="entry_status"),
            models.Index(fields=["finish_reason"], name="entry_finish"),
            models.Index(fields=["provenance"], name="entry_provenance"),
            models.Index(fields=["effort"], name="entry_effort"),
            models.Index(fields=["thought_ms"], name="entry_thought_ms"),
            models.Index(fields=["reasoning_tokens"], name="entry_reasoning"),
            models.Index(fields=["share"], name="entry_share"),
            models.Index(fields=["total_ms"], name="entry_total_ms"),
            models.Index(fields=["taken"], name="entry_taken"),
            models.Index(fields=["cost"], name="entry_cost"),
            models.Index(fields=["answer_chars"], name="entry_answer"),
            models.Index(fields=["repeated"], name="entry_repeated"),
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"


class Grain(models.TextChoices):
    """Over how long a sum goes: a day or a month of UTC."""

    DAY = "day", "Day"
    MONTH = "month", "Month"


class Sums(models.Model):
    """What entries come to. Beside each sum stands over how many entries it goes: those of which it is known."""

    grain = models.CharField(max_length=5, choices=Grain.choices)
    start = models.DateField()
    asked = models.ForeignKey(Asked, on_delete=models.PROTECT, db_index=False, related_name="+")
    effort = models.CharField(max_length=8, blank=True)

    runs = models.PositiveIntegerField(default=0)
    completed = models.PositiveIntegerField(default=0)
    stopped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    interrupted = models.PositiveIntegerField(default=0)
    input_tokens = models.BigIntegerField(default=0)
    inputs = models.PositiveIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    outputs = models.PositiveIntegerField(default=0)
    reasoning_tokens = models.BigIntegerField(default=0)
    reasonings = models.PositiveIntegerField(default=0)
    # Of those of which both are known: the share of thinking is the one through the other.
    share_reasoning = models.BigIntegerField(default=0)
    share_output = models.BigIntegerField(default=0)
    shares = models.PositiveIntegerField(default=0)
    cost_reported = models.BigIntegerField(default=0)
    costs_reported = models.PositiveIntegerField(default=0)
    cost_computed = models.BigIntegerField(default=0)
    costs_computed = models.PositiveIntegerField(default=0)
    thought_ms = models.BigIntegerField(default=0)
    thoughts = models.PositiveIntegerField(default=0)
    first_thought_ms = models.BigIntegerField(default=0)
    first_thoughts = models.PositiveIntegerField(default=0)
    first_word_ms = models.BigIntegerField(default=0)
    first_words = models.PositiveIntegerField(default=0)
    total_ms = models.BigIntegerField(default=0)
    totals = models.PositiveIntegerField(default=0)
    thought_chars = models.BigIntegerField(default=0)
    answer_chars = models.BigIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.grain} {self.start}"


class HouseSum(Sums):
    """Of everybody's entries."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["grain", "start", "asked", "effort"], name="house_sum")]


class PersonSum(Sums):
    """Of one person's. Of people who are gone the sums stay, without their name."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_constraint=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["grain", "start", "person", "asked", "effort"], name="person_sum")
        ]
        indexes = [models.Index(fields=["person", "grain", "start"], name="person_sum_of_person")]


class Measure(models.IntegerChoices):
    """What is spread over steps: see `sums.step`."""

    SHARE = 1, "Share of thinking"
    FIRST_THOUGHT = 2, "To the first thought"
    FIRST_WORD = 3, "To the first word"
    TOTAL = 4, "In all"
    SPEED = 5, "Tokens a second"


class Spread(models.Model):
    """How many of everybody's entries lie on a step of a measure."""

    grain = models.CharField(max_length=5, choices=Grain.choices)
    start = models.DateField()
    measure = models.PositiveSmallIntegerField(choices=Measure.choices)
    asked = models.ForeignKey(Asked, on_delete=models.PROTECT, db_index=False, related_name="+")
    effort = models.CharField(max_length=8, blank=True)
    step = models.SmallIntegerField()
    entries = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["grain", "start", "measure", "asked", "effort", "step"], name="spread_step")
        ]

    def __str__(self) -> str:
        return f"{self.grain} {self.start} step {self.step}"
