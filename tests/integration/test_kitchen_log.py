"""The kitchen's log on a real database: written once, corrected by later rows, watched, handed out."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.audit import events
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.kitchen import boxes, log, log_exports, log_queries
from mealroute.kitchen.box_records import BoxInput, BoxKind, BoxWay
from mealroute.kitchen.log_records import Action, ReadingInput, ReadingKind, SampleInput
from tests.integration.planning_world import DAY, build_world

COOK = Actor(account_id=1, name="赵厨师", role=Role.KITCHEN, scope=Scope(streets=frozenset(), kitchen="K1"))
OTHER = Actor(account_id=2, name="钱厨师", role=Role.KITCHEN, scope=Scope(streets=frozenset(), kitchen="K2"))
ALL = Scope.everything()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 9, 2, 30, tzinfo=UTC))


@pytest.fixture(autouse=True)
def _world(db: Session) -> None:
    build_world(db, doors=3, stations=0)


def _reading(clock: FixedClock, tenths: int = 750, **more: object) -> ReadingInput:
    values: dict[str, object] = {
        "client_id": f"reading-{tenths}", "day": DAY, "slot": "lunch", "kind": ReadingKind.COOKED_CORE, "kitchen_code": "K1",
        "tenths": tenths, "at": clock.now(), "dish_code": "D1",
    }  # fmt: skip
    return ReadingInput(**{**values, **more})  # type: ignore[arg-type]


def _sample(clock: FixedClock, **more: object) -> SampleInput:
    values: dict[str, object] = {
        "client_id": "sample-0001", "day": DAY, "slot": "lunch", "kitchen_code": "K1", "dish_code": "D1", "grams": 130,
        "taken_at": clock.now(), "place": "冰箱 2",
    }  # fmt: skip
    return SampleInput(**{**values, **more})  # type: ignore[arg-type]


def test_a_reading_sent_twice_is_one_row(db: Session, clock: FixedClock) -> None:
    assert log.record_reading(db, _reading(clock), by=COOK, clock=clock)
    assert not log.record_reading(db, _reading(clock), by=COOK, clock=clock)
    (row,) = log_queries.readings(db, DAY, DAY, scope=ALL)
    assert (row.tenths, row.dish_name, row.by_name, row.in_range) == (750, "红烧豆腐", "赵厨师", True)


def test_a_reading_out_of_range_is_watched_until_a_named_person_closes_it(db: Session, clock: FixedClock) -> None:
    entry = _reading(clock, 550, action=Action.REHEATED, again_tenths=740)
    log.record_reading(db, entry, by=COOK, clock=clock)
    (watch,) = log_queries.watches(db, scope=ALL)
    assert (watch.owner, watch.reading.again_tenths) == ("央厨 1", 740)
    with pytest.raises(MealrouteError, match="named-person-missing"):
        log.close_watch(db, watch.id, named_person=" ", how="看过", by=COOK, clock=clock)
    log.close_watch(db, watch.id, named_person="孙主任", how="再加热后已发出", by=COOK, clock=clock)
    assert log_queries.watches(db, scope=ALL) == ()
    with pytest.raises(Conflict):
        log.close_watch(db, watch.id, named_person="孙主任", how="再看", by=COOK, clock=clock)


def test_a_correction_leaves_both_rows_and_ends_the_watch(db: Session, clock: FixedClock) -> None:
    log.record_reading(db, _reading(clock, 75, action=Action.DISCARDED), by=COOK, clock=clock)
    (wrong,) = log_queries.readings(db, DAY, DAY, scope=ALL)
    mended = _reading(clock, 750, corrects_id=wrong.id, correction="少写一位")
    log.record_reading(db, mended, by=COOK, clock=clock)
    assert [(row.tenths, row.corrected) for row in log_queries.readings(db, DAY, DAY, scope=ALL)] == [
        (75, True), (750, False),
    ]  # fmt: skip
    assert log_queries.watches(db, scope=ALL) == ()


def test_a_row_is_corrected_once(db: Session, clock: FixedClock) -> None:
    log.record_reading(db, _reading(clock), by=COOK, clock=clock)
    (row,) = log_queries.readings(db, DAY, DAY, scope=ALL)
    log.record_reading(db, _reading(clock, 760, corrects_id=row.id, correction="看错"), by=COOK, clock=clock)
    with pytest.raises(Conflict, match="row-corrected"):
        log.record_reading(db, _reading(clock, 770, corrects_id=row.id, correction="看错"), by=COOK, clock=clock)


def test_a_kitchen_writes_and_reads_only_its_own_log(db: Session, clock: FixedClock) -> None:
    with pytest.raises(NotFound):
        log.record_reading(db, _reading(clock), by=OTHER, clock=clock)
    log.record_reading(db, _reading(clock), by=COOK, clock=clock)
    assert log_queries.readings(db, DAY, DAY, scope=OTHER.scope) == ()
    assert log_queries.readings(db, DAY, DAY, scope=Scope(streets=frozenset(), vendor="V2")) == ()
    assert len(log_queries.readings(db, DAY, DAY, scope=Scope(streets=frozenset(), vendor="V1"))) == 1


def test_a_sample_is_kept_its_hours_and_then_discarded_by_somebody(db: Session, clock: FixedClock) -> None:
    log.record_sample(db, _sample(clock), by=COOK, clock=clock)
    (kept,) = log_queries.kept_samples(db, scope=ALL)
    assert kept.keep_until - kept.taken_at == timedelta(hours=48)
    with pytest.raises(MealrouteError, match="sample-too-young"):
        log.discard_sample(db, kept.id, by=COOK, clock=clock)
    clock.at += timedelta(hours=48)
    assert log.discard_sample(db, kept.id, by=COOK, clock=clock, by_name="周师傅")
    assert not log.discard_sample(db, kept.id, by=COOK, clock=clock)
    (row,) = log_queries.samples(db, DAY, DAY, scope=ALL)
    assert row.discarded_by == "周师傅"
    assert log_queries.kept_samples(db, scope=ALL) == ()


def test_nothing_of_the_log_is_edited_in_place(db: Session, clock: FixedClock) -> None:
    from mealroute.kitchen.models import TemperatureReading

    log.record_reading(db, _reading(clock), by=COOK, clock=clock)
    row = db.get(TemperatureReading, 1)
    assert row
    row.tenths = 800
    with pytest.raises((ValueError, DBAPIError)):
        db.flush()
    db.rollback()


def test_the_log_as_a_file_has_every_row_and_is_recorded(db: Session, clock: FixedClock) -> None:
    log.record_reading(db, _reading(clock, 550, action=Action.DISCARDED), by=COOK, clock=clock)
    (row,) = log_queries.readings(db, DAY, DAY, scope=ALL)
    log.record_reading(db, _reading(clock, 750, corrects_id=row.id, correction="看错"), by=COOK, clock=clock)
    file = log_exports.export_log(
        db, DAY, DAY, what="temperatures", kind="csv", reason="市场监管检查", by=SYSTEM, clock=clock
    )
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [(each["温度 ℃"], each["有效"]) for each in rows] == [("55", "否"), ("75", "是")]
    (event,) = events(db, action="kitchen.log-exported")
    assert (event.rows, event.reason, event.digest) == (2, "市场监管检查", file.digest)


def test_an_export_without_a_reason_is_refused(db: Session, clock: FixedClock) -> None:
    with pytest.raises(MealrouteError, match="reason-missing"):
        log_exports.export_log(db, DAY, DAY, what="samples", kind="xlsx", reason=" ", by=SYSTEM, clock=clock)


# -- boxes -------------------------------------------------------------------------------------------------------
def _boxes(client_id: str, way: BoxWay, count: int, **more: object) -> BoxInput:
    values: dict[str, object] = {
        "client_id": client_id, "day": DAY, "slot": "lunch", "kitchen_code": "K1", "vehicle_code": "E11", "route": 1, "trip": 1,
        "kind": BoxKind.HOT, "way": way, "count": count,
    }  # fmt: skip
    return BoxInput(**{**values, **more})  # type: ignore[arg-type]


def test_boxes_are_counted_once_and_what_is_away_is_known(db: Session, clock: FixedClock) -> None:
    assert boxes.count_boxes(db, _boxes("box-1", BoxWay.OUT, 4), by=COOK, clock=clock)
    assert not boxes.count_boxes(db, _boxes("box-1", BoxWay.OUT, 4), by=COOK, clock=clock)
    out_at = clock.now()
    clock.at += timedelta(hours=30)
    boxes.count_boxes(db, _boxes("box-2", BoxWay.BACK, 3, trip=0), by=COOK, clock=clock)
    (balance,) = boxes.balances(db, DAY, scope=COOK.scope, now=clock.now())
    assert (balance.out, balance.back, balance.away, balance.missing, balance.since) == (4, 3, 1, 1, out_at)
    assert boxes.balances(db, DAY, scope=OTHER.scope, now=clock.now()) == ()


def test_a_miscount_is_mended_by_a_later_row_and_keeps_its_time(db: Session, clock: FixedClock) -> None:
    boxes.count_boxes(db, _boxes("box-1", BoxWay.OUT, 40), by=COOK, clock=clock)
    (wrong,) = boxes.counts(db, scope=ALL)
    clock.at += timedelta(hours=1)
    mended = _boxes("box-2", BoxWay.OUT, 4, corrects_id=wrong.id, note="多写一个零")
    boxes.count_boxes(db, mended, by=COOK, clock=clock)
    assert [(row.count, row.corrected, row.at) for row in boxes.counts(db, scope=ALL)] == [
        (40, True, wrong.at), (4, False, wrong.at),
    ]  # fmt: skip


def test_another_kitchens_boxes_are_not_counted(db: Session, clock: FixedClock) -> None:
    with pytest.raises(NotFound):
        boxes.count_boxes(db, _boxes("box-1", BoxWay.OUT, 4), by=OTHER, clock=clock)
