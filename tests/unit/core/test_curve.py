"""The curve of a search: bounded, in order, with both ends."""

from hypothesis import given
from hypothesis import strategies as st

from mealroute.core.curve import MOST_POINTS, Curve

STEPS = st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 20)), max_size=400)


@given(STEPS)
def test_a_curve_is_bounded_in_order_and_keeps_its_ends(steps: list[tuple[int, int]]) -> None:
    curve = Curve()
    gains = []
    best: tuple[int, int] | None = None
    for at, (cost, unassigned) in enumerate(steps):
        curve.add(at, cost, unassigned)
        if best is None or (unassigned, cost) < best:
            best = (unassigned, cost)
            gains.append([at, cost])

    points = curve.points()

    assert len(points) <= MOST_POINTS
    assert points == sorted(points, key=lambda point: point[0])
    assert points[:1] == gains[:1]
    assert points[-1:] == gains[-1:]
    assert all(point in gains for point in points)
    assert curve.gained_s == (gains[-1][0] if gains else None)


def test_a_plan_that_serves_more_people_is_a_gain_though_it_costs_more() -> None:
    curve = Curve()

    curve.add(1, 500, 3)
    curve.add(2, 900, 1)
    curve.add(3, 950, 1)

    assert curve.points() == [[1, 500], [2, 900]]
    assert curve.gained_s == 2
