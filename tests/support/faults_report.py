"""A plugin (`-p` in pyproject.toml) that tells at the end of a run what the fault tests counted."""

from __future__ import annotations

import os

import pytest

from tests.support.faults_table import FAULTS, Line, lines_of, table, together, write_table

_lines: list[Line] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call":
        _lines.extend(lines_of(report.user_properties))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table. The long form, where all faults are in it, writes it into docs/faults.md."""
    lines = together(_lines)
    for row in table(lines) if lines else ():
        terminalreporter.write_line(row)
    if len(lines) == len(FAULTS) and os.environ.get("FAULTS") == "long":
        write_table(lines)
