"""Reads of paper: the register of packs within the streets of a person, and which street each line of a plan belongs to."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.orders.models import BookLine
from mealroute.paper.models import PaperPack, PaperPackAct
from mealroute.paper.records import PackAct, PackActRecord, PackBasis, PackId, PackRecord
from mealroute.planning.models import PlanLine


def packs(db: Session, day: date, slot: str, *, scope: Scope) -> tuple[PackRecord, ...]:
    """Every pack of a day within the scope, by street (the district's part first), the newest of each first."""
    query = select(PaperPack).where(PaperPack.day == day, PaperPack.slot == slot, *_in_scope(scope))
    return _records(db, db.scalars(query.order_by(PaperPack.street_code, PaperPack.id.desc())).all())


def pack(db: Session, pack_id: PackId | int, *, scope: Scope) -> PackRecord:
    """One pack. Raises NotFound, also where it lies outside the scope."""
    row = db.scalar(select(PaperPack).where(PaperPack.id == pack_id, *_in_scope(scope)))
    if row is None:
        raise NotFound("pack-not-found", _("There is no such paper pack."))
    return _records(db, [row])[0]


def newest(found: Iterable[PackRecord]) -> tuple[PackRecord, ...]:
    """Of packs of one day the last one of each street whose file is still there."""
    last: dict[str, PackRecord] = {}
    for each in found:
        if each.kept and (each.street_code not in last or each.id > last[each.street_code].id):
            last[each.street_code] = each
    return tuple(last[code] for code in sorted(last))


def acts(db: Session, pack_ids: Iterable[int]) -> tuple[PackActRecord, ...]:
    """What people did with these packs, the newest first."""
    query = select(PaperPackAct).where(PaperPackAct.pack_id.in_(sorted(set(pack_ids)))).order_by(PaperPackAct.id.desc())
    return tuple(
        PackActRecord(pack_id=PackId(row.pack_id), act=PackAct(row.act), by_name=row.by_name, role=row.role, at=row.at)
        for row in db.scalars(query)
    )


def made_since(db: Session, day: date, slot: str, moment: datetime) -> frozenset[str]:
    """The streets whose pack for a day was made at or after ``moment``."""
    query = select(PaperPack.street_code).where(
        PaperPack.day == day, PaperPack.slot == slot, PaperPack.made_at >= moment
    )
    return frozenset(db.scalars(query))


def outlived(db: Session, before: date) -> tuple[PackRecord, ...]:
    """Packs of days before ``before`` whose file is still kept."""
    gone = select(PaperPackAct.pack_id).where(PaperPackAct.act == PackAct.DELETED)
    query = select(PaperPack).where(PaperPack.day < before, PaperPack.id.not_in(gone)).order_by(PaperPack.id)
    return _records(db, db.scalars(query).all())


def street_of_line(db: Session, version_id: int) -> dict[int, str]:
    """Book line → street, of everybody who has a place in a version."""
    query = (
        select(BookLine.id, BookLine.street_code)
        .join(PlanLine, PlanLine.book_line_id == BookLine.id)
        .where(PlanLine.version_id == version_id, PlanLine.visit_id.is_not(None))
    )
    return dict(db.execute(query).tuples().all())


def _in_scope(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """The condition under which a pack is within reach: the district's part holds everybody, so it needs the whole district."""
    return () if scope.streets is None else (PaperPack.street_code.in_(sorted(scope.streets)),)


def _records(db: Session, rows: Iterable[PaperPack]) -> tuple[PackRecord, ...]:
    found = list(rows)
    query = select(PaperPackAct.pack_id).where(
        PaperPackAct.act == PackAct.DELETED, PaperPackAct.pack_id.in_([row.id for row in found])
    )
    gone = frozenset(db.scalars(query))
    return tuple(
        PackRecord(
            id=PackId(row.id), day=row.day, slot=row.slot, street_code=row.street_code, basis=PackBasis(row.basis), basis_day=row.basis_day,
            version_number=row.version_number, file=row.file, sha256=row.sha256, size=row.size, pages=row.pages, sheets=row.sheets,
            portions=row.portions, people=row.people, made_at=row.made_at, made_by=row.made_by, kept=row.id not in gone,
        )
        for row in found
    )  # fmt: skip
