"""The books in the admin."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import admin

from chatroom.accounts.cells import NOTHING
from chatroom.accounts.tables import Table, show
from chatroom.ledger.models import Asked, Entry, HouseSum, PersonSum, Spread


class EntryPages(Table):
    """Entries, with times and dollars as people write them."""

    def review_run(self, row: Entry) -> int | None:
        """The run that it tells of, while there is one."""
        return row.run_id

    @admin.display(description="ended")
    def ended(self, row: Entry) -> datetime:
        """When the run ended."""
        return datetime.fromtimestamp(row.at / 1000, UTC)

    @admin.display(description="dollars")
    def dollars(self, row: Entry) -> str:
        """Its cost."""
        return NOTHING if row.cost is None else f"{row.cost / 1e9:.6f}"


SUMS = "runs completed stopped failed interrupted output_tokens reasoning_tokens cost_reported cost_computed"

show(Asked, "id provider model label", plain="provider model label", plural="models asked")
show(
    Entry,
    "id ended person asked effort status run conversation input_tokens output_tokens reasoning_tokens share total_ms"
    " dollars finish_reason error_kind",
    plain="effort finish_reason error_kind provenance",
    filters="status taken cost_computed",
    pages=EntryPages,
    plural="entries",
)
show(HouseSum, f"id grain start asked effort {SUMS}", plain="effort", filters="grain")
show(PersonSum, f"id grain start person asked effort {SUMS}", plain="effort", filters="grain")
show(
    Spread, "id grain start measure asked effort step entries", plain="effort", filters="grain measure", plural="spread"
)
