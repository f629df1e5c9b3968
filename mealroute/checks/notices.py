"""Lists from outside (公安, 殡葬, 医保, 残联 …): what they say about residents, dated. The ledger itself is not changed by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.checks.models import OutsideNotice
from mealroute.core import audit, cells
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.crypto import blind_index
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.importing import CellProblem, Field, Sheet, parse_rows
from mealroute.core.once import insert_new
from mealroute.core.text import mask_name
from mealroute.residents.models import Resident


class NoticeKind(StrEnum):
    """What a list can say. Closed list; each kind is read by one check."""

    DECEASED = "deceased"
    MOVED_OUT = "moved-out"
    INSTITUTION = "institution"
    HOSPITAL = "hospital"
    MISSING = "missing"
    IMPRISONED = "imprisoned"
    NO_BASIC_SERVICE = "no-basic-service"
    OTHER_BENEFIT = "other-benefit"


SPELLINGS = {
    "死亡": NoticeKind.DECEASED, "去世": NoticeKind.DECEASED, "deceased": NoticeKind.DECEASED,
    "迁出": NoticeKind.MOVED_OUT, "moved-out": NoticeKind.MOVED_OUT,
    "入住机构": NoticeKind.INSTITUTION, "集中供养": NoticeKind.INSTITUTION, "institution": NoticeKind.INSTITUTION,
    "住院": NoticeKind.HOSPITAL, "hospital": NoticeKind.HOSPITAL, "失踪": NoticeKind.MISSING, "missing": NoticeKind.MISSING,
    "服刑": NoticeKind.IMPRISONED, "imprisoned": NoticeKind.IMPRISONED,
    "不再是基本养老服务对象": NoticeKind.NO_BASIC_SERVICE, "no-basic-service": NoticeKind.NO_BASIC_SERVICE,
    "其他补贴": NoticeKind.OTHER_BENEFIT, "重复享受": NoticeKind.OTHER_BENEFIT, "other-benefit": NoticeKind.OTHER_BENEFIT,
}  # fmt: skip
FIELDS = (
    Field("code", ("老人编号", "编号"), cells.at_most(40), default=""),
    Field("id_number", ("身份证号", "身份证号码"), cells.digits_as_text, default=""),
    Field("kind", ("类别", "情形"), cells.choice(SPELLINGS), required=True),
    Field("first", ("起", "日期", "起始日期"), cells.day, required=True),
    Field("last", ("止", "终止日期"), cells.day),
    Field("source", ("来源", "名单"), cells.at_most(120), required=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRecord:
    """One line of a list as a page shows it; the name is masked."""

    id: int
    resident_id: int
    resident_code: str
    name: str
    street_code: str
    kind: NoticeKind
    first_day: date
    last_day: date | None
    source: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What became of a list: lines that are new, lines that stood already, people who are in no ledger (counted, never named)."""

    new: int
    known: int
    strangers: int
    problems: tuple[CellProblem, ...]


def notices(db: Session, *, scope: Scope) -> tuple[NoticeRecord, ...]:
    """Every line that stands within the scope, the newest first."""
    withdrawn = select(OutsideNotice.withdraws_id).where(OutsideNotice.withdraws_id.is_not(None))
    query = (
        select(OutsideNotice, Resident.code, Resident.name, Resident.street_code)
        .join(Resident, Resident.id == OutsideNotice.resident_id)
        .where(OutsideNotice.withdraws_id.is_(None), OutsideNotice.id.not_in(withdrawn))
        .order_by(OutsideNotice.id.desc())
    )
    if scope.streets is not None:
        query = query.where(Resident.street_code.in_(sorted(scope.streets)))
    return tuple(
        NoticeRecord(
            id=row.id, resident_id=row.resident_id, resident_code=code, name=mask_name(name), street_code=street, kind=NoticeKind(row.kind),
            first_day=row.first_day, last_day=row.last_day, source=row.source, by_name=row.by_name, at=row.at,
        )
        for row, code, name, street in db.execute(query).tuples()
    )  # fmt: skip


