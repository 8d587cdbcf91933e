"""The app that holds the record, the runs and the page."""

from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    """Conversations, their messages, and what models said in them."""

    name = "chatroom.conversations"
    verbose_name = "Conversations"
