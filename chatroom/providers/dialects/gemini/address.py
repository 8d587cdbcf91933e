"""Where a model is asked, below the base URL that a person gave.

    https://generativelanguage.googleapis.com/v1beta                                  as documented
    https://generativelanguage.googleapis.com, https://a.proxy/gemini                 the version is added
    https://…aiplatform.googleapis.com/v1/projects/…/locations/…/publishers/google    Vertex AI, as documented
    https://…aiplatform.googleapis.com/v1/projects/…/locations/…                      the publisher is added

Google's own libraries append the version to whatever address they are given, so proxies expect it.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

_VERSION = re.compile(r"v\d\w*")


def path(base_url: str, model: str, stream: bool) -> str:
    """Return the path below `base_url`, with its query. `model` may be named with or without `models/`."""
    verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
    named = model if model.startswith("tunedModels/") else f"models/{model.removeprefix('models/')}"
    return f"{_missing(base_url)}/{quote(named, safe='/@')}:{verb}"


def _missing(base_url: str) -> str:
    """Return what lies between `base_url` and the models."""
    url = urlsplit(base_url)
    segments = url.path.rstrip("/").split("/")
    versioned = any(map(_VERSION.fullmatch, segments))
    if (url.hostname or "").endswith("aiplatform.googleapis.com"):
        return ("" if versioned else "/v1") + ("" if "publishers" in segments else "/publishers/google")
    return "" if _VERSION.fullmatch(segments[-1]) or "publishers" in segments else "/v1beta"
