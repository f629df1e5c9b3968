"""Cost over time of each engine as a picture: one panel for an instance, one line for an engine, the mean of its seeds.

Written by hand as SVG, in the colours of neither a light nor a dark page: it carries its own ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final
from xml.sax.saxutils import escape

from benchmarks.measure import Run

WIDTH: Final = 350
HEIGHT: Final = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 40, 34
_POINTS: Final = 100
MOST_PERCENT: Final = 30.0
"""What lies higher is cut off: the first seconds of a search would flatten the rest."""
COLOURS: Final = {"auto": "#0b6e4f", "pyvrp": "#b3541e", "ortools": "#3b5ba5"}
NAMES: Final = {"auto": "ours", "pyvrp": "PyVRP", "ortools": "OR-Tools"}
_DASHES: Final = {"auto": "", "pyvrp": "6 3", "ortools": "2 3"}


@dataclass(frozen=True, slots=True)
class Line:
    """Percent above the least cost of the panel at each moment; None while an engine's seeds have no whole plan yet."""

    engine: str
    values: tuple[float | None, ...]


def lines(runs: Sequence[Run]) -> tuple[float, list[Line]]:
    """Seconds of the panel and its lines, from the runs of one instance on one thread."""
    mine = [run for run in runs if run.threads == 1 and run.shares is None and not run.cannot]
    seconds = max((run.limit_s for run in mine), default=1.0)
    complete = [run.cost for run in mine if not run.unassigned]
    least = min(complete, default=1.0)
    found = []
    for engine in COLOURS:
        seeds = [run for run in mine if run.engine == engine]
        if not seeds:
            continue
        values: list[float | None] = []
        for number in range(_POINTS + 1):
            costs = [_cost_at(run, seconds * number / _POINTS) for run in seeds]
            known = [cost for cost in costs if cost is not None]
            values.append(100 * (fmean(known) / least - 1) if len(known) == len(costs) else None)
        found.append(Line(engine, tuple(values)))
    return seconds, found


def _cost_at(run: Run, moment: float) -> float | None:
    """The cost of the best whole plan known by then; at the end that of the answer."""
    if moment >= run.limit_s and not run.unassigned:
        return run.cost
    return next((cost for at, cost, left in reversed(run.curve) if at <= moment and left == 0), None)


def chart(runs: Sequence[Run], instances: Sequence[str]) -> str:
    """The SVG: panels side by side, those without runs left out."""
    panels = [(name, *lines([run for run in runs if run.instance == name])) for name in instances]
    panels = [(name, seconds, each) for name, seconds, each in panels if each]
    width = max(1, len(panels)) * WIDTH
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" role="img"',
        ' aria-label="Cost over time of each engine" font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for number, (name, seconds, each) in enumerate(panels):
        parts.append(f'<g transform="translate({number * WIDTH} 0)">{_panel(name, seconds, each)}</g>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(name: str, seconds: float, each: Sequence[Line]) -> str:
    right, bottom = WIDTH - _RIGHT, HEIGHT - _BOTTOM
    top = _nice(max((v for line in each for v in line.values if v is not None), default=1.0))
    parts = [f'<text x="{_LEFT}" y="16" font-weight="bold" fill="#222">{escape(name)}</text>']
    parts.append(f'<text x="{_LEFT}" y="30" fill="#555">% above the least cost found, over seconds</text>')
    for step in range(5):
        y = bottom - (bottom - _TOP) * step / 4
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{right}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 4}" y="{y + 4:.1f}" text-anchor="end" fill="#555">{top * step / 4:g}</text>')
        x = _LEFT + (right - _LEFT) * step / 4
        parts.append(
            f'<text x="{x:.1f}" y="{bottom + 14}" text-anchor="middle" fill="#555">{seconds * step / 4:g}</text>'
        )
    for place, line in enumerate(each):
        colour, dash = COLOURS[line.engine], _DASHES[line.engine]
        shape = f'fill="none" stroke="{colour}" stroke-width="2"' + (f' stroke-dasharray="{dash}"' if dash else "")
        parts.append(f'<path d="{_path(line.values, top, right, bottom)}" {shape}/>')
        x = _LEFT + place * 96
        parts.append(f'<path d="M{x} {HEIGHT - 8}h18" {shape}/>')
        last = next((v for v in reversed(line.values) if v is not None), None)
        told = f"{NAMES[line.engine]} {last:.1f}" if last is not None else NAMES[line.engine]
        parts.append(f'<text x="{x + 22}" y="{HEIGHT - 4}" fill="{colour}">{told}</text>')
    return "".join(parts)


def _nice(value: float) -> float:
    """The end of the upright axis: a round number, at most `MOST_PERCENT`."""
    return next((n for n in (0.4, 1.0, 2.0, 4.0, 8.0, 12.0, 20.0) if value <= n), MOST_PERCENT)


def _path(values: Sequence[float | None], top: float, right: float, bottom: float) -> str:
    """A stair: a plan stands until a better one is found."""
    commands: list[str] = []
    for number, value in enumerate(values):
        if value is None:
            continue
        x = _LEFT + (right - _LEFT) * number / (len(values) - 1)
        y = bottom - (bottom - _TOP) * min(value, top) / top
        commands.append(f"H{x:.1f}V{y:.1f}" if commands else f"M{x:.1f} {y:.1f}")
    return "".join(commands)
