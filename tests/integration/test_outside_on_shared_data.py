"""The program on outside data: VROOM's example, a district's lunch run, a real city's roads. Collected only where the data is."""

from pathlib import Path

import numpy as np
import pytest

from mealroute.adapters.sheets import read
from mealroute.adapters.travel_setup import open_travel
from mealroute.core.geo import LonLat
from solver.check import check
from solver.construct import construct
from solver.cost import cost_terms
from solver.json_in import read_problem
from solver.json_plan import read_plan
from solver.options import SolveOptions
from solver.portfolio import solve
from tests.conftest import SHARED

DATA = SHARED / "data"
SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample" / "dongcheng"


@pytest.mark.parametrize("engine", ["auto", "ortools", "sisr"])
def test_vrooms_example_costs_what_vroom_found(engine: str) -> None:
    problem = read_problem((DATA / "vroom" / "example_2.json").read_bytes())
    plan = solve(problem, SolveOptions(time_limit_s=2, engine=engine))  # type: ignore[arg-type]
    assert check(problem, plan) == ()
    assert cost_terms(problem, plan).cost == 5461


def test_vrooms_own_plan_passes_the_checker() -> None:
    problem = read_problem((DATA / "vroom" / "example_2.json").read_bytes())
    assert check(problem, read_plan((DATA / "vroom" / "example_2_sol.json").read_bytes())) == ()


@pytest.mark.parametrize("name", ["lunch-600.json", "must-600.json", "reload-600.json"])
def test_a_districts_lunch_run_has_a_first_plan_for_everyone(name: str) -> None:
    problem = read_problem((DATA / "district" / name).read_bytes())
    plan = construct(problem)
    assert check(problem, plan) == ()
    assert plan.unassigned == ()


def test_the_sample_districts_doors_are_reached_on_a_real_citys_roads(tmp_path: Path) -> None:
    travel = open_travel(roads_file=DATA / "roads" / "beijing-2013.osm.pbf", cache_dir=tmp_path)
    sheet = read(SAMPLE / "residents.xlsx")[0]
    heads, *rows = sheet.rows.values()
    lon, lat = heads.index("经度"), heads.index("纬度")
    points = tuple(dict.fromkeys(LonLat(float(row[lon]), float(row[lat])) for row in rows[:400] if row[lon]))
    matrix = travel.matrix(points, "ebike")
    assert matrix.durations.shape == (len(points), len(points))
    assert (np.diag(matrix.durations) == 0).all()
    assert (matrix.durations != matrix.durations.T).any()
    assert matrix.estimated.mean() < 0.5
