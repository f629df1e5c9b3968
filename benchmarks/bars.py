"""The bars: what is measured, by whom, how long, and what must come out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from benchmarks.measure import Task, Who
from benchmarks.problems import NO_RIDE, present

Kind = Literal["gap", "cost", "district", "peer", "objective", "first", "memory", "threads", "steps"]
"""How a bar is judged, see ``judge``."""

SEEDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row of the table. ``bar`` is the figure to reach, one for all instances; None where peers are the bar.

    ``once``: engines beside which nothing is judged; one seed shows where they stand.
    """

    key: str
    work: str
    kind: Kind
    instances: tuple[tuple[str, float], ...]
    engines: tuple[Who, ...] = ("auto",)
    once: tuple[Who, ...] = ()
    bar: float | None = None
    says: str = ""
    threads: tuple[int, ...] = (1,)

    def here(self) -> tuple[tuple[str, float], ...]:
        """The instances that this machine has."""
        return tuple((name, seconds) for name, seconds in self.instances if present(name))

    def tasks(self, seeds: Iterable[int], scale: float, engines: Iterable[str] | None = None) -> list[Task]:
        return [
            Task(instance=name, engine=engine, seconds=round(seconds * scale, 3), seed=seed, threads=threads)
            for name, seconds in self.here()
            for number, seed in enumerate(seeds)
            for engine in self.engines
            for threads in self.threads
            if (engines is None or engine in engines) and (engine not in self.once or number == 0)
        ]


def _each(names: Iterable[str], seconds: float) -> tuple[tuple[str, float], ...]:
    return tuple((name, seconds) for name in names)


_ALL: Final[tuple[Who, ...]] = ("auto", "pyvrp", "ortools")
DISTRICT: Final = (
    *_each(("district/lunch-600.json", "district/reload-600.json", "district/must-600.json"), 30),
    ("district/lunch-1500.json.gz", 60),
)

BARS: Final[tuple[Bar, ...]] = (
    Bar(
        key="200",
        work="200 stops, VRPTW and CVRP",
        kind="gap",
        instances=_each(("vrptw/R1_2_1.txt", "vrptw/RC1_2_5.txt", "vrptw/C2_2_3.txt", "cvrp/X-n200-k36.vrp"), 15),
        engines=_ALL,
        once=("ortools",),
        bar=0.6,
        says="mean gap ≤ 0.6 %, no worse than PyVRP",
    ),
    Bar(
        key="1000",
        work="500–1,000 stops",
        kind="gap",
        instances=_each(("cvrp/X-n502-k39.vrp", "vrptw/C2_10_3.vrp", "vrptw/R1_10_5.vrp"), 40),
        engines=_ALL,
        once=("ortools",),
        bar=2.5,
        says="mean gap ≤ 2.5 %, no worse than PyVRP",
    ),
    Bar(
        key="multi-trip",
        work="multi-trip with release times",
        kind="gap",
        instances=_each((f"mtvrptwr/{n}.vrp" for n in ("C201R0.25", "R201R0.5", "RC205R0.25")), 30),
        engines=_ALL,
        once=("ortools", "pyvrp"),
        bar=1.5,
        says="mean gap ≤ 1.5 %",
    ),
    Bar(
        key="vroom",
        work="VROOM's example_2",
        kind="cost",
        instances=_each(("vroom/example_2.json",), 1),
        engines=_ALL,
        bar=5461,
        says="cost 5461",
    ),
    Bar(
        key="district",
        work="district runs",
        kind="district",
        instances=DISTRICT,
        engines=("auto", "ortools", "pyvrp"),
        once=("ortools",),
        says="clean, all served, mean cost ≤ the run's bar",
    ),
    Bar(
        key="no-ride",
        work="district runs, any ride",
        kind="peer",
        instances=tuple((name + NO_RIDE, seconds) for name, seconds in DISTRICT),
        engines=("auto", "pyvrp"),
        says="no worse than PyVRP",
    ),
    *(
        Bar(
            key=f"variant-{name}",
            work=work,
            kind="objective",
            instances=((f"variant/{name}", seconds),),
            engines=_ALL,
            says="clean, objective never worse than another's",
        )
        for name, work, seconds in (
            ("breaks", "town of 300, breaks", 10),
            ("short", "town of 300, too few vehicles", 10),
            ("compartments", "town of 300, two compartments", 10),
            ("depots", "town of 300, limited kitchens", 10),
            ("locks", "town of 300, locks", 10),
            ("3000", "town of 3,000", 30),
        )
    ),
    Bar(
        key="built-in",
        work="the checkout's own town of 100",
        kind="objective",
        instances=_each(("town-100.json",), 10),
        engines=_ALL,
        says="clean, objective never worse than another's",
    ),
    Bar(
        key="first-600",
        work="first complete plan, 600 stops",
        kind="first",
        instances=_each(("variant/600",), 5),
        bar=1,
        says="≤ 1 s",
    ),
    Bar(
        key="first-2000",
        work="first complete plan, 2,000 stops",
        kind="first",
        instances=_each(("variant/2000",), 20),
        bar=3,
        says="≤ 3 s",
    ),
    Bar(
        key="memory",
        work="memory at 2,000 stops",
        kind="memory",
        instances=_each(("variant/2000",), 20),
        bar=1024,
        says="≤ 1 GB",
    ),
    Bar(
        key="threads",
        work="two threads against one",
        kind="threads",
        instances=(
            ("district/lunch-600.json", 30),
            ("vrptw/C2_10_3.vrp", 40),
            ("district/lunch-1500.json.gz", 60),
            ("variant/3000", 30),
        ),
        threads=(1, 2),
        says="lower mean cost on every size",
    ),
    Bar(
        key="steps-600",
        work="kernel steps a second, 600 stops",
        kind="steps",
        instances=_each(("variant/600",), 5),
        bar=10_000,
        says="≥ 10,000",
    ),
    Bar(
        key="steps-1500",
        work="kernel steps a second, 1,500 stops",
        kind="steps",
        instances=_each(("district/lunch-1500.json.gz",), 5),
        bar=6_000,
        says="≥ 6,000",
    ),
)
