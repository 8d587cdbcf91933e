"""The app that holds the record, the runs and the page."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConversationsConfig(AppConfig):
    """Conversations, their messages, and what models said in them."""

    name = "chatroom.conversations"
    verbose_name = "Conversations"

    def ready(self) -> None:
        """The search has its index after each migrate, whatever that did to the tables."""
        from chatroom.conversations.searching.index import make_if_missing  # models can be had only now

        post_migrate.connect(make_if_missing, sender=self)
