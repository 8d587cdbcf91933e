"""Machines that test are busy: no single example has to be fast."""

from __future__ import annotations

from hypothesis import settings

# On top of what other folders have loaded, as a profile holds for the whole session.
settings.register_profile("demo", parent=settings(), deadline=None)
settings.load_profile("demo")
