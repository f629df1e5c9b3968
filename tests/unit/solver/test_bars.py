"""The benchmark's own arithmetic: what counts as met, and that each row can be run."""

from dataclasses import replace

import pytest

from benchmarks.bars import BARS, Bar
from benchmarks.chart import chart, lines
from benchmarks.details import details
from benchmarks.judge import judge
from benchmarks.measure import Run, Task, measure
from benchmarks.problems import present, problem_named, reference
from benchmarks.report import PAGE, between
from benchmarks.tables import table
from benchmarks.variants import VARIANTS
from solver.construct import construct


def bar(key: str) -> Bar:
    return next(each for each in BARS if each.key == key)


def run(**changes: object) -> Run:
    values: dict[str, object] = {"instance": "x", "engine": "auto", "limit_s": 1.0, "seed": 0, "threads": 1}
    return Run(**(values | changes))  # type: ignore[arg-type]


def test_every_row_can_be_told_apart_and_is_measured_by_us() -> None:
    assert len({each.key for each in BARS}) == len(BARS)
    assert all("auto" in each.engines for each in BARS)


def test_a_row_asks_for_each_engine_with_each_seed_on_what_is_here() -> None:
    tasks = bar("built-in").tasks(range(2), 0.5)

    assert len(tasks) == 2 * 3
    assert tasks[0] == Task(instance="town-100.json", engine="auto", seconds=5.0, seed=0)


def test_a_gap_above_the_bar_is_missed_by_so_much() -> None:
    given = replace(bar("vroom"), kind="gap", bar=2.0, says="no worse than PyVRP")
    name = "vroom/example_2.json"
    ours = [run(instance=name, cost=5461 * 1.03), run(instance=name, cost=5461 * 1.05, seed=1)]
    verdict = judge(given, [*ours, run(instance=name, engine="pyvrp", cost=5461 * 1.05)])

    assert verdict.met is False
    assert verdict.figures == {"auto": "4.00 %", "pyvrp": "5.00 %"}
    assert verdict.reasons == ("2.00 points above the bar",)


def test_a_plan_that_breaks_a_rule_misses_every_bar() -> None:
    verdict = judge(bar("memory"), [run(memory_mb=50, violations=1)])

    assert verdict.met is False
    assert "1 violations" in verdict.reasons


def test_objectives_are_compared_seed_by_seed_and_in_order() -> None:
    ours = run(objective=(-2, 0, -5, 900), cost=9)
    worse = run(engine="ortools", objective=(-1, -9, -9, 1), cost=1)
    better = run(engine="ortools", objective=(-2, -1, -4, 950), cost=9.5)

    assert judge(bar("variant-short"), [ours, worse]).met is True
    assert judge(bar("variant-short"), [ours, replace(better, seed=1)]).met is True
    verdict = judge(bar("variant-short"), [ours, better])
    assert verdict.met is False
    assert verdict.reasons == ("seed 0: ortools better by 1 priority",)


def test_an_engine_that_cannot_state_the_work_says_which_key_and_is_no_peer() -> None:
    verdict = judge(bar("variant-locks"), [run(), run(engine="pyvrp", cannot="locked")])

    assert verdict.met is True
    assert verdict.figures["pyvrp"] == "cannot: locked"


def test_two_threads_must_be_better_on_every_size() -> None:
    runs = [run(instance=name, threads=n, cost=cost) for name, n, cost in
            (("a", 1, 100), ("a", 2, 98), ("b", 1, 100), ("b", 2, 101))]  # fmt: skip
    verdict = judge(bar("threads"), runs)

    assert verdict.met is False
    assert verdict.reasons == ("b +1.00 %",)


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    assert judge(bar("first-600"), []).met is None
    assert judge(bar("steps-600"), [], ()).met is None
    assert judge(bar("steps-600"), [], (12_000.0, 10_000.0)).met is True


