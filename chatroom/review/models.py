"""What reviewers do, and the record of what they have opened."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from chatroom.conversations.models import Conversation, Run


def _noted(model: Any) -> models.ForeignKey[Any, Any]:
    """A number that stays in a record whatever becomes of the row that it names."""
    return models.ForeignKey(
        model, null=True, on_delete=models.DO_NOTHING, db_constraint=False, editable=False, related_name="+"
    )


class Opening(models.Model):
    """Somebody's words were shown to a reviewer. Written before they are shown; never changed, and never removed."""

    class What(models.TextChoices):
        """What was opened."""

        PAGE = "page", "Read in its conversation"
        REPLIES = "replies", "Compared with other replies"
        TEXT = "text", "Copied"
        REPLAY = "replay", "Replayed"
        WIRE = "wire", "Looked at on the wire"
        EXPORT = "export", "Exported"

    reviewer = _noted(settings.AUTH_USER_MODEL)
    # As the reviewer was called then.
    name = models.CharField(max_length=150, editable=False)
    run = _noted(Run)
    conversation = _noted(Conversation)
    owner = _noted(settings.AUTH_USER_MODEL)
    at = models.DateTimeField(default=timezone.now, editable=False)
    what = models.CharField(max_length=7, choices=What.choices, editable=False)
    why = models.TextField(blank=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-id"], name="opening_of_owner"),
            models.Index(fields=["conversation", "-id"], name="opening_of_conversation"),
            models.Index(fields=["run", "reviewer"], name="opening_of_run"),
        ]

    def __str__(self) -> str:
        return f"opening {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Once."""
        if not self._state.adding:
            self._refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Not."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise TypeError("the record of openings is not changed")


class Query(models.Model):
    """Words that a reviewer looked for in what all people have said: that they occur is told by the queue."""

    reviewer = _noted(settings.AUTH_USER_MODEL)
    name = models.CharField(max_length=150, editable=False)
    words = models.TextField(editable=False)
    filters = models.TextField(editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["reviewer", "at"], name="query_of_reviewer")]

    def __str__(self) -> str:
        return f"query {self.pk}"


class Label(models.Model):
    """What a mark can say. The set is the house's to edit; what is used already is retired, not removed."""

    name = models.CharField(max_length=40, unique=True)
    retired = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Round(models.Model):
    """Replies that several reviewers read each for themselves."""

    name = models.CharField(max_length=100)
    # Until a reviewer has given a verdict, what the others say of a reply is not shown.
    blind = models.BooleanField(default=True)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"round {self.pk}"


class Assignment(models.Model):
    """A reply that a reviewer is to read."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="assignments")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assignments")
    round = models.ForeignKey(Round, null=True, blank=True, on_delete=models.CASCADE, related_name="assignments")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "reviewer", "round"], name="assignment_once"),
            models.UniqueConstraint(fields=["run", "reviewer"], condition=Q(round=None), name="assignment_alone_once"),
        ]

    def __str__(self) -> str:
        return f"assignment {self.pk}"


class Mark(models.Model):
    """Words of a thought or an answer that a reviewer has marked, or, without a quote, the whole of a part.

    By the quote it is found on whatever page shows the part (W3C's text quote selector); `start` and `end` say where it
    stands in the part's stored text, in characters, where that is certain.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="marks")
    # The part's place in the run.
    part = models.PositiveIntegerField()
    exact = models.TextField(blank=True)
    prefix = models.TextField(blank=True)
    suffix = models.TextField(blank=True)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    label = models.ForeignKey(Label, null=True, blank=True, on_delete=models.PROTECT, related_name="marks")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="marks")
    made_at = models.DateTimeField(default=timezone.now)
    # Taken back by who made it; kept, so that the thread below it stays understandable.
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["label", "run"], condition=Q(withdrawn_at=None), name="mark_of_label")]

    def __str__(self) -> str:
        return f"mark {self.pk}"


class Comment(models.Model):
    """What reviewers say about a mark, one after the other: the first is that of who made it."""

    mark = models.ForeignKey(Mark, on_delete=models.CASCADE, related_name="comments")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"comment {self.pk}"


class Verdict(models.Model):
    """What a reviewer finds of a reply as a whole. One each; the last counts."""

    class Value(models.TextChoices):
        """From good to bad, and not to be told."""

        SOUND = "sound", "Sound"
        FLAWED = "flawed", "Flawed"
        WRONG = "wrong", "Wrong"
        UNSAFE = "unsafe", "Unsafe"
        UNCLEAR = "unclear", "Cannot tell"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="verdicts")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    value = models.CharField(max_length=7, choices=Value.choices)
    note = models.TextField(blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "reviewer"], name="verdict_once")]
        indexes = [models.Index(fields=["value", "run"], name="verdict_value")]

    def __str__(self) -> str:
        return f"verdict {self.pk}"


class Flag(models.Model):
    """A person asks the reviewers to look at a reply of their own."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="flag")
    word = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"flag {self.pk}"


class SavedFilter(models.Model):
    """A queue by a name: the query of its address."""

    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    query = models.TextField()
    # All reviewers have it.
    shared = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"filter {self.pk}"


class Exemption(models.Model):
    """What reviewers do not read: a conversation, or all of a person's. Made by administrators, with a reason."""

    conversation = models.OneToOneField(
        Conversation, null=True, blank=True, on_delete=models.CASCADE, related_name="exemption"
    )
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="exemption"
    )
    why = models.TextField()
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(conversation=None, person__isnull=False) | Q(conversation__isnull=False, person=None),
                name="exemption_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"exemption {self.pk}"


class Hold(models.Model):
    """A conversation that is kept whatever is purged, and that its owner cannot delete: a legal hold."""

    conversation = models.OneToOneField(Conversation, on_delete=models.PROTECT, related_name="hold")
    why = models.TextField()
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"hold {self.pk}"
