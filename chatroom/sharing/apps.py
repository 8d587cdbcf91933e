"""The app that holds share links."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """Links by which strangers see a conversation."""

    name = "chatroom.sharing"
    verbose_name = "Sharing"
