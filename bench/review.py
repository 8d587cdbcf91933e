"""`python -m bench.review`: how long the queue and the activity take in the room that CHATROOM_DATA (or DATABASE_URL)
names, whole requests without the network. For a large one: `manage.py generate --messages 2130000 --people 200`, then
`manage.py ledger`.
"""

from __future__ import annotations

import os
import sys
import time
from statistics import median

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatroom.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402 - only after Django is set up
from django.test import Client  # noqa: E402

from chatroom.accounts.models import User  # noqa: E402
from chatroom.ledger.models import Entry  # noqa: E402

TURNS = 5
QUEUES = (
    "",
    "status=failed",
    "person=alice&model=sage-large",
    "cost_from=0.02",
    "is=repeated",
    "is=empty",
    "is=copy",
    "seconds_from=60",
    "from=2026-03-01&to=2026-03-31&status=stopped&provenance=summary",
    "tokens_from=100&tokens_to=110&share_from=80",
    "share_from=50&share_to=55&status=failed&provenance=raw&effort=high",
    "q=the",
    "q=xylophone+quartz",
    "q=tide&in=reasoning",
    "q=tide&in=prompt&status=failed",
    "sample=50&seed=123456",
    "sample=50&seed=123456&per=model&status=failed",
)
ACTIVITY = ("/activity/house/?days=365", "/activity/house/?days=30", "/activity/?days=365")


def main() -> None:
    """Print a table: the page, what it takes the first time, and the median of some more."""
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    boss, _ = User.objects.get_or_create(username="bench-reviewer", defaults={"is_superuser": True})
    client = Client()
    client.force_login(boss)
    sys.stdout.write(f"{Entry.objects.count():,} replies\n| page | first, ms | median, ms |\n| --- | ---: | ---: |\n")
    for path in [*(f"/review/?{queue}" for queue in QUEUES), *ACTIVITY]:
        taken = [_time(client, path) for _ in range(TURNS + 1)]
        sys.stdout.write(f"| `{path}` | {taken[0]:.0f} | {median(taken[1:]):.0f} |\n")
        sys.stdout.flush()


def _time(client: Client, path: str) -> float:
    began = time.perf_counter()
    answer = client.get(path)
    assert answer.status_code == 200, path
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
