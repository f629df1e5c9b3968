"""Reads of the checks: what is open, what may not be paid, one finding with its history, when the checks last looked."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from mealroute.checks.models import CheckFinding, CheckFindingLine, CheckLook, CheckStep
from mealroute.checks.records import Act, FindingId, FindingRecord, FindingState, RunRecord, Severity, StepRecord
from mealroute.core.actor import Scope
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.money import Fen
from mealroute.subsidy.models import ClaimLine, Period


def blocked_lines(db: Session, period_id: int) -> frozenset[int]:
    """Numbers of the period's claim lines that are not payable: an open block hangs on them."""
    return _lines(db, period_id, Severity.BLOCK)


def held_lines(db: Session, period_id: int) -> frozenset[int]:
    """Numbers of the period's claim lines that wait for a word before approval: an open hold hangs on them, and no block."""
    return _lines(db, period_id, Severity.HOLD) - blocked_lines(db, period_id)


def blocked_query(period_id: int) -> Select[int]:
    """The numbers of ``blocked_lines`` as a query, to stand within another."""
    return _touched(period_id, Severity.BLOCK)


def _lines(db: Session, period_id: int, severity: Severity) -> frozenset[int]:
    return frozenset(db.scalars(_touched(period_id, severity)))


def _touched(period_id: int, severity: Severity) -> Select[int]:
    return (
        select(ClaimLine.id)
        .join(Period, Period.id == ClaimLine.period_id)
        .join(CheckFindingLine, CheckFindingLine.book_line_id == ClaimLine.book_line_id)
        .join(CheckFinding, _touches(CheckFindingLine.finding_id))
        .where(
            ClaimLine.period_id == period_id, CheckFinding.month == Period.month, CheckFinding.state == str(FindingState.OPEN),
            CheckFinding.severity == str(severity),
        )
    )  # fmt: skip


def _touches(finding_id: Any) -> ColumnElement[bool]:
    own = or_(CheckFinding.beneficiary == "", CheckFinding.beneficiary == ClaimLine.beneficiary)
    return and_(CheckFinding.id == finding_id, own)


def open_findings(
    db: Session, month: str, *, scope: Scope, severity: Severity | None = None
) -> tuple[FindingRecord, ...]:
    """What is open in a month within the scope, gravest first, then by check and day."""
    return findings(db, month, scope=scope, severity=severity, state=FindingState.OPEN)


def findings(
    db: Session, month: str, *, scope: Scope, severity: Severity | None = None, state: FindingState | None = None, code: str = "",
    vendor: str = "", street: str = "",
) -> tuple[FindingRecord, ...]:  # fmt: skip
    """Findings of a month, narrowed as asked. Vendors, kitchens, drivers and stations read none."""
    query = select(CheckFinding).where(CheckFinding.month == month, *within(scope))
    for column, value in (
        (CheckFinding.severity, severity), (CheckFinding.state, state), (CheckFinding.code, code), (CheckFinding.vendor_code, vendor),
        (CheckFinding.street_code, street),
    ):  # fmt: skip
        if value:
            query = query.where(column == str(value))
    order = {str(severity): n for n, severity in enumerate(Severity)}
    records = _records(db, query)
    return tuple(
        sorted(
            records,
            key=lambda found: (
                order[str(found.severity)],
                found.code,
                found.first_day or found.first_found_at.date(),
                found.id,
            ),
        )
    )


