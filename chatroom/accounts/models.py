"""People, their preferences, and the one-time links that let them in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

ADMINISTRATOR = "administrator"


class User(AbstractUser):
    """A person. What they prefer is kept here, so that it follows them to every browser."""

    class Pane(models.TextChoices):
        """How a thinking pane stands when the person has not touched it."""

        AUTO = "auto", "Open while the model thinks"
        OPEN = "open", "Always open"
        CLOSED = "closed", "Always closed"

    class PanePlace(models.TextChoices):
        """Where a thinking pane stands on a wide screen."""

        ABOVE = "above", "Above the answer"
        BESIDE = "beside", "Beside the answer"

    pane = models.CharField(max_length=6, choices=Pane.choices, default=Pane.AUTO)
    pane_place = models.CharField(max_length=6, choices=PanePlace.choices, default=PanePlace.ABOVE)


class SignInLink(models.Model):
    """A link that signs one person in, once. Only a digest is kept: the table lets nobody in."""

    LIFETIME = timedelta(hours=24)

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"link for {self.user_id} of {self.created_at}"

    @classmethod
    def make(cls, user: User) -> str:
        """Make a link for `user` and return its token. Links that were not used before are void from now on."""
        cls.objects.filter(user=user).delete()
        token = secrets.token_urlsafe(32)
        cls.objects.create(digest=_digest(token), user=user)
        return token

    @classmethod
    def redeem(cls, token: str) -> User | None:
        """The person whom `token` signs in, or None. Of two that come at once one wins."""
        fresh = cls.objects.filter(
            digest=_digest(token), used_at=None, created_at__gt=timezone.now() - cls.LIFETIME, user__is_active=True
        )
        if fresh.update(used_at=timezone.now()) != 1:
            return None
        return cls.objects.select_related("user").get(digest=_digest(token)).user


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
