"""The app that tells what replies came to. It has templates' words and no tables."""

from django.apps import AppConfig


class ActivityConfig(AppConfig):
    """What thinking costs."""

    name = "chatroom.activity"
