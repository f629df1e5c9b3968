"""What the sieves leave out could never have been found: held against the plain rules on random days."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mealroute.checks import door_rules, eligibility_rules
from mealroute.checks.facts import Meal, MoneyMoved, Span
from mealroute.checks.sieve import by_phone, came_twice, kinds, may_be_apart, of_people, refunded_orders, tight_pairs
from mealroute.core.geo import LonLat, haversine_m
from tests.unit.checks.test_rules import CLAIM, DAY, day, meal, person, world

LON, LAT = st.floats(115.5, 117.4), st.floats(39.5, 41.0)
NEAR = st.floats(-0.02, 0.02)


@st.composite
def rounds(draw: st.DrawFn) -> list[Meal]:
    """One driver's records in the order of time, some without a place, some keyed by hand."""
    made, found = 40_000, []
    for n in range(1, draw(st.integers(1, 12)) + 1):
        made += draw(st.integers(0, 900))
        changes: dict[str, Any] = {
            "made_s": made,
            "resident": draw(st.integers(1, 6)),
            "source": draw(st.sampled_from(["phone", "paper"])),
        }
        if draw(st.booleans()):
            changes |= {"lon": 116.41 + draw(NEAR), "lat": 39.93 + draw(NEAR)}
        if draw(st.integers(0, 5)) == 0:
            changes |= {"lon": None, "lat": None, "door_lon": None, "door_lat": None}
        found.append(meal(n, **changes))
    return found


@given(rounds(), st.integers(15, 120), st.integers(0, 300))
def test_every_leg_that_leaves_too_little_time_is_among_the_tight_ones(made: list[Meal], kmh: int, slack: int) -> None:
    tight = {(before.line, after.line) for before, after in tight_pairs(made, (), kmh=kmh, slack_s=slack)}
    for before, after in pairwise(made):
        a, b = door_rules.place_of(before), door_rules.place_of(after)
        if a is not None and b is not None:
            gap = (after.made_s or 0) - (before.made_s or 0)
            if haversine_m(a, b) * 3.6 / kmh > gap + slack:
                assert (before.line, after.line) in tight


def test_a_leg_that_the_roads_were_asked_for_is_looked_at_however_much_time_it_leaves() -> None:
    here, there = meal(1), meal(2, made_s=60_000, lon=116.42)
    assert tight_pairs([here, there], {(116.41, 39.93, 116.42, 39.93): 90_000}, kmh=30, slack_s=60) == [(here, there)]
    assert tight_pairs([here, there], {}, kmh=30, slack_s=60) == []


@given(LON, LAT, NEAR, NEAR, st.integers(1, 5_000))
def test_a_place_is_far_from_its_door_only_if_the_quick_look_says_that_it_may_be(
    lon: float, lat: float, dx: float, dy: float, metres: int
) -> None:
    one = meal(door_lon=lon, door_lat=lat, lon=lon + dx, lat=lat + dy)
    if haversine_m(LonLat(lon + dx, lat + dy), LonLat(lon, lat)) > metres:
        assert may_be_apart(one, metres)


@given(rounds())
def test_days_are_grouped_without_losing_or_doubling_a_meal(made: list[Meal]) -> None:
    one = day(*made)
    assert sorted(each.line for kind in kinds(one) for each in kind.meals) == [each.line for each in made]
    assert came_twice(one) == {
        each.resident for each in made if sum(other.resident == each.resident for other in made) > 1
    }
    assert [each.line for group in by_phone(one).values() for each in group] == [
        each.line for each in made if each.source == "phone"
    ]


def test_meals_are_of_one_kind_where_claims_and_street_are_the_same() -> None:
    shared = (CLAIM,)
    one = day(
        meal(1, claims=shared), meal(2, claims=shared), meal(3, claims=shared, street="110101006"), meal(4, claims=())
    )
    assert [[each.line for each in kind.meals] for kind in kinds(one)] == [[1, 2], [3], [4]]
    assert [kind.has_own for kind in kinds(one)] == [True, True, False]


def test_whom_a_check_can_find_is_asked_once_a_month() -> None:
    asked: list[int] = []
    people = world(person(1), person(2, living="institution"))
    for _day in range(3):
        found = of_people(
            day(meal(1, resident=1), meal(2, resident=2)),
            people,
            "any",
            lambda one: asked.append(one.id) or one.id == 2,
        )  # type: ignore[func-returns-value]
        assert [each.line for each, _person in found] == [2]
    assert asked == [1, 2]


def test_a_death_that_only_a_list_from_outside_knows_is_found() -> None:
    told = Span(first=DAY, last=None, kind="deceased", reference=("notice", "1"))
    (found,) = eligibility_rules.deceased(day(meal()), world(person(notices=(told,))), {})
    assert found.subject == "resident/1"


def test_an_order_with_a_refund_is_known_and_one_that_was_only_paid_is_not() -> None:
    paid, back = (
        MoneyMoved(1, 1, "payment", 1300, "cash", "", False),
        MoneyMoved(2, 2, "refund", 1300, "cash", "", False),
    )
    assert refunded_orders(day(meal(1), meal(2), money={1: [paid], 2: [back]})) == {2}
