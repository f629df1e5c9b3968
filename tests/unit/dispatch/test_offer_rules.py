"""Who is asked first, who is not asked, until when, and where a run stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealroute.dispatch import offer_rules as rules
from mealroute.dispatch.offer_records import (
    CrewFact,
    EventKind,
    OfferId,
    OfferRecord,
    OfferState,
    RunEventRecord,
    RunNeeds,
    Standing,
    VendorFacts,
)
from mealroute.dispatch.offer_rulebook import policy_on
from tests.integration.planning_world import DAY

NINE = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
POLICY = policy_on(DAY)
CREW = (CrewFact(driver_code="D1", shift_start_s=36000, shift_end_s=48000),)
NEEDS = RunNeeds(
    run_id=1, planned_vendor="VP", streets={"S1": 20, "S2": 10}, portions=30, stops=20, most_aboard=24, diets=frozenset({"normal"}),
    must_serve=0, loads_s=37000, back_s=45000,
)  # fmt: skip


def vendor(code: str, **facts: object) -> VendorFacts:
    return replace(VendorFacts(code=code, crew=CREW, halal_vehicle=True), **facts)  # type: ignore[arg-type]


def order(*vendors: VendorFacts, needs: RunNeeds = NEEDS, **more: object) -> list[str]:
    candidates, _out = rules.rank(needs, vendors, **more)  # type: ignore[arg-type]
    return [one.vendor_code for one in candidates]


def refused(one: VendorFacts, needs: RunNeeds = NEEDS, **more: object) -> str:
    candidates, out = rules.rank(needs, [one], **more)  # type: ignore[arg-type]
    return "" if candidates else out[0].code


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (vendor("VP", supply_place=5), vendor("A", supply_place=1, score=100)),
        (vendor("B", streets=frozenset({"S1", "S2"}), supply_place=5), vendor("A", streets=frozenset({"S1"}), supply_place=1)),
        (vendor("B", contracts=frozenset({"S1", "S2"}), supply_place=5), vendor("A", contracts=frozenset({"S1"}), supply_place=1)),
        (vendor("B", supply_place=1, capacity=100), vendor("A", supply_place=2, capacity=10_000)),
        (vendor("B", capacity=400, score=10), vendor("A", capacity=400, committed=300, score=90)),
        (vendor("B", diets=frozenset({"halal"})), vendor("A", score=90)),
        (vendor("B", score=80), vendor("A")),
        (vendor("B"), vendor("A", score=20)),
        (vendor("B", crew=(*CREW, replace(CREW[0], driver_code="D2"))), vendor("A")),
        (vendor("B", vehicles=2), vendor("A", vehicles=1)),
        (vendor("A"), vendor("B")),
    ],
    ids=["in the plan", "in its area", "contracts", "supply mode", "room left", "diets on file", "score", "no score is neutral", "free drivers", "vehicles", "code"],
)  # fmt: skip
def test_candidates_are_ordered_by_the_rule(better: VendorFacts, worse: VendorFacts) -> None:
    assert order(better, worse) == order(worse, better) == [better.code, worse.code]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"blocks": ("停业",)}, "blocked"),
        ({"capacity": 50, "committed": 21}, "capacity"),
        ({"diets": frozenset({"low-sugar"})}, "diet"),
        ({"crew": ()}, "no-crew"),
        ({"crew": (replace(CREW[0], shift_end_s=44999),)}, "no-crew"),
        ({"crew": (replace(CREW[0], busy=((2, 44000, 50000),)),)}, "no-crew"),
        ({"halal_vehicle": False}, "no-halal-vehicle"),
    ],
)
def test_who_cannot_take_a_run_is_not_asked_and_the_reason_is_told(facts: dict[str, object], code: str) -> None:
    needs = replace(NEEDS, diets=frozenset({"normal", "halal"}))
    assert refused(vendor("VP", **facts), needs) == code


def test_capacity_is_enough_down_to_the_last_portion() -> None:
    assert refused(vendor("A", capacity=50, committed=20)) == ""


def test_a_driver_on_this_very_run_is_free_for_it() -> None:
    assert refused(vendor("A", crew=(replace(CREW[0], busy=((1, 37000, 45000), (2, 45000, 47000))),))) == ""


def test_a_driver_whom_another_run_will_need_is_not_free() -> None:
    needed = {"pledged": ((2, 40000, 50000),)}
    assert refused(vendor("A", **needed)) == "no-crew"
    assert refused(vendor("A", crew=(*CREW, replace(CREW[0], driver_code="D2")), **needed)) == ""
    assert refused(vendor("A", pledged=((2, 45000, 50000), (1, 37000, 45000)))) == ""


def test_a_vendor_that_had_the_run_is_not_asked_again() -> None:
    assert refused(vendor("A"), asked=frozenset({"A"})) == "asked-before"


def test_the_vendor_that_held_the_run_before_is_asked_first() -> None:
    assert order(vendor("VP"), vendor("A"), first="A") == ["A", "VP"]


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 100), st.integers(30, 400)), min_size=2, max_size=4))
def test_the_order_does_not_depend_on_the_order_of_the_register(given_facts: list[tuple[int, int, int]]) -> None:
    vendors = [
        vendor(f"V{n}", supply_place=supply, score=score, capacity=capacity)
        for n, (supply, score, capacity) in enumerate(given_facts)
    ]
    assert len({tuple(order(*each)) for each in permutations(vendors)}) == 1


def test_an_offer_waits_the_minutes_of_the_rule_but_never_into_loading() -> None:
    far, near = NINE + timedelta(hours=2), NINE + timedelta(minutes=30)
    assert rules.deadline(NINE, far, POLICY) == NINE + timedelta(minutes=15)
    assert rules.deadline(NINE, near, POLICY) == NINE + timedelta(minutes=10)


@pytest.mark.parametrize(("minutes", "asked"), [(23, True), (22, False), (0, False), (-60, False)])
def test_too_near_loading_nobody_is_asked(minutes: int, asked: bool) -> None:
    assert (rules.deadline(NINE, NINE + timedelta(minutes=minutes), POLICY) is not None) is asked


def offer(state: OfferState, deadline: datetime = NINE) -> OfferRecord:
    return OfferRecord(
        id=OfferId(1), run_id=1, vendor_code="A", driver_code="", place=1, why=(), hand_reason="", offered_at=NINE, offered_by="x",
        deadline_at=deadline, state=state, answered_at=None, answered_by="", reason="",
    )  # fmt: skip


def told(*kinds: EventKind) -> list[RunEventRecord]:
    return [
        RunEventRecord(run_id=1, kind=kind, vendor_code="A", at=NINE, by_name="x", reason="", detail={})
        for kind in kinds
    ]


@pytest.mark.parametrize(
    ("state", "events", "driver", "begun", "expected"),
    [
        (OfferState.OPEN, (), "D1", False, Standing.OVERDUE),
        (OfferState.LAPSED, (), "D1", False, Standing.NOBODY),
        (OfferState.TAKEN_BACK, (), "D1", True, Standing.NOBODY),
        (OfferState.ACCEPTED, (), "D1", False, Standing.HELD),
        (OfferState.ACCEPTED, (), "", False, Standing.NO_CREW),
        (OfferState.ACCEPTED, (EventKind.ACCEPTED, EventKind.VENDOR_BLOCKED), "D1", True, Standing.BLOCKED),
        (OfferState.ACCEPTED, (EventKind.VENDOR_BLOCKED, EventKind.STAYS), "D1", True, Standing.HELD),
        (OfferState.ACCEPTED, (EventKind.VENDOR_BLOCKED, EventKind.ACCEPTED), "D2", True, Standing.HELD),
    ],
)
def test_a_run_stands_where_its_offer_and_its_history_say(
    state: OfferState, events: tuple[EventKind, ...], driver: str, begun: bool, expected: Standing
) -> None:
    assert rules.standing(offer(state), told(*events), driver_code=driver, begun=begun, now=NINE) is expected


def test_a_run_without_any_offer_has_nobody() -> None:
    assert rules.standing(None, (), driver_code="D1", begun=False, now=NINE) is Standing.NOBODY


def test_a_must_serve_run_is_a_persons_business_from_the_first_silent_offer_on() -> None:
    lapsed = told(EventKind.OFFERED, EventKind.LAPSED, EventKind.OFFERED)
    assert rules.escalated(Standing.OPEN, lapsed, must_serve=1)
    assert rules.escalated(Standing.OVERDUE, (), must_serve=1)
    assert not rules.escalated(Standing.OPEN, lapsed, must_serve=0)
    assert not rules.escalated(Standing.HELD, lapsed, must_serve=1)


def test_the_reddest_is_a_run_with_somebody_who_must_eat_and_nobody_to_bring_it() -> None:
    def red(found: Standing, must: int, late: bool = False) -> int:
        return rules.severity(found, must_serve=must, escalated_now=late, begun=False, soon=False)

    ladder = [
        red(Standing.NOBODY, 1), red(Standing.NOBODY, 0), red(Standing.BLOCKED, 0), red(Standing.OPEN, 1, late=True),
        red(Standing.OVERDUE, 0), red(Standing.NO_CREW, 0), red(Standing.OPEN, 0), red(Standing.HELD, 0),
    ]  # fmt: skip
    assert ladder == sorted(set(ladder))


def test_the_same_stops_within_five_minutes_are_no_news_to_a_vendor() -> None:
    before = [(frozenset({(1, 1), (2, 2)}), 40000), (frozenset({(3, 1)}), 40600)]
    later = [(stop, at + 300) for stop, at in before]
    assert rules.unchanged(before, later, POLICY.material_shift)
    assert not rules.unchanged(before, [(stop, at + 301) for stop, at in before], POLICY.material_shift)
    assert not rules.unchanged(before, before[::-1], POLICY.material_shift)
    assert not rules.unchanged(before, before[:1], POLICY.material_shift)
    assert not rules.unchanged(before, [before[0], (frozenset({(3, 2)}), 40600)], POLICY.material_shift)
