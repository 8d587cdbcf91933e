"""What reviewers did, in the admin: who, when, on what. Not what they marked, found, wrote or looked for.

The reasons that are given to the house stand here as they are: why something was opened, is kept, or is kept out.
"""

from __future__ import annotations

from typing import Any

from chatroom.accounts.tables import Table, show
from chatroom.review.models import (
    Assignment,
    Comment,
    Exemption,
    Flag,
    Hold,
    Label,
    Mark,
    Opening,
    Query,
    Round,
    SavedFilter,
    Verdict,
)


class OfARun(Table):
    """What belongs to a run."""

    def review_run(self, row: Any) -> int | None:
        """That one."""
        run: int | None = row.run_id
        return run


show(Opening, "id at name what run conversation owner why", plain="name why", filters="what", pages=OfARun)
show(Query, "id at name words filters", plain="name", plural="queries")
show(Label, "id name retired", plain="name", filters="retired")
show(Round, "id name blind maker made_at", plain="name", filters="blind")
show(Assignment, "id run reviewer round made_at", pages=OfARun)
# Neither labels nor verdicts: who reads blind may be an administrator as well.
show(Mark, "id run part exact reviewer made_at withdrawn_at", hidden="label", pages=OfARun)
show(Comment, "id mark reviewer text made_at")
show(Verdict, "id run reviewer note made_at", hidden="value", pages=OfARun)
show(Flag, "id run word made_at", pages=OfARun)
show(SavedFilter, "id reviewer name query shared made_at", plain="name", filters="shared")
show(Exemption, "id conversation person why maker made_at", plain="why")
show(Hold, "id conversation why maker made_at", plain="why")
