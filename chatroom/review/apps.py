"""The app of those who read past reasoning."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Review of past reasoning."""

    name = "chatroom.review"
    verbose_name = "Review"

    def ready(self) -> None:
        """What is on hold here is kept by the floors below."""
        from chatroom.conversations.holding import HOLDS  # models can be had only now
        from chatroom.review.models import Hold

        HOLDS.append(lambda: Hold.objects.values("conversation"))
