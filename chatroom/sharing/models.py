"""Share links: who has the address sees what it lets through."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from chatroom.conversations.models import Conversation, Message
from chatroom.conversations.sight import Sight
from chatroom.conversations.verbatim import VerbatimJSON
from chatroom.sharing.tokens import digest_of, naming_key, new_salt, token_of


class Link(models.Model):
    """A revocable way to look at a conversation, a branch of it, or one reply."""

    class Scope(models.TextChoices):
        """How much is shown."""

        CONVERSATION = "conversation", "The conversation"
        BRANCH = "branch", "The branch with this reply"
        REPLY = "reply", "This reply alone, with its prompt"

    class Reasoning(models.TextChoices):
        """What a reader is shown of the models' thought."""

        FOLDED = "folded", "Folded; a reader may open it"
        OPEN = "open", "Open"
        NONE = "none", "Not at all"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="links")
    scope = models.CharField(max_length=12, choices=Scope.choices, default=Scope.CONVERSATION)
    # The reply that a branch goes through, or that is shown alone.
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.CASCADE, related_name="links")
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)

    # As it goes on; else as it was at `taken_at`: `frozen`, whose format `showing` knows.
    live = models.BooleanField(default=False)
    frozen = VerbatimJSON(default=dict, blank=True, editable=False)
    taken_at = models.DateTimeField(null=True, blank=True)

    reasoning = models.CharField(max_length=6, choices=Reasoning.choices, default=Reasoning.FOLDED)
    shows_owner = models.BooleanField(default=False)
    shows_models = models.BooleanField(default=True)
    shows_settings = models.BooleanField(default=True)
    shows_numbers = models.BooleanField(default=False)
    note = models.TextField(blank=True)

    expires_at = models.DateTimeField(null=True, blank=True)
    password = models.CharField(max_length=128, blank=True, editable=False)
    members_only = models.BooleanField(default=False)
    views_limit = models.PositiveIntegerField(null=True, blank=True)
    may_take = models.BooleanField(default=False)
    indexed = models.BooleanField(default=False)
    embeddable = models.BooleanField(default=False)

    views = models.PositiveIntegerField(default=0)
    viewed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["conversation", "-id"], name="link_of_conversation")]

    def __str__(self) -> str:
        return f"link {self.pk} to {self.scope} {self.conversation_id}"

    def save(self, *args: object, **kwargs: object) -> None:
        """The digest follows from the salt, once."""
        if not self.digest and self.pk is None:
            self.digest = digest_of(self.token)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @cached_property
    def token(self) -> str:
        """The secret in its address. Who comes by the address brings it, also when it cannot be worked out any more."""
        return token_of(self.salt)

    @property
    def address(self) -> str:
        """Its path. Empty where the room's secret key is another since: then it cannot be told again."""
        return reverse("shared", args=[self.token]) if self.digest == digest_of(self.token) else ""

    @property
    def sight(self) -> Sight:
        """What its readers see."""
        return Sight(
            mine=False,
            reasoning=self.reasoning != self.Reasoning.NONE,
            models=self.shows_models,
            numbers=self.shows_numbers,
            settings=self.shows_settings,
            key=naming_key(self.salt),
        )

    @property
    def is_open(self) -> bool:
        """Whether it still leads anywhere."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())

    @property
    def is_used_up(self) -> bool:
        """Whether nobody new may come."""
        return self.views_limit is not None and self.views >= self.views_limit

    @property
    def is_gated(self) -> bool:
        """Whether who comes has to knock: to give a password, or to be counted before anything is shown."""
        return bool(self.password) or self.views_limit is not None

    @property
    def is_public(self) -> bool:
        """Whether anybody who has the address comes in as he is."""
        return not self.is_gated and not self.members_only

    def set_password(self, password: str) -> None:
        """Keep what is needed to check it; empty: none is asked for."""
        self.password = make_password(password) if password else ""

    def has_password(self, password: str) -> bool:
        """Whether that is the password."""
        return not self.password or check_password(password, self.password)

    def count_view(self) -> bool:
        """Count one who comes. False where that would be one too many."""
        room = Q(views_limit=None) | Q(views__lt=F("views_limit"))
        links = Link.objects.filter(room, pk=self.pk)
        return links.update(views=F("views") + 1, viewed_at=timezone.now()) == 1
