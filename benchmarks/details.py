"""Instance by instance: each engine's mean, its spread over the seeds, and the gap where a best cost is known."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Final

from benchmarks.judge import gap
from benchmarks.measure import Run
from benchmarks.problems import reference
from benchmarks.tables import COLUMNS, table

HEAD: Final = ("instance", "time", "threads", "reference", *(title for _, title in COLUMNS))


def details(runs: Sequence[Run]) -> str:
    """One line an instance, time and number of threads. A reference is the best known cost, or a district run's bar."""
    groups: dict[tuple[str, float, int], list[Run]] = {}
    for run in runs:
        if run.shares is None:
            groups.setdefault((run.instance, run.limit_s, run.threads), []).append(run)
    rows = []
    for (name, seconds, threads), mine in groups.items():
        known = reference(name)
        cells = [_cell([run for run in mine if run.engine == engine]) for engine, _ in COLUMNS]
        rows.append([name, f"{seconds:g} s", str(threads), f"{known:,.0f}" if known else "", *cells])
    return table(HEAD, rows)


def _cell(runs: Sequence[Run]) -> str:
    if not runs:
        return ""
    if runs[0].cannot:
        return f"cannot: {runs[0].cannot}"
    costs = [run.cost for run in runs]
    told = f"{fmean(costs):,.0f}"
    if len(costs) > 1:
        told += f" ({min(costs):,.0f}–{max(costs):,.0f})"
    gaps = [value for run in runs if (value := gap(run)) is not None]
    told += f", {fmean(gaps):+.2f} %" if gaps and len(gaps) == len(runs) else ""
    left = fmean(run.unassigned for run in runs)
    return told + (f", {left:.1f} out" if left else "")
