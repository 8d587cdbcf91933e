"""People, their preferences, and the one-time links that let them in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac


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
    # Who made it. A process that starts again voids what it printed itself, not what its neighbour did.
    maker = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"link for {self.user_id} of {self.created_at}"

    @classmethod
    def make(cls, user: User, maker: str) -> str:
        """Make a link for `user` and return its token. Those that `maker` made for them before are void from now on."""
        mine = Q(maker=maker)
        over = Q(created_at__lte=timezone.now() - cls.LIFETIME)
        cls.objects.filter(mine | over, user=user).delete()
        token = secrets.token_urlsafe(32)
        cls.objects.create(digest=_digest(token), user=user, maker=maker)
        return token

    @classmethod
    def redeem(cls, token: str) -> User | None:
        """The person whom `token` signs in, or None. Of two that come at once one wins."""
        # The people as a subquery, not by a join: of one Django makes "id IN (all the conditions)", and PostgreSQL
        # does not look at those again when it has waited for somebody who redeemed the link a moment before.
        fresh = cls.objects.filter(
            digest=_digest(token),
            used_at=None,
            created_at__gt=timezone.now() - cls.LIFETIME,
            user__in=User.objects.filter(is_active=True),
        )
        if fresh.update(used_at=timezone.now()) != 1:
            return None
        return cls.objects.select_related("user").get(digest=_digest(token)).user


class KeyMark(models.Model):
    """Which secret key the processes of a room share: a digest, by which one that has another notices. One row."""

    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return "the mark of the room's secret key"

    @classmethod
    def is_ours(cls) -> bool:
        """Whether our key is the room's. The first who asks makes it so."""
        mark, _ = cls.objects.get_or_create(pk=1, defaults={"digest": _mark_of_our_key()})
        return mark.digest == _mark_of_our_key()

    @classmethod
    def renew(cls) -> None:
        """Make our key the room's."""
        cls.objects.update_or_create(pk=1, defaults={"digest": _mark_of_our_key()})


def _mark_of_our_key() -> str:
    return salted_hmac("chatroom.accounts.KeyMark", "mark", algorithm="sha256").hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
