"""The models that the made-up people ask. Their names are invented: no figure here is about anybody's product."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """A model as the record names it. Prices in US dollars for a million tokens; None: the provider tells no cost."""

    provider: str
    model: str
    label: str
    # What it shows of its thought: a provenance, or empty for a model that does not think.
    shows: str
    efforts: tuple[str, ...]
    price_in: float | None
    price_out: float | None
    # Of a hundred questions so many go to it.
    share: int


ASKED = (
    Asked("openhouse", "openhouse/thinker-2", "Thinker 2", "raw", ("low", "medium", "high"), 0.4, 1.6, 30),
    Asked("openhouse", "openhouse/plain-7", "Plain 7", "", (), 0.1, 0.3, 14),
    Asked("northern", "sage-large", "Sage Large", "summary", ("low", "medium", "high"), 2.0, 10.0, 20),
    Asked("northern", "sage-small", "Sage Small", "summary", ("minimal", "low", "medium"), 0.25, 2.0, 10),
    Asked("silent", "oracle-3", "Oracle 3", "hidden", ("low", "high"), 3.0, 15.0, 8),
    Asked("sealed", "vault-1", "Vault 1", "encrypted", ("medium",), None, None, 4),
    Asked("local", "gist-8b", "Gist 8B", "raw", (), None, None, 14),
)
