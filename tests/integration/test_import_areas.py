"""Streets and communities, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.adapters import sheets
from mealroute.areas import queries
from mealroute.areas.imports import street_code
from mealroute.areas.models import District
from mealroute.areas.service import import_areas
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.cells import CellError
from mealroute.core.clock import FixedClock
from mealroute.core.geo import LonLat
from mealroute.core.importing import ImportResult

HEAD = "街道编码,街道,英文名,社区,经度,纬度,来源\n"


def bring(db: Session, clock: FixedClock, *lines: str) -> ImportResult:
    return import_areas(db, sheets.read_bytes((HEAD + "\n".join(lines)).encode(), "areas.csv"), by=SYSTEM, clock=clock)


def test_streets_with_their_communities_enter_once(db: Session, clock: FixedClock) -> None:
    lines = (
        "110101001,东华门街道,Donghuamen,韶九社区,116.406,39.914,示例",
        "110101001,东华门街道,,多福巷社区,,,",
        "110101002,景山街道,,,,,",
    )
    assert (bring(db, clock, *lines).added, bring(db, clock, *lines).unchanged) == (3, 3)
    first, second = queries.streets(db)
    assert (first.name, first.name_en, first.point, first.district_code) == (
        "东华门街道",
        "Donghuamen",
        LonLat(116.406, 39.914),
        "110101",
    )
    assert second.point is None
    assert [item.name for item in queries.communities(db, "110101001")] == ["韶九社区", "多福巷社区"]
    assert queries.street_names(db) == {"110101001": "东华门街道", "110101002": "景山街道"}
    assert db.scalar(select(func.count()).select_from(District)) == 1


def test_a_changed_name_is_written_and_counted(db: Session, clock: FixedClock) -> None:
    bring(db, clock, "110101001,东华门,,,,,")
    result = bring(db, clock, "110101001,东华门街道,,,,,")
    assert (result.added, result.changed) == (0, 1)
    assert queries.streets(db)[0].dispatch_owner == "东华门街道调度"


def test_what_is_wrong_is_named_and_the_rest_enters(db: Session, clock: FixedClock) -> None:
    result = bring(
        db,
        clock,
        "110101001,东华门街道,,甲,116.4,,",
        "110101001,东华门大街,,乙,,,",
        "110101001,东华门街道,,甲,,,",
        "1101,短,,,,,",
        "110101003,,,,,,",
    )
    assert [(p.row, p.code) for p in result.problems] == [
        (2, "point-incomplete"), (3, "name-differs"), (4, "row-twice"), (5, "not-a-street-code"), (6, "cell-empty"),
    ]  # fmt: skip
    assert (result.added, result.set_aside) == (1, 4)


def test_a_scope_limits_the_streets(db: Session, clock: FixedClock) -> None:
    bring(db, clock, "110101001,东华门街道,,,,,", "110101002,景山街道,,,,,")
    assert [street.code for street in queries.streets(db, scope=Scope(streets=frozenset({"110101002"})))] == [
        "110101002"
    ]


def test_a_street_code_is_nine_digits_or_twelve_that_end_in_zeros() -> None:
    assert [street_code(x) for x in (110101001.0, "１１０１０１００１", "110101001000")] == ["110101001"] * 3
    for wrong in ("110101", "110101001001", "东华门"):
        with pytest.raises(CellError):
            street_code(wrong)
