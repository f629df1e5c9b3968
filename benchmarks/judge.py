"""What came out of a bar: each engine's mean, and whether ours met it, by how much or why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from benchmarks.bars import Bar
from benchmarks.measure import Run
from benchmarks.problems import reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``figures`` by engine, as printed. ``met`` is None where the bar could not be measured; ``reasons`` say more."""

    key: str
    figures: dict[str, str]
    met: bool | None
    reasons: tuple[str, ...] = ()
    violations: int = 0


@dataclass(slots=True)
class _Case:
    """The runs of one bar, by instance and engine."""

    bar: Bar
    runs: Sequence[Run]
    figures: dict[str, str] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def of(self, engine: str, instance: str | None = None, threads: int | None = None) -> list[Run]:
        return [
            run
            for run in self.runs
            if run.engine == engine
            and (instance is None or run.instance == instance)
            and (threads is None or run.threads == threads)
            and not run.cannot
        ]

    def instances(self) -> list[str]:
        return list(dict.fromkeys(run.instance for run in self.runs))

    def engines(self) -> list[str]:
        return list(dict.fromkeys(run.engine for run in self.runs))


def judge(bar: Bar, runs: Sequence[Run], steps: Sequence[float] = ()) -> Verdict:
    """The verdict on one bar. A violation of any engine of ours misses every bar."""
    if bar.kind == "steps":
        return _steps(bar, steps)
    case = _Case(bar, runs)
    if not case.of("auto"):
        return Verdict(key=bar.key, figures={}, met=None, reasons=("not measured",))
    for engine in case.engines():
        keys = sorted({run.cannot for run in runs if run.engine == engine and run.cannot})
        if keys and not case.of(engine):
            case.figures[engine] = f"cannot: {', '.join(keys)}"
    _JUDGES[bar.kind](case)
    ours = [run for run in runs if run.engine != "pyvrp"]
    violations = sum(run.violations for run in ours)
    if violations:
        case.missed.append(f"{violations} violations")
    reasons = tuple(case.missed) if case.missed else tuple(case.notes)
    return Verdict(key=bar.key, figures=case.figures, met=not case.missed, reasons=reasons, violations=violations)


def gap(run: Run) -> float | None:
    """Percent above the best known cost; None without one or with stops left out."""
    known = reference(run.instance)
    return None if known is None or run.unassigned else 100 * (run.cost / known - 1)


def _gaps(case: _Case) -> None:
    means: dict[str, float] = {}
    for engine in case.engines():
        runs = case.of(engine)
        found = [value for run in runs if (value := gap(run)) is not None]
        if not runs:
            continue
        left = len(runs) - len(found)
        text = f"{fmean(found):.2f} %" if found else "-"
        case.figures[engine] = text + (f" ({left} incomplete)" if left else "")
        if not left:
            means[engine] = fmean(found)
    if "auto" not in means:
        case.missed.append("stops left out")
        return
    ours, bar = means["auto"], case.bar.bar or 0.0
    _compare(case, ours - bar, f"{abs(ours - bar):.2f} points {'above' if ours > bar else 'below'} the bar")
    if "PyVRP" in case.bar.says and "pyvrp" in means:
        ahead = means["pyvrp"] - ours
        _compare(case, -ahead, f"{abs(ahead):.2f} points {'ahead of' if ahead >= 0 else 'behind'} PyVRP")


def _compare(case: _Case, too_much: float, text: str) -> None:
    (case.missed if too_much > 1e-9 else case.notes).append(text)


def _costs(case: _Case) -> None:
    for engine in case.engines():
        if case.of(engine):
            case.figures[engine] = f"{fmean(run.cost for run in case.of(engine)):,.0f}"
    worst = max(run.cost for run in case.of("auto"))
    _compare(case, worst - (case.bar.bar or 0.0), f"{worst:,.0f} at worst")


def _district(case: _Case) -> None:
    shares: dict[str, list[float]] = {}
    for name in case.instances():
        bar = reference(name)
        if bar is None:
            continue
        for engine in case.engines():
            runs = case.of(engine, name)
            if not runs:
                continue
            share = 100 * (fmean(run.cost for run in runs) / bar - 1)
            shares.setdefault(engine, []).append(share)
            left = sum(run.unassigned for run in runs)
            if engine == "auto":
                _compare(case, share, f"{_short(name)} {share:+.1f} %")
                if left:
                    case.missed.append(f"{_short(name)}: {left} left out in {len(runs)} runs")
    for engine, values in shares.items():
        left = sum(run.unassigned for run in case.of(engine))
        case.figures[engine] = f"{fmean(values):+.1f} % of bar" + (f", {left} left out" if left else "")


