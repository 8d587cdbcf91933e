"""The table: what was measured, ours and the relay's, beside what we aim at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain

from bench.parts import Numbers


@dataclass(frozen=True, slots=True)
class Row:
    """A line: names of numbers, ours and the relay's; the number that is judged, if it is another; the aim."""

    measure: str
    ours: str
    relay: str = ""
    judged: str = ""
    most: float | None = None
    least: float | None = None

    def cells(self, numbers: Numbers) -> list[str]:
        """Measure, ours, relay, aim, whether it is met; of a ratio, what it is."""
        ours, relay = (shown(numbers[name]) if name in numbers else "" for name in (self.ours, self.relay))
        value = numbers.get(self.judged or self.ours)
        met = "" if value is None or not self.aim else "yes" if self._is_met_by(value) else "no"
        if self.judged and value is not None:
            met = f"{met} ({shown(value)})".strip()
        return [self.measure, ours or "not measured", relay, self.aim, met]

    @property
    def aim(self) -> str:
        """As the table has it; of a ratio ours ÷ the relay's."""
        bounds = [
            f"{sign} {shown(bound)}" for sign, bound in (("≤", self.most), ("≥", self.least)) if bound is not None
        ]
        return " ".join(["÷", *bounds] if self.judged and bounds else bounds)

    def _is_met_by(self, value: float) -> bool:
        return (self.most is None or value <= self.most) and (self.least is None or value >= self.least)


def shown(value: float) -> str:
    """A number as people like to read it."""
    if not math.isfinite(value):
        return "never"
    if value == int(value):
        return f"{int(value):,}"
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{decimals}f}"


def _cpu(streams: int, most: float | None = None) -> Row:
    name = f"cpu_ms_per_1000_{streams}"
    return Row(f"CPU-ms per 1,000 deltas, {streams} streams", name, f"relay_{name}", f"cpu_ratio_{streams}", most=most)


ROWS = (
    _cpu(10),
    _cpu(50, 0.9),
    _cpu(100),
    _cpu(200, 1.0),
    Row("streams at p99 < 250 ms", "streams_p99_250ms", "relay_streams_p99_250ms", least=350),
    Row("p99 with 200 streams, ms", "p99_ms_200", "relay_p99_ms_200"),
    Row("first delta shown after it was sent, p50, ms", "first_delta_ms_p50", "relay_first_delta_ms_p50", most=15),
    Row("each delta of one stream, p50, ms", "added_latency_ms_p50", "relay_added_latency_ms_p50"),
    Row("each delta of one stream, p99, ms", "added_latency_ms_p99", "relay_added_latency_ms_p99"),
    Row("question → request at the provider, p50, ms", "ask_to_request_ms_p50", "relay_ask_to_request_ms_p50", most=10),
    Row("a reply of 20,000 deltas, s", "long_20k_s", "relay_long_20k_s"),
    Row("a reply of 40,000 deltas, s", "long_40k_s", "relay_long_40k_s", "long_reply_ratio", most=0.5),
    Row("40,000 ÷ 20,000 deltas", "growth_40k_over_20k", "relay_growth_40k_over_20k", most=2.1),
    Row("40,000, each event a chunk, s", "long_40k_chunks_of_1_s", "relay_long_40k_chunks_of_1_s"),
    Row("40,000, chunks of 100 events, s", "long_40k_chunks_of_100_s", "relay_long_40k_chunks_of_100_s"),
    Row("memory at start, MB", "rss_start_mb", most=120),
    Row("memory after the very first start, MB", "rss_first_start_mb"),
    Row("memory of an idle reader, kB", "kb_per_idle_reader", most=60),
    Row("memory of a reader of a running run, kB", "kb_per_running_reader"),
    Row("a hundred readers of one run, p99, ms", "hundred_readers_p99_ms"),
    Row("their CPU-ms per 1,000 deltas that the provider sends", "hundred_readers_cpu_ms_per_1000_sent"),
    Row("500 strangers on a live link: p99 of 50 conversations beside, ms", "owners_beside_strangers_p99_ms", most=250),
    Row("the strangers' own p99, ms", "strangers_p99_ms"),
    Row("start to first page, s", "start_to_first_page_s", most=1.5),
    Row("very first start to first page, s", "first_start_to_first_page_s", most=1.5),
    Row("characters lost or doubled", "lost_characters", "relay_lost_characters", most=0),
    Row("messages in the database of the next three", "search_messages", least=1_000_000),
    Row("conversation list, p95, ms", "list_p95_ms", most=50),
    Row("page of a conversation of 1,000 messages, p95, ms", "page_1000_p95_ms", most=150),
    Row("search, p95, ms", "search_p95_ms", most=100),
    Row("browser's main thread per 1,000 deltas, s", "main_thread_s_per_1000_deltas", most=0.5),
    Row("the same under 100 turns, s", "main_thread_s_per_1000_deltas_100_turns_above", most=0.5),
    Row("20,000 deltas complete in the browser, s after the provider", "browser_20k_after_provider_s", most=3),
    Row("the browser's longest task meanwhile, ms", "browser_longest_task_ms", most=100),
    Row("20,000 deltas under 100 turns, s", "browser_20k_after_provider_s_100_turns_above", most=3),
    Row("longest task meanwhile, ms", "browser_longest_task_ms_100_turns_above", most=100),
    Row("first load, cold, kB", "first_load_kb", most=100),
    Row("first load, requests", "first_load_requests", most=15),
    Row("first load, composer usable, ms", "composer_usable_ms", most=400),
)


def _has_table(name: str) -> bool:
    """Whether it stands in a table of its own, before this one."""
    return name.startswith("decoder_")


def table(numbers: Numbers) -> str:
    """The rows, and a line about the numbers that stand in none of them."""
    lines = [["measure", "ours", "relay", "aim", "met?"], *(row.cells(numbers) for row in ROWS)]
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    lines.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:4]), "-" * widths[4]])
    told = {name for row in ROWS for name in (row.ours, row.relay, row.judged)}
    rest = [f"{name} {shown(value)}" for name, value in numbers.items() if name not in told and not _has_table(name)]
    return "\n".join(
        chain(
            (
                f"| {line[0]:{widths[0]}} | "
                + " | ".join(f"{line[column]:>{widths[column]}}" for column in (1, 2, 3))
                + f" | {line[4]:{widths[4]}} |"
                for line in lines
            ),
            ["", f"Further: {', '.join(rest)}."] if rest else [],
        )
    )