def bring(db: Session, sheets: Sheet | Sequence[Sheet], *, by: Actor, clock: Clock) -> Brought:
    """Take a list in, matched by the resident's code or by the ID number's fingerprint. The same line twice counts once."""
    parsed, found = parse_rows(sheets, FIELDS)
    problems, rows, strangers = list(found), [], 0
    people = {
        code: (number, street)
        for code, number, street in db.execute(select(Resident.code, Resident.id, Resident.street_code)).tuples()
    }
    by_number = {
        index: (number, street)
        for index, number, street in db.execute(
            select(Resident.id_number_index, Resident.id, Resident.street_code)
        ).tuples()
        if index
    }
    for row in parsed:
        if not row["code"] and not row["id_number"]:
            problems.append(row.problem("code", "nobody-named", _("Neither a code nor an ID number stands here."), _("Fill one of the two."), set_aside=True))  # fmt: skip
            continue
        person = people.get(row["code"]) if row["code"] else by_number.get(blind_index("id", row["id_number"]))
        if person is None or not by.scope.sees_street(person[1]):
            strangers += 1
            continue
        if row["last"] is not None and row["last"] < row["first"]:
            problems.append(row.problem("last", "ends-before", _("The last day lies before the first."), _("Correct one of the two."), set_aside=True))  # fmt: skip
            continue
        rows.append(_row(person[0], row["kind"], row["first"], row["last"], row["source"], by=by, clock=clock))
    new = insert_new(db, OutsideNotice, rows, OutsideNotice.id) if rows else []
    audit.record(
        db, by=by, clock=clock, action="checks.list-brought", subject="outside-notices", rows=len(new),
        detail={"known": len(rows) - len(new), "strangers": strangers, "problems": len(problems)},
    )  # fmt: skip
    return Brought(new=len(new), known=len(rows) - len(new), strangers=strangers, problems=tuple(problems))


def add(
    db: Session, resident_code: str, kind: NoticeKind, first: date, last: date | None, source: str, *, by: Actor, clock: Clock
) -> None:  # fmt: skip
    """One line by hand. Raises NotFound ``resident-not-found``, MealrouteError ``source-missing`` or ``ends-before``."""
    row = db.scalars(select(Resident).where(Resident.code == resident_code.strip())).one_or_none()
    if row is None or not by.scope.sees_street(row.street_code):
        raise NotFound("resident-not-found", _("There is no such resident."))
    if not source.strip():
        raise MealrouteError("source-missing", _("Say which list says so."))
    if last is not None and last < first:
        raise MealrouteError("ends-before", _("The last day lies before the first."))
    if not insert_new(
        db, OutsideNotice, [_row(row.id, kind, first, last, source.strip(), by=by, clock=clock)], OutsideNotice.id
    ):
        raise Conflict("notice-stands", _("This stands in the list already."))
    audit.record(
        db,
        by=by,
        clock=clock,
        action="checks.notice-added",
        subject=f"resident/{row.code}",
        detail={"kind": str(kind), "first": first.isoformat()},
    )


def withdraw(db: Session, notice_id: int, *, reason: str, by: Actor, clock: Clock) -> None:
    """A line was wrong. It stays, and a further one says so with the reason."""
    row = db.get(OutsideNotice, notice_id)
    person = db.get(Resident, row.resident_id) if row is not None else None
    if row is None or person is None or row.withdraws_id is not None or not by.scope.sees_street(person.street_code):
        raise NotFound("notice-not-found", _("There is no such line."))
    if not reason.strip():
        raise MealrouteError("reason-needed", _("A reason is needed."), _("Say in a few words why."))
    back = _row(row.resident_id, NoticeKind(row.kind), row.first_day, row.last_day, row.source, by=by, clock=clock)
    back |= {"natural_key": f"withdraws/{row.id}", "withdraws_id": row.id, "reason": reason.strip()}
    if insert_new(db, OutsideNotice, [back], OutsideNotice.id):
        audit.record(db, by=by, clock=clock, action="checks.notice-withdrawn", subject=f"resident/{person.code}", reason=reason.strip(), detail={"kind": row.kind})  # fmt: skip


def _row(
    resident: int, kind: NoticeKind, first: date, last: date | None, source: str, *, by: Actor, clock: Clock
) -> dict[str, object]:
    return {
        "natural_key": f"{resident}/{kind}/{first}/{last or ''}", "resident_id": resident, "kind": str(kind), "first_day": first,
        "last_day": last, "source": source[:120], "withdraws_id": None, "reason": "", "by_name": by.name, "at": clock.now(),
    }  # fmt: skip
