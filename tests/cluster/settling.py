"""The end of a test of faults: all runs over, all that was shown compared."""

from __future__ import annotations

import pytest

from tests.support.crowd import Asked, Crowd
from tests.support.faults_table import note
from tests.support.load import LoadProvider
from tests.support.room import until
from tests.support.tally import Tally


def settle(request: pytest.FixtureRequest, fault: str, crowd: Crowd) -> None:
    """Wait for the end of all runs, compare all that was shown, and note what came of it."""
    crowd.until_over()
    tally = Tally()
    crowd.compare(tally)
    note(request, fault, tally, crowd.statuses())


def until_asked(load: LoadProvider, asked: list[Asked], times: int = 1) -> None:
    """Wait until the provider was asked for each so many times."""
    until(lambda: all(len(load.of(one.speech)) == times for one in asked), f"each was asked for {times} times", 60)


def of(runs: set[int], asked: list[Asked]) -> list[Asked]:
    """Those whose runs are among `runs`."""
    return [one for one in asked if one.run in runs]
