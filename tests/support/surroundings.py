"""What tests see of the environment. A plugin (`-p` in pyproject.toml), since settings are read before any conftest is.

Tests keep nothing in the folder of a room that somebody lives in, and touch no database of anybody's: SQLite in a
folder of their own or, beside `python -m chatroom.cluster.postgres`, a throwaway PostgreSQL.
"""

from __future__ import annotations

import os
from pathlib import Path

from chatroom.cluster.postgres import THROWAWAY

# One folder for all the processes of a run, which the first of them makes and removes.
IS_FIRST = "PYTEST_DATA" not in os.environ
DATA = Path(os.environ.setdefault("PYTEST_DATA", f"/tmp/chatroom-tests-{os.getpid()}"))

os.environ["CHATROOM_DATA"] = str(DATA / os.environ.get("PYTEST_XDIST_WORKER", "first"))
# Collected once for all the rooms of a run.
os.environ["CHATROOM_STATIC"] = str(DATA / "static")
for name in [name for name in os.environ if name.startswith("CHATROOM_")]:
    if name not in (THROWAWAY, "CHATROOM_DATA", "CHATROOM_STATIC"):
        del os.environ[name]
# What tests speak to has no certificate. Each httpx client would read those of all authorities first, which takes it
# longer than a request; of a folder it reads none before it needs one.
os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = str(DATA)
os.environ.pop("REDIS_URL", None)
os.environ.pop("DATABASE_URL", None)
if server := os.environ.get(THROWAWAY):
    os.environ["DATABASE_URL"] = server
