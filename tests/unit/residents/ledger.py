"""A small ledger for these tests: two streets, and rows as a sheet would bring them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from mealroute.areas.service import import_areas
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import Clock
from mealroute.core.importing import ImportResult, Sheet
from mealroute.residents.records import ResidentId
from mealroute.residents.service import import_residents

DONGHUAMEN, JINGSHAN = "110101001", "110101002"
NEEDED = {"编号": "R1", "姓名": "王玉兰", "出生日期": "1940-01-01", "街道编码": DONGHUAMEN, "地址": "韶九胡同 5 号"}
EVERYWHERE = Scope.everything()


def areas(db: Session, clock: Clock) -> None:
    rows = {
        1: ["街道编码", "街道", "经度", "纬度"],
        2: [DONGHUAMEN, "东华门街道", 116.406, 39.914],
        3: [JINGSHAN, "景山街道", None, None],
    }
    import_areas(db, Sheet("areas.csv", "", rows), by=SYSTEM, clock=clock)


def sheet(*people: dict[str, Any], name: str = "老人") -> Sheet:
    """Each dict is a row; what a needed column lacks is filled in, with a code by position."""
    full = [{**NEEDED, "编号": f"R{n}", **person} for n, person in enumerate(people, start=1)]
    headings = list(dict.fromkeys(heading for person in full for heading in person))
    rows = {1: headings} | {n: [person.get(heading) for heading in headings] for n, person in enumerate(full, start=2)}
    return Sheet("residents.xlsx", name, rows, "d" * 64)


def bring(db: Session, clock: Clock, *people: dict[str, Any]) -> ImportResult:
    """Import these people; the streets come first."""
    areas(db, clock)
    return import_residents(db, sheet(*people), by=SYSTEM, clock=clock)


def one(db: Session, clock: Clock, **person: Any) -> ResidentId:
    """Import one person and give the id."""
    from mealroute.residents.queries import ids_by_code

    result = bring(db, clock, person)
    assert not result.problems, result.problems
    return ids_by_code(db)["R1"]


def clerk(*streets: str) -> Actor:
    return Actor(account_id=7, name="李调度", role=Role.DISPATCHER, scope=Scope(streets=frozenset(streets)))
