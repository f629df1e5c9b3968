"""How a scorecard's figures come about, weighed line by line."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealroute.core.i18n import chinese
from mealroute.delivery.records import Answer, Outcome
from mealroute.oversight import rules
from mealroute.oversight.records import (
    Check,
    Complainant,
    ComplaintId,
    ComplaintKind,
    ComplaintRecord,
    ComplaintState,
    ComplaintStepRecord,
    Figure,
    FigureKey,
    FigureRule,
    Share,
)
from mealroute.oversight.rulebook import load_policies, policy_on
from mealroute.vendors.score_records import Side
from tests.unit.oversight.lines import NOON, line
from web.driver.forms import REASONS

POLICY = policy_on(date(2026, 2, 28))
AT = datetime(2026, 2, 2, 6, 0, tzinfo=UTC)


def figure(key: FigureKey, lines: list[Any], side: Side = Side.DELIVERED, vendor: str = "V01") -> Figure:
    card = rules.side_card(vendor, side, lines, [], POLICY)
    return next(one for one in card.figures if one.key is key)


def complaint(kind: ComplaintKind, *states: ComplaintState) -> ComplaintRecord:
    return ComplaintRecord(
        id=ComplaintId(1), kind=kind, complainant=Complainant.RESIDENT, day=date(2026, 2, 2), slot="lunch", resident_id=None,
        resident_name="", street_code=None, run_id=1, run_number=1, book_line_id=1, vendor_code="V01", kitchen_vendor_code="V02",
        text="", by_name="李敏", by_role="hotline", at=AT,
        steps=tuple(ComplaintStepRecord(state=state, person="陈洁", text="", by_name="陈洁", at=AT) for state in states),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("phone_s", "on_time"),
    [(NOON - 3600, 1), (NOON, 1), (NOON - 3601, 0), (NOON + 1, 0), (None, 0)],
    ids=["first second", "last second", "a second early", "a second late", "no phone time"],
)
def test_a_handover_is_on_time_inside_the_window_both_ends_included(phone_s: int | None, on_time: int) -> None:
    assert figure(FigureKey.ON_TIME, [line(phone_s=phone_s)]).share == Share(on_time, 1)


def test_a_handover_without_phone_time_is_counted_as_missing() -> None:
    assert figure(FigureKey.ON_TIME, [line(1), line(2, phone_s=None)]).missing == 1


@pytest.mark.parametrize(
    "changes", [{"outcome": Outcome.NO_ANSWER, "delivered": 0}, {"outcome": None, "delivered": 0}, {"at_station": True}]
)
def test_only_what_stayed_at_a_door_can_be_on_time(changes: dict[str, Any]) -> None:
    assert figure(FigureKey.ON_TIME, [line(**changes)]).share == Share(0, 0)


@pytest.mark.parametrize(
    ("changes", "delivered", "cooked"),
    [
        ({"outcome": Outcome.NOT_REACHED}, 2, 0),
        ({"outcome": Outcome.REFUSED, "reason": "饭凉了或洒了"}, 2, 0),
        ({"outcome": Outcome.REFUSED, "reason": "Wrong dish for the diet"}, 0, 2),
        ({"outcome": Outcome.REFUSED, "reason": "今天不想吃"}, 0, 0),
        ({"outcome": Outcome.IN_HOSPITAL}, 0, 0),
        ({"outcome": Outcome.NOT_REACHED, "at_station": True}, 0, 0),
    ],
)
def test_a_failure_is_laid_at_the_side_whose_hands_it_was_in(
    changes: dict[str, Any], delivered: int, cooked: int
) -> None:
    given = [line(1, quantity=2, delivered=0, seen=False, **changes), line(2)]
    assert figure(FigureKey.FAILED, given).share == Share(delivered, 3)
    assert figure(FigureKey.FAILED, given, Side.COOKED, "V02").share == Share(cooked, 3)


def test_a_line_without_any_record_is_open_and_failed_nowhere() -> None:
    card = rules.side_card("V01", Side.DELIVERED, [line(1), line(2, outcome=None, delivered=0, quantity=3)], [], POLICY)
    assert (card.loaded, card.handed_over, card.not_handed_over, card.open) == (4, 1, 0, 3)
    assert card.figures[1].share == Share(0, 1)


def test_evidence_counts_four_checks_for_each_handover() -> None:
    poor = line(2, phone_s=None, delay_minutes=None, place_m=None, seen=False, outcome=Outcome.LEFT_WITH_CONTACT)
    far = line(3, place_m=POLICY.near_door_m + 1)
    late = line(4, delay_minutes=POLICY.back_dated_after_minutes + 1)
    found = figure(FigureKey.EVIDENCE, [line(1), poor, far, late])
    assert found.share == Share(4 + 0 + 3 + 3, 16)
    assert found.checks is not None
    assert {check: share.numerator for check, share in found.checks.items()} == {
        Check.PHONE_TIME: 3, Check.NEAR_DOOR: 2, Check.SEEN: 3, Check.NOT_BACK_DATED: 2,
    }  # fmt: skip


def test_a_phone_that_runs_ahead_of_us_is_no_evidence_either() -> None:
    assert not rules.checks(line(delay_minutes=-11), POLICY)[Check.NOT_BACK_DATED]


def test_satisfaction_is_the_mean_of_answers_and_not_asked_is_none() -> None:
    said = [Answer.GOOD, Answer.SO_SO, Answer.BAD, Answer.NOT_ASKED, None]
    found = figure(FigureKey.SATISFACTION, [line(n, answer=each) for n, each in enumerate(said)])
    assert (found.share, found.n, found.missing) == (Share(150, 300), 3, 1)


def test_a_complaint_counts_against_the_side_that_it_is_about_until_dismissed() -> None:
    late, dismissed = complaint(ComplaintKind.LATE), complaint(ComplaintKind.LATE, ComplaintState.DISMISSED)
    taste = complaint(ComplaintKind.TASTE, ComplaintState.ANSWERED, ComplaintState.CONFIRMED)
    lines = [line(n) for n in range(4)]
    for side, vendor, share in ((Side.DELIVERED, "V01", Share(1, 4)), (Side.COOKED, "V02", Share(1, 4))):
        card = rules.side_card(vendor, side, lines, [late, dismissed, taste], POLICY)
        assert next(one.share for one in card.figures if one.key is FigureKey.COMPLAINTS) == share


def test_who_brought_and_who_cooked_have_cards_of_their_own() -> None:
    card = rules.scorecard("V01", date(2026, 2, 1), date(2026, 2, 28), [line()], [], POLICY)
    assert [side.side for side in card.sides] == [Side.DELIVERED]
    card = rules.scorecard("V02", date(2026, 2, 1), date(2026, 2, 28), [line()], [], POLICY)
    assert [side.side for side in card.sides] == [Side.COOKED]


RULE = FigureRule(weight=10, least_n=10, best=950, worst=450)


@pytest.mark.parametrize(
    ("share", "n", "points"),
    [
        (Share(95, 100), 10, Fraction(100)),
        (Share(100, 100), 10, Fraction(100)),
        (Share(70, 100), 10, Fraction(50)),
        (Share(45, 100), 10, Fraction(0)),
        (Share(10, 100), 10, Fraction(0)),
        (Share(100, 100), 9, None),
        (Share(0, 0), 0, None),
    ],
)
def test_points_lie_in_proportion_between_worst_and_best(share: Share, n: int, points: Fraction | None) -> None:
    assert rules.points(share, n, RULE) == points


def test_fewer_is_better_where_best_lies_below_worst() -> None:
    assert rules.points(Share(5, 1000), 100, FigureRule(weight=1, least_n=1, best=0, worst=10)) == 50


def test_too_little_data_gives_no_score() -> None:
    card = rules.side_card("V01", Side.DELIVERED, [line(n) for n in range(50)], [], POLICY)
    assert card.score is None
    assert all(figure.points is None for figure in card.figures)


def test_enough_data_gives_the_weighted_mean_of_what_is_known() -> None:
    given = [line(n) for n in range(190)] + [line(n, phone_s=NOON + 60) for n in range(190, 200)]
    card = rules.side_card("V01", Side.DELIVERED, given, [], POLICY)
    # on time 190/200 = 950 ‰ → (950 − 800)/(980 − 800) = 83⅓ × 35; failed, complaints and evidence 100 × (20 + 15 + 15); nobody asked
    assert card.score == round((Fraction(250, 3) * 35 + 100 * 50) / 85)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(Outcome)), st.integers(1, 4), st.booleans(), st.sampled_from([None, NOON, NOON + 9])
        ),
        max_size=30,
    )
)
def test_the_portions_of_a_side_are_an_equation_and_every_share_a_part(rows: list[Any]) -> None:
    given = [
        line(n, outcome=outcome, quantity=quantity, delivered=quantity if outcome.delivered else 0, at_station=station, phone_s=at)
        for n, (outcome, quantity, station, at) in enumerate(rows)
    ]  # fmt: skip
    for side, vendor in ((Side.DELIVERED, "V01"), (Side.COOKED, "V02")):
        card = rules.side_card(vendor, side, given, [], POLICY)
        assert card.loaded == card.handed_over + card.not_handed_over + card.open
        assert all(0 <= one.share.numerator <= one.share.denominator for one in card.figures)
        assert card.score is None or 0 <= card.score <= 100


def test_every_blamed_reason_is_one_that_the_drivers_page_offers() -> None:
    offered = {text for group in REASONS.values() for text in group}
    offered |= {chinese()[text] for text in offered}
    assert set(POLICY.failed_reasons) <= offered


def test_the_weights_of_a_side_add_up_to_a_hundred() -> None:
    for policy in load_policies():
        assert {side: sum(rule.weight for rule in figures.values()) for side, figures in policy.figures.items()} == {
            Side.DELIVERED: 100, Side.COOKED: 100,
        }  # fmt: skip
