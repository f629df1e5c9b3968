"""The bars as a table in Markdown, so that it can go into a page as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from benchmarks.bars import Bar
from benchmarks.judge import Verdict

COLUMNS: Final = (("auto", "ours"), ("pyvrp", "PyVRP alone"), ("ortools", "OR-Tools"))
"""Engines and how their columns are called."""


def table_of(
    bars: Sequence[Bar], verdicts: Sequence[Verdict], scale: float = 1.0, engines: Sequence[str] | None = None
) -> str:
    shown = [column for column in COLUMNS if engines is None or column[0] in engines]
    head = ["work", "time", "bar", *(title for _, title in shown), "verdict"]
    rows = []
    for bar, verdict in zip(bars, verdicts, strict=True):
        times = sorted({seconds * scale for _, seconds in bar.here() or bar.instances})
        limit = "–".join(f"{each:g}" for each in (times if len(times) < 2 else (times[0], times[-1]))) + " s"
        word = {True: "met", False: "**missed**", None: "not measured"}[verdict.met]
        why = "; ".join(verdict.reasons)
        figures = [verdict.figures.get(engine, "") for engine, _ in shown]
        rows.append([bar.work, limit, bar.says, *figures, f"{word}: {why}" if why else word])
    return table(head, rows)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with columns of even width."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        return f"| {' | '.join(padded)} |"

    return "\n".join([line(head), "|" + "|".join("-" * (width + 2) for width in widths) + "|", *map(line, rows)])
