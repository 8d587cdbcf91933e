"""Settings. Every value that an operator may want to change comes from the environment.

A bad value ends the start with one line that names the variable (`ImproperlyConfigured`).
docs/configuration.md lists them all; a test holds the two together.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from environs import Env, EnvError, validate

from chatroom.configuration import (
    ConfigurationError,
    cache,
    channel_layers,
    data_folder,
    database,
    process_name,
    providers,
    secret_key,
    static_headers,
)
from chatroom.watching import logs

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

try:
    # Where everything that the room keeps is kept: database, secret key, collected static files.
    DATA_DIR = data_folder(env.path("CHATROOM_DATA", BASE_DIR / "data"))
    STATIC_ROOT = env.path("CHATROOM_STATIC", DATA_DIR / "static")
    DEBUG = env.bool("CHATROOM_DEBUG", False)
    SECRET_KEY = env.str("CHATROOM_SECRET_KEY", "") or secret_key(DATA_DIR / "secret-key")
    ALLOWED_HOSTS = env.list("CHATROOM_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
    # Behind a proxy that ends TLS: cookies over https only, and believe its X-Forwarded-Proto.
    BEHIND_TLS = env.bool("CHATROOM_TLS", False)
    # So many proxies stand before the room, each adding to X-Forwarded-For whom it heard; without any, the header
    # is a stranger's word and is not believed.
    PROXIES = env.int("CHATROOM_PROXIES", 1 if BEHIND_TLS else 0, validate=validate.Range(0, 10))
    # PostgreSQL allows 100 in all, unless it is told otherwise; each process keeps to its share.
    CONNECTIONS = env.int("CHATROOM_CONNECTIONS", 16, validate=validate.Range(8, 1000))
    PROCESS_NAME = process_name()
    DATABASES = {
        "default": database(env.str("DATABASE_URL", ""), DATA_DIR / "chatroom.sqlite3", CONNECTIONS, PROCESS_NAME)
    }
    # The providers that are configured: keys in the environment, and the file that this names.
    PROVIDERS = providers(env.str("CHATROOM_PROVIDERS", ""))
    # The built-in demo provider; 0 tokens a second means as fast as it can.
    DEMO = env.bool("CHATROOM_DEMO", True)
    DEMO_SPEED = env.float("CHATROOM_DEMO_SPEED", 30.0)
    # Look for model servers on this computer's usual ports.
    DISCOVER = env.bool("CHATROOM_DISCOVER", True)
    # A provider that says nothing for so many seconds is given up.
    SILENCE_SECONDS = env.float("CHATROOM_SILENCE", 120.0)
    # A run whose worker has not renewed its lease for so long is taken for dead. Renewed at a third of it.
    LEASE_SECONDS = env.float("CHATROOM_LEASE", 15.0, validate=validate.Range(1, 3600))
    # A process that is told to end lets replies go on for so long.
    DRAIN_SECONDS = env.float("CHATROOM_DRAIN", 60.0, validate=validate.Range(0, 86_400))
    # News between the processes of a room of several. Without it one process does everything.
    REDIS_URL = env.str("REDIS_URL", "")
    # What passes between the room and providers is kept for developers for so many days; 0: nothing is.
    WIRE_DAYS = env.int("CHATROOM_WIRE_DAYS", 7, validate=validate.Range(0, 36_500))
    # Conversations that nobody has touched for so many days are purged, and marks that are so old; 0: never.
    KEEP_DAYS = env.int("CHATROOM_KEEP_DAYS", 0, validate=validate.Range(0, 36_500))
    KEEP_MARKS_DAYS = env.int("CHATROOM_KEEP_MARKS_DAYS", 0, validate=validate.Range(0, 36_500))
    # Whether reviewers may read at all; whether they are asked why, each time; whether they are shown whose it is.
    REVIEW = env.bool("CHATROOM_REVIEW", True)
    REVIEW_WHY = env.bool("CHATROOM_REVIEW_WHY", False)
    REVIEW_NAMES = env.bool("CHATROOM_REVIEW_NAMES", True)
    # What people are told of it: that it happened and what was marked, that it happened, nothing.
    REVIEW_TELLS = env.str("CHATROOM_REVIEW_TELLS", "marks", validate=validate.OneOf(["marks", "openings", "nothing"]))
    # Whether people are told beside the composer that there are reviewers.
    REVIEW_NOTICE = env.bool("CHATROOM_REVIEW_NOTICE", True)
    # Limits: who comes when one is reached is told so. Runs of one person, and of all, that are not over.
    RUNS_PER_PERSON = env.int("CHATROOM_RUNS_PER_PERSON", 500, validate=validate.Range(1))
    RUNS_AT_ONCE = env.int("CHATROOM_RUNS_AT_ONCE", 2000, validate=validate.Range(1))
    # The longest prompt.
    PROMPT_CHARACTERS = env.int("CHATROOM_PROMPT_CHARACTERS", 400_000, validate=validate.Range(1, 10_000_000))
    # A run that has said so much, thought and answer together, or lasts so long, is cut off.
    REPLY_CHARACTERS = env.int("CHATROOM_REPLY_CHARACTERS", 10_000_000, validate=validate.Range(1))
    RUN_SECONDS = env.float("CHATROOM_RUN_SECONDS", 3600.0, validate=validate.Range(1))
    # Pages that one person may have open with one process.
    SOCKETS_PER_PERSON = env.int("CHATROOM_SOCKETS_PER_PERSON", 1000, validate=validate.Range(1))
    LOG_LEVEL = env.log_level("CHATROOM_LOG_LEVEL", logging.INFO)
    # One JSON object a line, or words for people; empty: words on a terminal, JSON elsewhere.
    LOG_FORMAT = env.str("CHATROOM_LOG_FORMAT", "", validate=validate.OneOf(["", "json", "text"]))
    # Who sends this may read /metrics from elsewhere; without it only this computer may.
    METRICS_TOKEN = env.str("CHATROOM_METRICS_TOKEN", "")
    # Where a worker, which has no pages, answers /healthz, /readyz and /metrics; 0: nowhere.
    WORKER_PORT = env.int("CHATROOM_WORKER_PORT", 0, validate=validate.Range(0, 65_535))
except EnvError as error:
    raise ConfigurationError(str(error)) from error

CHANNEL_LAYERS = channel_layers(REDIS_URL)

CACHES = {"default": cache(REDIS_URL)}

# The longest prompt, in a script that takes nine characters a letter once a form has escaped it. A body that is
# larger is not even taken in (`bounds`).
DATA_UPLOAD_MAX_MEMORY_SIZE = 9 * PROMPT_CHARACTERS + 1_400_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host != "*"] if BEHIND_TLS else []
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = BEHIND_TLS
CSRF_FAILURE_VIEW = "chatroom.errors.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "daphne",
    "chatroom.accounts.administration.Administration",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "django_htmx",
    "allauth",
    "allauth.account",
    "csp",
    "servestatic",
    "chatroom.accounts",
    "chatroom.conversations",
    "chatroom.ledger",
    "chatroom.sharing",
    "chatroom.activity",
    "chatroom.review",
]

MIDDLEWARE = [
    "chatroom.counting.CountRequests",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "chatroom.urls"
ASGI_APPLICATION = "chatroom.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "chatroom.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
# Attempts to sign in, by address; and those that fail: in five minutes twenty from an address, five for a name.
# Wrong passwords of share links: by address, and by link.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/5m/ip,5/5m/key",
    "share_password": "10/5m/ip,200/h/key",
}

# Model output is shown on these pages: nothing may run, load or frame but what we ship ourselves.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

STATIC_URL = "static/"
SERVESTATIC_ADD_HEADERS_FUNCTION = static_headers
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "servestatic.storage.CompressedManifestStaticFilesStorage"
    },
}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

LOGGING = logs.configuration(LOG_FORMAT, LOG_LEVEL, tell_all=DEBUG)
