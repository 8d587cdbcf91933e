"""The app that knows who is there."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, their preferences, and how they get in."""

    name = "chatroom.accounts"
    verbose_name = "People"
