"""Counting what a reader was shown against what was said: characters compared, lost and doubled."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.support.load import WORD


@dataclass(slots=True)
class Tally:
    """Characters compared (blanks left out), and of them lost and doubled; the first few differences in words."""

    compared: int = 0
    lost: int = 0
    doubled: int = 0
    differences: list[str] = field(default_factory=list)

    def whole(self, where: str, shown: str, said: str) -> None:
        """`shown` must be all that was `said`, both without blanks."""
        self.compared += len(said)
        if shown == said:
            return
        there, wanted = Counter(WORD.findall(shown)), Counter(WORD.findall(said))
        lost = sum(len(word) * count for word, count in (wanted - there).items())
        doubled = sum(len(word) * count for word, count in (there - wanted).items())
        at = next((n for n, (one, other) in enumerate(zip(shown, said, strict=False)) if one != other), None)
        at = min(len(shown), len(said)) if at is None else at
        # The very words, and yet another text: in another order, or broken. All behind the first difference counts.
        self.lost += lost if lost or doubled else max(1, len(said) - at)
        self.doubled += doubled
        around = slice(max(0, at - 30), at + 30)
        self.differences.append(f"{where}, at {at}: shown …{shown[around]}…, said …{said[around]}…")

    def beginning(self, where: str, shown: str, said: str) -> None:
        """`shown` must be the beginning of what was `said`, however far it has come."""
        self.whole(where, shown, said[: len(shown)])

    def kept(self, where: str, before: set[str], now: str) -> None:
        """Each word that was ever shown must be there `now`."""
        missing = before - set(WORD.findall(now))
        self.compared += sum(map(len, before))
        self.lost += sum(map(len, missing))
        if missing:
            self.differences.append(f"{where}: {len(missing)} words that were shown are gone, {sorted(missing)[:3]}")

    def assert_clean(self, *, silent: bool = False) -> None:
        """Nothing may be lost or doubled, and something must have been compared; or nothing, where all was `silent`."""
        assert bool(self.compared) != silent, f"{self.compared} characters were compared"
        assert not self.differences, "\n".join(self.differences[:5])
        assert (self.lost, self.doubled) == (0, 0)
