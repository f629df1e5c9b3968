"""The one box, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.clock import FixedClock
from mealroute.residents.models import Resident
from mealroute.residents.queries import count, search
from tests.unit.residents.ledger import DONGHUAMEN, EVERYWHERE, JINGSHAN, bring

DAY = date(2026, 3, 9)
PEOPLE = (
    {
        "姓名": "王玉兰",
        "电话": "13900000001",
        "社区": "韶九社区",
        "地址": "韶九胡同 5 号",
        "楼号": "3 号楼",
        "单元": "2 单元",
    },
    {"姓名": "曾庆国", "电话": "010-64012345", "街道编码": JINGSHAN, "地址": "米粮库胡同 12 号"},
    {"姓名": "单𠮷祥", "地址": "韶九胡同 7 号", "联系人1": "单女", "联系人1关系": "女儿", "联系人1电话": "13800000009"},
    {"姓名": "王亚丽", "地址": "Tower B, Dengshikou 6"},
    {"姓名": "欧阳_%", "地址": "东安门大街 1 号"},
    {"姓名": "吕桂花", "地址": "南池子 9 号"},
)


@pytest.fixture
def ledger(db: Session, clock: FixedClock) -> Session:
    bring(db, clock, *PEOPLE)
    return db


def codes(db: Session, text: str, scope: Scope = EVERYWHERE) -> list[str]:
    found = [person.code for person in search(db, text, scope=scope, day=DAY)]
    assert len(found) == count(db, text, scope=scope)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("王玉兰", ["R1"]), ("玉兰", ["R1"]), ("wyl", ["R4", "R1"]), ("WYL", ["R4", "R1"]), ("wangyulan", ["R1"]), ("wangyu", ["R1"]),
        ("wang yu lan", ["R1"]), ("wang yulan", ["R1"]), ("yulan", ["R1"]), ("lan", []), ("lvguihua", ["R6"]), ("lüguihua", ["R6"]), ("lyuguihua", ["R6"]), ("lu", ["R6"]), ("wang zeng", []), ("r3", ["R3"]), ("zeng", ["R2"]), ("zqg", ["R2"]), ("shan", ["R3"]), ("𠮷", ["R3"]), ("单𠮷祥", ["R3"]),
        ("139 0000 0001", ["R1"]), ("+8613900000001", ["R1"]), ("１３９０００００００１", ["R1"]), ("64012345", ["R2"]), ("010-64012345", ["R2"]),
        ("13800000009", ["R3"]), ("0001", []), ("韶九胡同5号", ["R1"]), ("韶九 胡同", ["R3", "R1"]), ("景山 曾", ["R2"]), ("东华门 玉兰", ["R1"]),
        ("3号楼2单元", ["R1"]), ("dengshikou", ["R4"]), ("TOWER B", ["R4"]), ("%", ["R5"]), ("_", ["R5"]), ("'; drop table", []), ("没有这人", []),
    ],
)  # fmt: skip
def test_a_person_is_found_by(ledger: Session, text: str, expected: list[str]) -> None:
    assert sorted(codes(ledger, text)) == sorted(expected)


def test_initials_of_a_name_come_in_the_order_of_its_pinyin(ledger: Session) -> None:
    assert codes(ledger, "wyl") == ["R4", "R1"]  # wangyali, wangyulan


def test_an_empty_box_lists_everyone_by_street_and_name(ledger: Session) -> None:
    assert codes(ledger, "  ") == ["R6", "R5", "R3", "R4", "R1", "R2"]
    assert [p.code for p in search(ledger, "", scope=EVERYWHERE, day=DAY, limit=2, offset=3)] == ["R4", "R1"]


def test_nobody_outside_the_scope_is_found_by_any_key(ledger: Session) -> None:
    jingshan = Scope(streets=frozenset({JINGSHAN}))
    assert [codes(ledger, text, jingshan) for text in ("王玉兰", "13900000001", "韶九", "R1", "wyl")] == [[]] * 5
    assert codes(ledger, "", jingshan) == ["R2"]
    assert codes(ledger, "", Scope(streets=frozenset())) == []
    assert "R2" not in codes(ledger, "", Scope(streets=frozenset({DONGHUAMEN})))


def test_a_list_shows_no_whole_name_and_no_door(ledger: Session) -> None:
    (found,) = search(ledger, "王玉兰", scope=EVERYWHERE, day=DAY)
    assert (found.name, found.address, found.age, found.street_name) == (
        "王*兰",
        "韶九胡同 5 号 3 号楼",
        86,
        "东华门街道",
    )
    assert "13900000001" not in repr(found)


def test_a_search_takes_the_same_few_statements_however_many_it_finds(ledger: Session) -> None:
    statements: list[str] = []
    engine = ledger.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    search(ledger, "王", scope=EVERYWHERE, day=DAY)
    one_word = len(statements)
    search(ledger, "", scope=EVERYWHERE, day=DAY)
    assert len(statements) == 2 * one_word
    assert one_word <= 9


KEYS = st.sampled_from(["name_key", "name_pinyin", "name_initials", "address_key", "code"])
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=3)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(surname=st.sampled_from("王曾单仇查解任盖𠮷"), given_name=HAN, house=HAN, key=KEYS)
def test_a_person_is_found_by_every_key_that_the_ledger_keeps(
    sqlite_db: Session, surname: str, given_name: str, house: str, key: str
) -> None:
    clock = FixedClock(datetime(2026, 3, 9, tzinfo=UTC))
    with sqlite_db.begin_nested() as save:
        bring(sqlite_db, clock, {"姓名": surname + given_name, "地址": house})
        stored = sqlite_db.scalar(select(getattr(Resident, key)))
        assert [p.code for p in search(sqlite_db, str(stored), scope=EVERYWHERE, day=DAY)] == ["R1"]
        save.rollback()
    sqlite_db.expire_all()