def within(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """The condition under which a finding is within reach; the one place that turns a scope into SQL here."""
    if scope.vendor is not None or scope.kitchen is not None or scope.driver is not None or scope.station is not None:
        return (CheckFinding.id < 0,)
    return () if scope.streets is None else (CheckFinding.street_code.in_(sorted(scope.streets)),)


def finding(db: Session, finding_id: int, *, scope: Scope) -> FindingRecord:
    """One finding. Raises NotFound also where it lies outside the scope."""
    found = _records(db, select(CheckFinding).where(CheckFinding.id == finding_id, *within(scope)))
    if not found:
        raise NotFound("finding-not-found", _("There is no such finding."))
    return found[0]


def digest_of(db: Session, finding_id: int) -> str:
    """The digest of a finding's evidence as it stands."""
    return db.scalar(select(CheckFinding.digest).where(CheckFinding.id == finding_id)) or ""


def lines_of(db: Session, finding_id: int) -> tuple[int, ...]:
    """The book lines that a finding touches."""
    query = select(CheckFindingLine.book_line_id).where(CheckFindingLine.finding_id == finding_id)
    return tuple(db.scalars(query.order_by(CheckFindingLine.book_line_id)))


def history(db: Session, finding_id: int) -> tuple[StepRecord, ...]:
    """What happened to a finding, the newest first."""
    query = select(CheckStep).where(CheckStep.finding_id == finding_id).order_by(CheckStep.number.desc())
    return tuple(
        StepRecord(act=Act(row.act), reason=row.reason, by_name=row.by_name, role=row.role, at=row.at)
        for row in db.scalars(query)
    )


def looks(db: Session, month: str) -> tuple[RunRecord, ...]:
    """Each look of the checks at a month, the newest first."""
    query = select(CheckLook).where(CheckLook.month == month).order_by(CheckLook.id.desc())
    return tuple(
        RunRecord(
            month=row.month, at=row.at, by_name=row.by_name, meals=row.meals, claims=row.claims, found=row.found, new=row.new, gone=row.gone,
            reopened=row.reopened,
        )
        for row in db.scalars(query)
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSum:
    """How much hangs on a month's open findings: findings by severity, and what may not be paid now."""

    block: int
    hold: int
    warn: int
    blocked_lines: int
    blocked_fen: Fen


def open_sum(db: Session, month: str, *, scope: Scope) -> OpenSum:
    """The sums over a month's open findings within the scope; a claim line counts once, however many blocks hang on it."""
    query = (
        select(CheckFinding.severity, func.count())
        .where(CheckFinding.month == month, CheckFinding.state == FindingState.OPEN, *within(scope))
        .group_by(CheckFinding.severity)
    )
    counted: Counter[str] = Counter(dict(db.execute(query).tuples().all()))
    lines = (
        select(ClaimLine.id, ClaimLine.amount_fen)
        .join(Period, Period.id == ClaimLine.period_id)
        .join(CheckFindingLine, CheckFindingLine.book_line_id == ClaimLine.book_line_id)
        .join(CheckFinding, _touches(CheckFindingLine.finding_id))
        .where(
            Period.month == month, CheckFinding.month == month, CheckFinding.state == FindingState.OPEN,
            CheckFinding.severity == Severity.BLOCK, *within(scope),
        )
        .distinct()
        .subquery()
    )  # fmt: skip
    n, fen = db.execute(select(func.count(), func.coalesce(func.sum(lines.c.amount_fen), 0)).select_from(lines)).one()
    return OpenSum(
        block=counted["block"], hold=counted["hold"], warn=counted["warn"], blocked_lines=n, blocked_fen=int(fen)
    )


def _records(db: Session, query: Select[CheckFinding]) -> list[FindingRecord]:
    rows = db.scalars(query).all()
    lines, claims = _hanging(db, [row.id for row in rows])
    return [
        FindingRecord(
            id=FindingId(row.id), natural_key=row.natural_key, month=row.month, code=row.code, severity=Severity(row.severity),
            state=FindingState(row.state), subject=row.subject, vendor=row.vendor_code, street=row.street_code, first_day=row.first_day,
            last_day=row.last_day, lines=lines.get(row.id, 0), claims=claims.get(row.id, (0, 0))[0], amount_fen=claims.get(row.id, (0, 0))[1],
            params=row.params, evidence=tuple((kind, value) for kind, value in row.evidence), first_found_at=row.first_found_at,
            last_found_at=row.last_found_at,
        )
        for row in rows
    ]  # fmt: skip


def _hanging(db: Session, ids: Iterable[int]) -> tuple[dict[int, int], dict[int, tuple[int, Fen]]]:
    wanted = list(ids)
    lines: dict[int, int] = {}
    claims: dict[int, tuple[int, Fen]] = {}
    for begin in range(0, len(wanted), 500):
        part = wanted[begin : begin + 500]
        of = CheckFindingLine.finding_id
        lines |= dict(db.execute(select(of, func.count()).where(of.in_(part)).group_by(of)).tuples().all())
        query = (
            select(of, func.count(), func.sum(ClaimLine.amount_fen))
            .join(ClaimLine, ClaimLine.book_line_id == CheckFindingLine.book_line_id)
            .join(CheckFinding, _touches(of))
            .where(of.in_(part))
            .group_by(of)
        )
        claims |= {number: (n, int(fen)) for number, n, fen in db.execute(query).tuples()}
    return lines, claims
