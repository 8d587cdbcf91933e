"""From the environment's strings to the values that settings need. Fails with one clear sentence."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from chatroom.providers.dialects import DIALECTS
from chatroom.providers.known import KNOWN
from chatroom.providers.provider import Provider


class ConfigurationError(ImproperlyConfigured):
    """A setting is wrong; the message says which and how, in one line."""


def data_folder(path: Path) -> Path:
    """Make the folder that holds what the room keeps, readable by its owner only."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"CHATROOM_DATA: cannot make the folder {path}: {error.strerror}.") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise ConfigurationError(f"CHATROOM_DATA: the folder {path} is not writable.")
    return path.resolve()


def secret_key(path: Path) -> str:
    """Read the key that signs sessions, or make it. It stays out of the repository."""
    try:
        if not path.exists():
            _make_once(path, secrets.token_urlsafe(48) + "\n")
        if key := path.read_text().strip():
            return key
    except OSError as error:
        raise ConfigurationError(f"Cannot read or write the secret key at {path}: {error.strerror}.") from error
    raise ConfigurationError(f"{path} is empty; remove it and a new key is made.")


def _make_once(path: Path, text: str) -> None:
    """Write a file that only its owner can read; of two processes that begin at once one wins, and none sees half."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)


def process_name() -> str:
    """A name for this process: host, process id, and a mark that tells it from one before with the same id.

    Its runs bear it, and its connections to PostgreSQL, where a name has 63 characters at most.
    """
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


# A process that is frozen in the middle of a transaction keeps its rows locked. PostgreSQL takes them away from it
# after so long; when it comes to, it is told, and tries again.
HELD_SECONDS = 5


def database(url: str, sqlite: Path, connections: int, name: str) -> dict[str, Any]:
    """SQLite in the data folder, or the PostgreSQL that DATABASE_URL names, with at most so many connections to it.

    `name`: the process's, for PostgreSQL's list of connections.
    """
    if url:
        try:
            parsed: dict[str, Any] = dict(dj_database_url.parse(url))
        except ValueError as error:
            raise ConfigurationError(f"DATABASE_URL: {error}") from error
        if "postgresql" not in str(parsed.get("ENGINE")):
            raise ConfigurationError("DATABASE_URL: only postgres://… is supported; leave it out for SQLite.")
        given = parsed.get("OPTIONS", {})
        options = {
            "connect_timeout": 5,
            **given,
            "application_name": name,
            "options": f"-c idle_in_transaction_session_timeout={HELD_SECONDS}s {given.get('options', '')}".strip(),
            # Who waits so long for a connection is told that there is none, instead of going on to wait.
            "pool": {
                "min_size": 2,
                "max_size": connections,
                "timeout": 5,
                # Left to itself it waits twice as long after each attempt to connect. So of several processes some
                # would be back long after others, with leases that those took for lapsed.
                "reconnect_timeout": 2,
                "reconnect_failed": _connect_again,
            },
        }
        # A connection is tried before it is used: those that were open when the database was started again are dead.
        return {**parsed, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": sqlite,
        # The threads that answer requests live as long as the process, and so may their connections.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # IMMEDIATE: a transaction takes the write lock when it begins, and so waits its turn
            # instead of failing half-way; WAL: readers never wait for the writer; NORMAL: with WAL
            # a commit survives the death of the process (not a power cut in the same moment).
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
        "TEST": {"NAME": sqlite.with_name("test.sqlite3")},
    }


def _connect_again(pool: Any) -> None:
    """Of a pool that gave up: let it begin anew, since the database may be back at any moment."""
    pool.check()


def channel_layers(url: str) -> dict[str, Any]:
    """The Redis that REDIS_URL names, for news between processes; nothing where the room is one process."""
    if not url:
        return {}
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ConfigurationError("REDIS_URL: should begin with redis://, rediss:// or unix://.")
    host = {"address": url, "socket_connect_timeout": 2, "health_check_interval": 10}
    return {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [host]}}}


def cache(url: str) -> dict[str, Any]:
    """Where attempts to sign in are counted: in the Redis that REDIS_URL names, or in this process."""
    many = {"MAX_ENTRIES": 100_000}  # who floods one address must not flush the counts of others
    if not url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": many}
    return {"BACKEND": "chatroom.accounts.shared_cache.SharedCache", "LOCATION": url, "OPTIONS": many}


def static_headers(headers: Any, path: str, url: str) -> None:
    """Add to a static file's headers what pages get from Django's middleware, through which it does not go."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = headers["Cross-Origin-Opener-Policy"] = "same-origin"


def providers(path: str) -> list[Provider]:
    """Providers whose key is in the environment, then those of the TOML file at `path`."""
    found = {
        known.name: Provider(known.name, known.label, known.dialect, known.base_url, key, known.models)
        for known in KNOWN
        if known.dialect in DIALECTS and (key := os.environ.get(known.key_variable, "").strip())
    }
    if path:
        found |= {provider.name: provider for provider in _from_file(Path(path))}
    return list(found.values())


def _from_file(path: Path) -> list[Provider]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"CHATROOM_PROVIDERS: cannot read {path}: {error}") from error
    tables = document.get("provider", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigurationError(f"CHATROOM_PROVIDERS: {path} should hold [[provider]] tables.")
    return [_from_table(table, f"CHATROOM_PROVIDERS: {path}, provider {n}") for n, table in enumerate(tables, 1)]


def _from_table(table: dict[str, Any], where: str) -> Provider:
    allowed = {"name", "label", "dialect", "base_url", "api_key", "models"}
    if unknown := sorted(set(table) - allowed):
        raise ConfigurationError(f"{where}: unknown key {unknown[0]!r}; there are {', '.join(sorted(allowed))}.")
    for key in ("name", "base_url"):
        if not isinstance(table.get(key), str) or not table[key].strip():
            raise ConfigurationError(f"{where}: {key} is missing.")
    for key in ("label", "dialect", "api_key"):
        if not isinstance(table.get(key, ""), str):
            raise ConfigurationError(f"{where}: {key} should be a string.")
    name, dialect, base_url = table["name"].strip(), table.get("dialect", "openai-chat"), table["base_url"].strip()
    if "/" in name or len(name) > 64:
        raise ConfigurationError(f"{where}: name may hold no slash and at most 64 characters.")
    if dialect not in DIALECTS:
        raise ConfigurationError(f"{where}: unknown dialect {dialect!r}; there are {', '.join(DIALECTS)}.")
    if not base_url.startswith(("http://", "https://")):
        raise ConfigurationError(f"{where}: base_url should begin with http:// or https://.")
    models = table.get("models", [])
    if not isinstance(models, list) or not all(isinstance(model, str) for model in models):
        raise ConfigurationError(f"{where}: models should be a list of strings.")
    return Provider(
        name,
        table.get("label", name),
        dialect,
        base_url.rstrip("/"),
        api_key=table.get("api_key", ""),
        models=tuple(models),
    )
