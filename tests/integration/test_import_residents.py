"""The residents sheet into the ledger, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from mealroute.adapters import sheets
from mealroute.adapters.coordinates import Datum, from_wgs84
from mealroute.areas.service import import_areas
from mealroute.core import audit
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.core.geo import LonLat
from mealroute.core.import_batches import ImportBatch
from mealroute.residents import queries
from mealroute.residents.models import Contact, Pause, Resident, ResidentCategory, ResidentDiet, StateChange
from mealroute.residents.records import Diet, Handover, Precision, ResidentRecord, ResidentState
from mealroute.residents.service import cancel_pause, change_resident, change_state, import_residents, set_point
from tests.unit.residents.ledger import DONGHUAMEN, EVERYWHERE, JINGSHAN, areas, bring, clerk, sheet

DAY = date(2026, 3, 9)
SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample" / "dongcheng"
TABLES = (Resident, ResidentDiet, ResidentCategory, Contact, Pause, StateChange)
ID = "110101194001019914"


def content(db: Session) -> list[list[tuple[object, ...]]]:
    """Every row of the ledger, without what encryption makes different each time."""
    hidden = {"id_number", "phone", "updated_at"}
    return [
        [
            tuple(row)
            for row in db.execute(
                select(*[c for c in t.__table__.c if c.name not in hidden]).order_by(t.__table__.c.id)
            )
        ]
        for t in TABLES
    ]


def record(db: Session, code: str = "R1", day: date = DAY) -> ResidentRecord:
    found = queries.by_code(db, code, scope=EVERYWHERE, day=day)
    assert found is not None
    return found


def test_a_whole_row_arrives(db: Session, clock: FixedClock) -> None:
    result = bring(
        db, clock,
        {
            "姓名": "𠮷玉兰", "性别": "女", "电话": "139 0000 0001", "社区": "韶九社区", "楼号": "3 号楼", "单元": "2", "楼层": 5, "电梯": "是",
            "门口提示": "敲重些", "居住情况": "独居", "能力等级": 2.0, "评估日期": 46000, "类别": "低保；失智", "基本养老服务对象": "是",
            "认定日期": "2024-01-01", "饮食": "低糖、软食", "严格忌口": "忌花生", "交接要求": "可放门口", "状态": "在服务", "联系人1": "王女",
            "联系人1关系": "女儿", "联系人1电话": "13900000002", "备注": "耳背", "猫": "有",
        },
    )  # fmt: skip
    found = record(db)
    assert (result.added, result.problems) == (1, ())
    assert (found.name, found.name_pinyin, found.phone, found.floor, found.has_lift) == (
        "𠮷玉兰",
        "𠮷yulan",
        "13900000001",
        5,
        True,
    )
    assert found.diets == (Diet.LOW_SUGAR, Diet.SOFT, Diet.NO_PEANUT)
    assert found.strict_diets == {Diet.NO_PEANUT}
    assert found.categories == (
        "advanced-age-alone",
        "dementia",
        "living-alone",
        "disabled-moderate",
        "minimum-living",
        "advanced-age",
    )
    assert found.handover is Handover.IN_PERSON_ONLY
    assert [(c.name, c.phone) for c in found.contacts] == [("王女", "13900000002")]
    assert db.scalar(select(Resident.extra)) == {"猫": "有"}


def test_numbers_are_encrypted_in_the_table_and_found_by_their_index(db: Session, clock: FixedClock) -> None:
    bring(db, clock, {"身份证号": ID, "电话": "13900000001"})
    stored = db.execute(text("select id_number, phone from resident")).one()
    assert not any(number in str(stored) for number in (ID, "13900000001"))
    assert record(db).has_id_number


def test_the_same_file_twice_changes_nothing(db: Session, clock: FixedClock) -> None:
    people = [
        {
            "姓名": f"王{n}",
            "饮食": "低糖",
            "类别": "低保",
            "状态": "暂停",
            "暂停起": "2026-03-01",
            "联系人1": "甲",
            "联系人1电话": "13900000009",
        }
        for n in range(3)
    ]
    bring(db, clock, *people)
    before = content(db)
    again = import_residents(db, sheet(*people), by=SYSTEM, clock=FixedClock(datetime(2026, 4, 1, tzinfo=UTC)))
    assert (again.added, again.changed, again.unchanged, again.problems) == (0, 0, 3, ())
    assert content(db) == before
    assert db.scalar(select(func.count()).select_from(ImportBatch).where(ImportBatch.kind == "residents")) == 2


PERSON = st.fixed_dictionaries(
    {},
    optional={
        "饮食": st.sampled_from(["低糖", "软食；低盐", "清真", "随便", ""]),
        "严格忌口": st.sampled_from(["忌花生", ""]),
        "类别": st.sampled_from(["低保", "独居", "失智；百岁老人", "高龄", ""]),
        "居住情况": st.sampled_from(["独居", "夫妻", "?", ""]),
        "能力等级": st.sampled_from([0, 3, "重度", "x", ""]),
        "状态": st.sampled_from(["在服务", "暂停", "停止", "去世", "待审", ""]),
        "暂停起": st.sampled_from(["2026-03-01", "2026-03-20", ""]),
        "暂停止": st.sampled_from(["2026-03-10", "2026-04-01", ""]),
        "电话": st.sampled_from(["13900000001", "1", ""]),
        "身份证号": st.sampled_from([ID, "110101194001019910", 1.1e17, ""]),
        "联系人1": st.sampled_from(["甲", ""]),
        "联系人1电话": st.sampled_from(["13900000002", ""]),
        "经度": st.sampled_from([116.4, 200, ""]),
        "纬度": st.sampled_from([39.9, ""]),
        "坐标系": st.sampled_from(["gcj02", "月球", ""]),
    },
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(people=st.lists(PERSON, min_size=1, max_size=5))
def test_importing_any_sheet_twice_is_importing_it_once(sqlite_db: Session, people: list[dict[str, object]]) -> None:
    clock = FixedClock(datetime(2026, 3, 9, tzinfo=UTC))
    named = [{"姓名": f"王{n}", **person} for n, person in enumerate(people)]
    with sqlite_db.begin_nested() as save:
        first = bring(sqlite_db, clock, *named)
        sqlite_db.expire_all()
        before = content(sqlite_db)
        second = import_residents(sqlite_db, sheet(*named), by=SYSTEM, clock=clock)
        sqlite_db.expire_all()
        assert (second.added, second.changed) == (0, 0)
        assert content(sqlite_db) == before
        assert second.unchanged == first.added
        assert first.added + first.set_aside == len(named)
        save.rollback()


def test_only_what_the_sheet_speaks_of_changes(db: Session, clock: FixedClock) -> None:
    bring(
        db,
        clock,
        {"电话": "13900000001", "饮食": "清真", "备注": "耳背", "联系人1": "甲", "联系人1电话": "13900000002"},
    )
    result = bring(db, clock, {"备注": "视力差"})
    assert (result.changed, result.unchanged) == (1, 0)
    found = record(db)
    assert (found.phone, found.diets, found.note, len(found.contacts)) == ("13900000001", (Diet.HALAL,), "视力差", 1)


def test_a_bad_cell_does_not_wipe_out_what_was_known(db: Session, clock: FixedClock) -> None:
    bring(db, clock, {"电话": "13900000001", "楼层": 3})
    bring(db, clock, {"电话": "问女儿", "楼层": "顶楼"})
    assert (record(db).phone, record(db).floor) == ("13900000001", 3)


def test_a_wrong_id_number_is_reported_and_its_owner_is_fed_all_the_same(db: Session, clock: FixedClock) -> None:
    result = bring(db, clock, {"身份证号": "110101194001019910"}, {"姓名": "李四", "身份证号": 110101194001019900.0})
    assert result.added == 2
    assert [(p.code, p.row, p.set_aside) for p in result.problems] == [
        ("id-number-checksum", 2, False),
        ("number-rounded", 3, False),
    ]
    assert not record(db).has_id_number


def test_an_unknown_diet_sets_the_row_aside_rather_than_feeding_someone_wrongly(db: Session, clock: FixedClock) -> None:
    result = bring(db, clock, {"饮食": "生酮"}, {"姓名": "李四"})
    assert (result.added, result.set_aside) == (1, 1)
    assert [p.code for p in result.problems] == ["unknown-word"]


def test_an_unknown_street_sets_the_row_aside(db: Session, clock: FixedClock) -> None:
    result = bring(db, clock, {"街道编码": "110101099"}, {"姓名": "李四"})
    assert (result.added, [p.code for p in result.problems]) == (1, ["street-unknown"])


def test_the_same_person_under_another_code_waits_for_somebody_to_decide(db: Session, clock: FixedClock) -> None:
    bring(db, clock, {"身份证号": ID})
    result = bring(db, clock, {"编号": "R8", "姓名": "别名", "身份证号": ID}, {"编号": "R9"})
    assert (result.added, [(p.code, p.set_aside) for p in result.problems]) == (
        0,
        [("person-twice", True), ("person-maybe-twice", True)],
    )


def test_two_people_at_one_door_with_one_phone_both_enter(db: Session, clock: FixedClock) -> None:
    assert bring(db, clock, {"姓名": "王大", "电话": "64010001"}, {"姓名": "李二", "电话": "64010001"}).added == 2


def test_a_point_in_the_maps_datum_is_kept_and_converted(db: Session, clock: FixedClock) -> None:
    lon, lat = from_wgs84(LonLat(116.41, 39.92), Datum.GCJ02)
    bring(
        db,
        clock,
        {"经度": lon, "纬度": lat, "坐标系": "高德", "坐标精度": "门"},
        {"姓名": "李四", "经度": lon, "纬度": lat, "坐标系": "月球"},
    )
    found = record(db)
    assert found.point is not None
    assert (round(found.point.lon, 6), round(found.point.lat, 6), found.datum_original) == (116.41, 39.92, Datum.GCJ02)
    assert record(db, "R2").point is None
    assert [r.code for r in queries.unlocated(db, scope=EVERYWHERE, day=DAY)] == ["R2"]


def test_a_point_that_a_person_has_confirmed_is_left_alone(db: Session, clock: FixedClock) -> None:
    bring(db, clock, {"经度": 116.41, "纬度": 39.92})
    set_point(db, record(db).id, 116.42, 39.93, Datum.WGS84, Precision.DOOR, by=SYSTEM, clock=clock)
    result = bring(db, clock, {"经度": 116.41, "纬度": 39.92})
    assert [p.code for p in result.problems] == ["point-confirmed"]
    assert record(db).point == LonLat(116.42, 39.93)


def test_diets_change_from_today_and_the_past_keeps_its_own(db: Session, clock: FixedClock) -> None:
    bring(db, clock, {"饮食": "低糖"})
    bring(db, clock, {"饮食": "软食"})
    assert record(db, day=date(2026, 3, 8)).diets == (Diet.LOW_SUGAR,)
    assert record(db).diets == (Diet.SOFT,)


def test_a_paused_row_is_an_active_person_with_a_pause(db: Session, clock: FixedClock) -> None:
    bring(db, clock, {"状态": "暂停", "暂停起": "2026-03-02", "暂停止": "2026-03-09", "暂停原因": "住院"})
    states = [record(db, day=date(2026, 3, n)).state for n in (1, 2, 9, 10)]
    assert states == [ResidentState.ACTIVE, ResidentState.PAUSED, ResidentState.PAUSED, ResidentState.ACTIVE]
    assert list(queries.pauses_on(db, DAY)) == [record(db).id]


def test_a_pause_that_somebody_took_back_does_not_return_with_the_old_sheet(db: Session, clock: FixedClock) -> None:
    row = {"状态": "在服务", "暂停起": "2026-03-20", "暂停止": "2026-03-25"}
    bring(db, clock, row)
    (held,) = queries.pauses(db, record(db).id)
    cancel_pause(db, held.id, by=SYSTEM, clock=clock)
    assert bring(db, clock, row).changed == 0
    assert record(db, day=date(2026, 3, 21)).state is ResidentState.ACTIVE


def test_a_sheet_may_move_the_end_of_a_pause(db: Session, clock: FixedClock) -> None:
    bring(db, clock, {"暂停起": "2026-03-20", "暂停止": "2026-03-25"})
    bring(db, clock, {"暂停起": "2026-03-20", "暂停止": "2026-03-22"})
    assert [(p.ends_on) for p in queries.pauses(db, record(db).id)] == [date(2026, 3, 22)]


def test_a_sheet_cannot_bring_back_the_dead(db: Session, clock: FixedClock) -> None:
    bring(db, clock, {})
    change_state(db, record(db).id, ResidentState.DECEASED, reason="家属告知", by=SYSTEM, clock=clock)
    result = bring(db, clock, {"状态": "在服务"})
    assert [(p.code, p.set_aside) for p in result.problems] == [("state-step", True)]
    assert record(db).state is ResidentState.DECEASED


def test_a_category_that_follows_by_itself_ends_with_its_cause(db: Session, clock: FixedClock) -> None:
    bring(db, clock, {"居住情况": "独居", "类别": "独居；高龄"})
    assert "living-alone" in record(db).categories
    change_resident(db, record(db).id, {"living": "with-family"}, by=SYSTEM, clock=clock)
    assert record(db).categories == ("advanced-age",)


def test_the_audit_names_the_fields_that_changed_and_never_their_values(db: Session, clock: FixedClock) -> None:
    bring(db, clock, {"电话": "13900000001"})
    bring(db, clock, {"电话": "13900000002", "地址": "新鲜胡同 7 号"})
    changed, *_rest = audit.events(db, action="residents.changed")
    assert changed.detail == {"fields": ["address", "phone"]}
    whole = str(audit.events(db))
    assert not any(secret in whole for secret in ("1390000", "王玉兰", "胡同"))
    file, *_rest = audit.events(db, action="residents.imported")
    assert (file.rows, file.digest, file.detail["changed"]) == (1, "d" * 64, 1)
    assert audit.verify(db) is None


def test_english_headings_and_words_are_as_good(db: Session, clock: FixedClock) -> None:
    areas(db, clock)
    head = "resident_code,name,birth_date,street_code,address,diets,state,lift\n"
    data = head + f"R1,Wang Yulan,1940-01-01,{JINGSHAN},5 Shaojiu Hutong,low-sugar;no-peanut,active,yes\n"
    result = import_residents(db, sheets.read_bytes(data.encode("gb18030"), "r.csv"), by=SYSTEM, clock=clock)
    assert (result.added, result.problems) == (1, ())
    assert record(db).diets == (Diet.LOW_SUGAR, Diet.NO_PEANUT)


def test_nothing_remains_of_an_import_that_is_rolled_back(db: Session, clock: FixedClock) -> None:
    db.commit()
    bring(db, clock, {"饮食": "低糖"})
    db.rollback()
    assert db.scalar(select(func.count()).select_from(Resident)) == 0
    assert audit.count(db) == 0


def test_the_sample_district_enters_and_its_awkward_rows_are_named(db: Session, clock: FixedClock) -> None:
    import_areas(db, sheets.read(SAMPLE / "areas.csv"), by=SYSTEM, clock=clock)
    first = import_residents(db, sheets.read(SAMPLE / "residents.xlsx"), by=SYSTEM, clock=clock)
    again = import_residents(db, sheets.read(SAMPLE / "residents.xlsx"), by=SYSTEM, clock=clock)
    assert {p.code for p in first.problems} == {"row-twice", "id-number-checksum"}
    assert (again.added, again.changed, again.unchanged) == (0, 0, first.added)
    active = queries.active_on(db, DAY, scope=EVERYWHERE)
    assert len(active) == 1500
    assert any("𠮷" in r.name for r in active)
    assert all(r.age_on(DAY) >= 60 for r in active)


def test_a_clerk_brings_in_only_their_own_street(db: Session, clock: FixedClock) -> None:
    bring(db, clock, {"备注": "东"}, {"姓名": "李四", "街道编码": JINGSHAN})
    moved = sheet(
        {"街道编码": JINGSHAN}, {"姓名": "李四", "备注": "改"}, {"姓名": "新人", "街道编码": JINGSHAN}, {"姓名": "张三"}
    )
    result = import_residents(db, moved, by=clerk(DONGHUAMEN), clock=clock)
    assert [(p.row, p.code, p.set_aside) for p in result.problems] == [
        (n, "street-out-of-reach", True) for n in (2, 3, 4)
    ]
    assert (result.added, result.changed) == (1, 0)
    assert record(db).street_code == DONGHUAMEN
