"""What desks do to a card."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from mealroute.adapters.coordinates import Datum, from_wgs84
from mealroute.core import audit
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.geo import LonLat
from mealroute.residents import queries, service
from mealroute.residents.records import (
    Diet,
    PauseReason,
    PauseRecord,
    Precision,
    ResidentId,
    ResidentRecord,
    ResidentState,
)
from tests.unit.residents.ledger import DONGHUAMEN, EVERYWHERE, JINGSHAN, areas, clerk, one

DAY = date(2026, 3, 9)
CARD = {"name": "赵国庆", "birth_date": date(1939, 5, 1), "street_code": JINGSHAN, "address": "米粮库胡同 2 号"}


def day(n: int) -> date:
    return DAY + timedelta(days=n)


def pause(db: Session, clock: FixedClock, resident: ResidentId, start: int, end: int | None) -> PauseRecord:
    last = None if end is None else day(end)
    return service.pause(db, resident, day(start), last, PauseReason.HOSPITAL, by=SYSTEM, clock=clock)


def paused_days(db: Session, resident: ResidentId) -> list[int]:
    return [n for n in range(-5, 20) if resident in queries.pauses_on(db, day(n))]


def look(db: Session, resident: ResidentId, on: date = DAY) -> ResidentRecord:
    return queries.resident(db, resident, scope=EVERYWHERE, day=on)


def later(clock: FixedClock, days: int) -> FixedClock:
    return FixedClock(clock.at + timedelta(days=days))


def test_a_future_pause_is_cancelled(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    service.cancel_pause(db, pause(db, clock, resident, 3, 6).id, by=SYSTEM, clock=clock)
    assert paused_days(db, resident) == []


def test_a_future_pause_is_shortened_and_moved(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    held = pause(db, clock, resident, 3, 9)
    service.change_pause(db, held.id, starts_on=day(4), ends_on=day(5), by=SYSTEM, clock=clock)
    assert paused_days(db, resident) == [4, 5]


def test_a_future_pause_is_lengthened(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    held = pause(db, clock, resident, 3, 4)
    service.change_pause(db, held.id, starts_on=day(2), ends_on=day(6), by=SYSTEM, clock=clock)
    assert paused_days(db, resident) == [2, 3, 4, 5, 6]


def test_a_current_pause_is_cancelled_and_its_past_days_stay(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    held = pause(db, clock, resident, 0, 9)
    service.cancel_pause(db, held.id, by=SYSTEM, clock=later(clock, 3))
    assert paused_days(db, resident) == [0, 1, 2]


def test_a_current_pause_is_shortened(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    held = pause(db, clock, resident, 0, 9)
    service.change_pause(db, held.id, starts_on=day(0), ends_on=day(5), by=SYSTEM, clock=later(clock, 3))
    assert paused_days(db, resident) == [0, 1, 2, 3, 4, 5]


def test_a_current_pause_is_lengthened_without_end(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    held = pause(db, clock, resident, 0, 4)
    service.change_pause(db, held.id, starts_on=day(0), ends_on=None, by=SYSTEM, clock=later(clock, 3))
    assert paused_days(db, resident) == list(range(20))


def test_days_that_are_over_cannot_be_paused_or_given_back(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    with pytest.raises(MealrouteError, match="pause-in-past"):
        pause(db, clock, resident, -1, 3)
    held = pause(db, clock, resident, 0, 9)
    with pytest.raises(Conflict, match="pause-under-way"):
        service.change_pause(db, held.id, starts_on=day(5), ends_on=day(9), by=SYSTEM, clock=later(clock, 3))
    with pytest.raises(Conflict, match="pause-in-past"):
        service.change_pause(db, held.id, starts_on=day(0), ends_on=day(1), by=SYSTEM, clock=later(clock, 3))
    with pytest.raises(Conflict, match="pause-over"):
        service.cancel_pause(db, held.id, by=SYSTEM, clock=later(clock, 30))


def test_pauses_neither_overlap_nor_end_before_they_begin(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    pause(db, clock, resident, 3, 6)
    with pytest.raises(Conflict, match="pause-overlaps"):
        pause(db, clock, resident, 6, 8)
    with pytest.raises(MealrouteError, match="pause-order"):
        pause(db, clock, resident, 12, 11)
    pause(db, clock, resident, 7, 8)
    assert paused_days(db, resident) == [3, 4, 5, 6, 7, 8]


def test_the_same_pause_entered_twice_is_one(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    assert pause(db, clock, resident, 3, 6) == pause(db, clock, resident, 3, 6)
    assert len(queries.pauses(db, resident)) == 1


def test_a_state_changes_from_its_date_and_the_history_keeps_every_step(db: Session, clock: FixedClock) -> None:
    resident = service.add_resident(db, CARD, by=SYSTEM, clock=areas_first(db, clock))
    service.change_state(db, resident, ResidentState.ACTIVE, since=day(2), reason="评估通过", by=SYSTEM, clock=clock)
    assert [look(db, resident, day(n)).state for n in (0, 1, 2)] == ["pending", "pending", "active"]
    assert [step.state for step in queries.history(db, resident)] == ["pending", "active"]
    assert [r.id for r in queries.active_on(db, day(2), scope=EVERYWHERE)] == [resident]
    assert queries.active_on(db, day(1), scope=EVERYWHERE) == ()


def areas_first(db: Session, clock: FixedClock) -> FixedClock:
    areas(db, clock)
    return clock


def test_illegal_steps_are_refused_with_a_way_out(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    for state, code in ((ResidentState.PENDING, "state-step"), (ResidentState.PAUSED, "pause-needs-dates")):
        with pytest.raises(MealrouteError, match=code):
            service.change_state(db, resident, state, reason="", by=SYSTEM, clock=clock)
    service.change_state(db, resident, ResidentState.DECEASED, since=day(-2), reason="家属", by=SYSTEM, clock=clock)
    with pytest.raises(Conflict, match="state-step"):
        service.change_state(db, resident, ResidentState.ACTIVE, reason="", by=SYSTEM, clock=clock)
    with pytest.raises(Conflict, match="state-before-last"):
        service.change_state(
            db, resident, ResidentState.ACTIVE, since=day(-3), reason="误报", correction=True, by=SYSTEM, clock=clock
        )
    service.change_state(db, resident, ResidentState.ACTIVE, reason="误报", correction=True, by=SYSTEM, clock=clock)
    assert look(db, resident).state is ResidentState.ACTIVE


def test_a_new_card_is_pending_with_the_next_code(db: Session, clock: FixedClock) -> None:
    one(db, clock)
    values = CARD | {
        "diets": [Diet.SOFT],
        "strict_diets": ["halal"],
        "contacts": [("赵女", "女儿", "139 0000 0001", True)],
    }
    resident = service.add_resident(db, values, by=SYSTEM, clock=clock)
    found = look(db, resident)
    assert (found.code, found.state, found.name_initials) == ("R00002", ResidentState.PENDING, "zgq")
    assert (found.diets, found.strict_diets) == ((Diet.SOFT, Diet.HALAL), {Diet.HALAL})
    assert found.contacts[0].phone == "13900000001"


def test_a_card_for_somebody_who_has_one_is_refused_until_a_person_knows_them_apart(
    db: Session, clock: FixedClock
) -> None:
    areas(db, clock)
    service.add_resident(db, CARD, by=SYSTEM, clock=clock)
    with pytest.raises(Conflict, match="person-maybe-twice"):
        service.add_resident(db, CARD, by=SYSTEM, clock=clock)
    assert service.add_resident(db, CARD, known_apart=True, by=SYSTEM, clock=clock)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": " "}, "cell-empty"), ({"birth_date": "昨天"}, "not-a-date"), ({"phone": "12"}, "not-a-phone"),
        ({"street_code": "110101099"}, "street-unknown"), ({"id_number": "123"}, "id-number-length"), ({"living": "moon"}, "field-unreadable"),
        ({"contacts": [("", "", "13900000001", True)]}, "cell-empty"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_refused_by_name(db: Session, clock: FixedClock, wrong: dict[str, object], code: str) -> None:
    areas(db, clock)
    with pytest.raises(MealrouteError, match=code):
        service.add_resident(db, CARD | wrong, by=SYSTEM, clock=clock)


def test_changing_a_card_reports_only_what_differs(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock, 饮食="低糖", 严格忌口="忌花生")
    assert service.change_resident(db, resident, {"note": "耳背", "name": "王玉兰"}, by=SYSTEM, clock=clock) == (
        "note",
    )
    assert service.change_resident(db, resident, {"note": "耳背"}, by=SYSTEM, clock=clock) == ()
    service.change_resident(db, resident, {"diets": [Diet.SOFT, Diet.NO_PEANUT]}, by=SYSTEM, clock=clock)
    assert look(db, resident).diets == (Diet.SOFT, Diet.NO_PEANUT)
    assert look(db, resident).strict_diets == {Diet.NO_PEANUT}


def test_a_point_is_stored_in_wgs84_whatever_the_map(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    lon, lat = from_wgs84(LonLat(116.41, 39.92), Datum.BD09)
    point = service.set_point(db, resident, lon, lat, Datum.BD09, Precision.DOOR, by=SYSTEM, clock=clock)
    assert (round(point.lon, 6), round(point.lat, 6)) == (116.41, 39.92)
    assert look(db, resident).point_confirmed_by == "mealroute"
    service.clear_point(db, resident, reason="门牌拆了", by=SYSTEM, clock=clock)
    assert [r.id for r in queries.unlocated(db, scope=EVERYWHERE, day=DAY)] == [resident]


@pytest.mark.parametrize(("lon", "lat"), [(39.92, 116.41), (121.4, 31.2), (200.0, 39.9), (float("nan"), 39.9)])
def test_a_point_far_from_the_street_is_refused(db: Session, clock: FixedClock, lon: float, lat: float) -> None:
    resident = one(db, clock)
    with pytest.raises(MealrouteError, match="point-far"):
        service.set_point(db, resident, lon, lat, Datum.WGS84, Precision.DOOR, by=SYSTEM, clock=clock)


def test_a_reveal_needs_a_reason_and_is_recorded_without_the_values(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock, 电话="13900000001", 身份证号="110101194001019914")
    with pytest.raises(MealrouteError, match="reveal-without-reason"):
        service.reveal(db, resident, ["phone"], "  ", by=SYSTEM, clock=clock)
    shown = service.reveal(db, resident, ["phone", "id_number"], "核对身份", by=clerk(DONGHUAMEN), clock=clock)
    assert shown == {"phone": "13900000001", "id_number": "110101194001019914"}
    event, *_rest = audit.events(db, action="residents.revealed")
    assert (event.actor, event.reason, event.detail) == ("李调度", "核对身份", {"fields": ["id_number", "phone"]})


def test_another_streets_clerk_finds_nobody(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    other = clerk(JINGSHAN)
    with pytest.raises(NotFound):
        queries.resident(db, resident, scope=other.scope, day=DAY)
    for act in (
        lambda: service.reveal(db, resident, ["phone"], "x", by=other, clock=clock),
        lambda: service.change_resident(db, resident, {"note": "x"}, by=other, clock=clock),
        lambda: service.pause(db, resident, DAY, None, PauseReason.AWAY, by=other, clock=clock),
        lambda: service.change_state(db, resident, ResidentState.STOPPED, reason="", by=other, clock=clock),
        lambda: service.set_point(db, resident, 116.4, 39.9, Datum.WGS84, Precision.DOOR, by=other, clock=clock),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(MealrouteError, match="street-unknown"):
        service.change_resident(db, resident, {"street_code": JINGSHAN}, by=clerk(DONGHUAMEN), clock=clock)
    assert queries.active_on(db, DAY, scope=other.scope) == ()
    assert queries.by_code(db, "R1", scope=other.scope, day=DAY) is None