def _peers(case: _Case) -> None:
    """Per instance: fewer stops left out first, then the mean cost."""
    for name in case.instances():
        ours, theirs = _mean(case.of("auto", name)), _mean(case.of("pyvrp", name))
        if theirs is None or ours is None:
            case.notes.append(f"{_short(name)}: no peer")
            continue
        percent = 100 * (ours[1] / theirs[1] - 1) if theirs[1] else 0.0
        worse = ours[0] > theirs[0] or (ours[0] == theirs[0] and percent > 0)
        _compare(case, 1.0 if worse else 0.0, f"{_short(name)} {percent:+.1f} %")
    for engine in case.engines():
        if case.of(engine):
            case.figures[engine] = f"{fmean(run.cost for run in case.of(engine)):,.0f}"


def _mean(runs: Sequence[Run]) -> tuple[float, float] | None:
    return (fmean(run.unassigned for run in runs), fmean(run.cost for run in runs)) if runs else None


def _objectives(case: _Case) -> None:
    """Seed by seed, our objective against each other engine's."""
    for engine in case.engines():
        runs = case.of(engine)
        if runs:
            left = fmean(run.unassigned for run in runs)
            case.figures[engine] = f"{fmean(run.cost for run in runs):,.0f}" + (f", {left:.1f} out" if left else "")
    for ours in case.of("auto"):
        for theirs in case.runs:
            same = (theirs.instance, theirs.seed) == (ours.instance, ours.seed)
            valid = theirs.engine != "auto" and not theirs.cannot and not theirs.violations
            if same and valid and tuple(ours.objective) > tuple(theirs.objective):
                case.missed.append(f"seed {ours.seed}: {theirs.engine} better {_by(ours, theirs)}")


def _by(ours: Run, theirs: Run) -> str:
    names = ("must-serve", "priority", "stops")
    for name, mine, other in zip(names, ours.objective, theirs.objective, strict=False):
        if mine != other:
            return f"by {mine - other} {name}"
    return f"by {100 * (ours.cost / theirs.cost - 1):.2f} % of cost" if theirs.cost else "in cost"


def _first(case: _Case) -> None:
    runs = case.of("auto")
    times = [run.first_s for run in runs if run.first_s is not None]
    if len(times) < len(runs):
        case.missed.append(f"no complete plan in {len(runs) - len(times)} runs")
    if not times:
        return
    case.figures["auto"] = f"{fmean(times):.2f} s"
    before = (
        fmean(run.start_s for run in runs),
        fmean(run.import_s for run in runs),
        fmean(run.kernel_s for run in runs),
    )
    case.notes.append("apart: start {:.2f} s, import {:.2f} s, kernel {:.2f} s".format(*before))
    _compare(case, max(times) - (case.bar.bar or 0.0), f"{max(times):.2f} s at worst")


def _memory(case: _Case) -> None:
    most = max(run.memory_mb for run in case.of("auto"))
    case.figures["auto"] = f"{most} MB"
    _compare(case, most - (case.bar.bar or 0.0), f"{most} MB at most")


def _threads(case: _Case) -> None:
    changes: list[float] = []
    for name in case.instances():
        one, two = _mean(case.of("auto", name, 1)), _mean(case.of("auto", name, 2))
        if one is None or two is None:
            continue
        percent = 100 * (two[1] / one[1] - 1)
        changes.append(percent)
        better = two[0] < one[0] or (two[0] == one[0] and percent < 0)
        _compare(case, 0.0 if better else 1.0, f"{_short(name)} {percent:+.2f} %")
    case.figures["auto"] = f"{fmean(changes):+.2f} %" if changes else "-"


def _steps(bar: Bar, steps: Sequence[float]) -> Verdict:
    if not steps:
        return Verdict(key=bar.key, figures={}, met=None, reasons=("the kernel has no counter",))
    mean, least = fmean(steps), bar.bar or 0.0
    text = f"{abs(mean - least):,.0f} {'above' if mean >= least else 'below'}"
    return Verdict(key=bar.key, figures={"auto": f"{mean:,.0f}"}, met=mean >= least, reasons=(text,))


def _short(name: str) -> str:
    return name.rpartition("/")[2].partition(".")[0].partition("#")[0]


_JUDGES: dict[str, Callable[[_Case], None]] = {
    "gap": _gaps,
    "cost": _costs,
    "district": _district,
    "peer": _peers,
    "objective": _objectives,
    "first": _first,
    "memory": _memory,
    "threads": _threads,
}


def missed(verdicts: Iterable[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.met is False]
