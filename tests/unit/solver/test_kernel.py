"""The compiled kernel's own promises: what it keeps up to date is what it would compute anew."""

import numpy as np
import pytest

from solver.best import Best
from solver.cost import UNITS_PER_COST
from solver.kernel import probe, ready
from solver.kernel.plans import sequences, written
from solver.kernel.share import cut, stops_of
from solver.kernel.walk import Walk
from solver.kernel.world import Frame
from solver.problem import Problem
from tests.unit.solver import problems
from tests.unit.solver.towns import town


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    ready.load()


def walk_of(problem: Problem, seed: int = 0) -> Walk:
    walk = Walk(Frame(problem), seed)
    walk.begin_with(written(walk.frame, {}))
    return walk


@pytest.mark.parametrize("seed", range(12))
def test_undo_leads_back_to_the_plan_before(seed: int) -> None:
    walk = walk_of(problems.problem(seed, stops=9, horizon=60), seed)
    for _ in range(30):
        before = walk.standing()
        probe.step_and_undo(walk.address)
        after = walk.standing()
        assert sequences(walk.frame, after.plan) == sequences(walk.frame, before.plan)
        assert after.key == before.key


@pytest.mark.parametrize("seed", range(12))
def test_what_is_kept_up_to_date_is_what_reading_the_plan_anew_gives(seed: int) -> None:
    walk = walk_of(problems.problem(seed, stops=9, horizon=60), seed)
    walk.anneal(200, 1e9, 1e6)
    here = walk.standing()
    other = Walk(walk.frame, 1)
    other.begin_with(here.plan)

    assert other.standing().key <= here.key
    best = Best(walk.frame.problem)
    best.offer(sequences(walk.frame, here.plan))
    assert best.unassigned == len(here.out)
    assert here.cost / UNITS_PER_COST == pytest.approx(best.cost)


def test_a_plan_comes_back_from_the_tables_as_it_went_in() -> None:
    walk = walk_of(town(4))
    plan = sequences(walk.frame, walk.standing().plan)
    other = Walk(walk.frame, 1)
    other.begin_with(written(other.frame, plan))

    assert sequences(other.frame, other.standing().plan) == plan


def test_parts_share_vehicles_and_stops_out_and_keep_to_the_depots() -> None:
    walk = walk_of(town(9, stops=60, depots=2, capacity=40))
    frame, standing = walk.frame, walk.standing()
    for turn in range(4):
        parts = cut(frame, standing, 2, turn, np.random.default_rng(turn))

        assert sorted(v for part in parts for v in part.vehicles) == list(range(len(frame.vehicle_ids)))
        stops = [i for part in parts for i in (*stops_of(part.standing.plan, 60).tolist(), *part.standing.out.tolist())]
        assert sorted(stops) == list(range(60))
        assert sum(part.depots for part in parts).max() <= 40  # type: ignore[union-attr]