@pytest.mark.parametrize("name", sorted(set(VARIANTS) - {"2000", "3000"}))
def test_a_variant_is_the_same_each_time_and_its_rule_is_there(name: str) -> None:
    problem, again = VARIANTS[name](), VARIANTS[name]()

    assert problem.stops == again.stops
    assert problem.vehicles == again.vehicles
    told = {
        "breaks": all(vehicle.breaks for vehicle in problem.vehicles),
        "short": sum(stop.must_serve for stop in problem.stops) > 5,
        "compartments": problem.dimensions == 2,
        "depots": len(problem.depots) == 3,
        "locks": sum(len(vehicle.locked) for vehicle in problem.vehicles) > 30,
        "600": len(problem.stops) == 600,
    }
    assert told[name]


def test_the_fleet_suffices_except_where_it_should_not() -> None:
    assert construct(VARIANTS["compartments"](), repairs=0).unassigned == ()
    assert construct(VARIANTS["short"](), repairs=0).unassigned != ()


def test_ride_limits_can_be_taken_off_by_name() -> None:
    problem = problem_named("town-100.json#no-ride")

    assert all(stop.max_ride is None for stop in problem.stops)
    assert present("town-100.json#no-ride")
    assert reference("town-100.json#no-ride") is None


def test_a_run_is_checked_priced_and_followed() -> None:
    found = measure(Task(instance="town-100.json", engine="auto", seconds=0.3))

    assert (found.violations, found.unassigned, found.stops) == (0, 0, 100)
    assert found.cost > 0
    assert found.first_s is not None
    assert found.curve[-1][2] == 0
    assert found.memory_mb > 10


def test_pyvrp_alone_is_measured_where_it_can_state_the_work() -> None:
    assert measure(Task(instance="town-100.json", engine="pyvrp", seconds=0.3)).cannot == "max_ride"
    found = measure(Task(instance="town-100.json#no-ride", engine="pyvrp", seconds=0.5))
    assert (found.cannot, found.violations) == ("", 0)


def test_details_name_mean_spread_and_gap_of_each_engine() -> None:
    name = "vroom/example_2.json"
    runs = [run(instance=name, cost=5461), run(instance=name, cost=5571, seed=1)]
    told = details([*runs, run(instance=name, engine="pyvrp", cannot="breaks")]).splitlines()[-1]

    assert [cell.strip() for cell in told.split("|")[1:-1]] == [
        name, "1 s", "1", "5,461", "5,516 (5,461–5,571), +1.01 %", "cannot: breaks", "",
    ]  # fmt: skip


def test_a_table_has_columns_of_even_width() -> None:
    assert table(["a", "bc"], [["1", "2"]]) == "| a | bc |\n|---|----|\n| 1 | 2  |"


def test_a_line_follows_the_mean_of_the_best_whole_plans_so_far() -> None:
    runs = [
        run(cost=100, limit_s=10.0, curve=[(1.0, 150.0, 2), (2.0, 140.0, 0), (5.0, 110.0, 0)]),
        run(cost=120, limit_s=10.0, seed=1, curve=[(4.0, 120.0, 0)]),
    ]
    seconds, (line,) = lines(runs)

    assert seconds == 10
    assert line.values[30] is None
    assert line.values[45] == pytest.approx(30)
    assert line.values[60] == pytest.approx(15)
    assert line.values[100] == pytest.approx(10)


def test_a_chart_has_a_panel_for_each_instance_that_was_run() -> None:
    picture = chart([run(instance="a & b", cost=5, curve=[(0.5, 6.0, 0)])], ["a & b", "not run"])

    assert picture.startswith("<svg")
    assert "a &amp; b" in picture
    assert "not run" not in picture


def test_figures_go_into_their_place_of_the_page_and_nowhere_else() -> None:
    text = "before\n<!-- bars -->\nold\n<!-- /bars -->\nafter\n"

    assert between(text, "bars", "new") == "before\n<!-- bars -->\n\nnew\n\n<!-- /bars -->\nafter\n"
    with pytest.raises(ValueError, match="chart"):
        between(text, "chart", "new")
    assert all(between(PAGE.read_text(), place, "x") for place in ("bars", "chart", "ablation"))
