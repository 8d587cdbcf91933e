"""The ASGI application: pages over HTTP, news over WebSocket, and the engine that does the work."""

from __future__ import annotations

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatroom.settings")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - only after Django is set up
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402

from chatroom import health  # noqa: E402
from chatroom.conversations.engine import start_engine  # noqa: E402
from chatroom.conversations.routing import websocket_urlpatterns  # noqa: E402
from chatroom.handler import PagesHandler  # noqa: E402
from chatroom.sharing.routing import websocket_urlpatterns as shared_patterns  # noqa: E402

router = ProtocolTypeRouter(
    {
        "http": PagesHandler(),
        "websocket": AllowedHostsOriginValidator(URLRouter([*websocket_urlpatterns, *shared_patterns])),
    }
)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Daphne has no lifespan events: whoever comes first finds the engine started."""
    if await health.answer(scope, send):
        return
    await start_engine()
    await router(scope, receive, send)
