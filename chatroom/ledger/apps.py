"""The app that keeps the books."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """What replies came to."""

    name = "chatroom.ledger"
    verbose_name = "Ledger"

    def ready(self) -> None:
        """Processes that serve or work keep the books beside."""
        from chatroom.conversations.companions import COMPANIONS  # models can be had only now
        from chatroom.ledger.keeping import keep_forever

        COMPANIONS.append(keep_forever)
