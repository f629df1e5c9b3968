"""By what the checks know that two vendors are one business: however it was written, and without reading the telephone."""

from __future__ import annotations

from sqlalchemy import Engine

from mealroute.checks.world_reading import vendors_of
from mealroute.core import db as database
from mealroute.vendors.models import Vendor


def test_the_same_licence_credit_code_or_telephone_is_known_however_it_is_written(any_engine: Engine) -> None:
    assert any_engine is database.engine()
    with database.unit_of_work() as db:
        db.add(
            Vendor(
                code="A", name="示例一", licence_no="JY1 1101-0101", uscc="91110101ma0001abcd", phone="138 0000-0101"
            )
        )
        db.add(
            Vendor(
                code="B",
                name="示例二",
                licence_no="ＪＹ１１１０１０１０１",
                uscc="91110101MA0001ABCD",
                phone="+8613800000101",
            )
        )
        db.add(Vendor(code="C", name="示例三", licence_no=" - "))
    with database.unit_of_work(read_only=True) as db:
        found = vendors_of(db)
    assert len(found["A"].papers) == 3
    assert found["A"].papers == found["B"].papers
    assert not any("13800000101" in paper for paper in found["A"].papers)
    assert not found["C"].papers
