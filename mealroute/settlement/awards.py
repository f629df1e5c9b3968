"""Vendors' awards of a month: read from the settled lines and the kept scores; fixed by the approver, never edited."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, Forbidden
from mealroute.core.i18n import _
from mealroute.settlement import award_rules
from mealroute.settlement.award_records import Award, FixedAward, VendorMonth
from mealroute.settlement.award_rulebook import policy_on
from mealroute.settlement.models import VendorAward
from mealroute.subsidy import queries
from mealroute.subsidy.models import ClaimLine, Period
from mealroute.vendors import scores
from mealroute.vendors.models import Vendor
from mealroute.vendors.score_records import ScoreRecord, Side


def month_awards(db: Session, payer: str, month: str, *, scope: Scope) -> tuple[Award, ...]:
    """The grade of every vendor with a line in the month, from the lines as last built or closed and the newest scores kept for it."""
    policy = policy_on(queries.month_days(month)[1])
    return tuple(award_rules.award(each, policy) for each in _months(db, payer, month, scope))


def _months(db: Session, payer: str, month: str, scope: Scope) -> list[VendorMonth]:
    period = queries.period(db, payer, month)
    if period is None:
        return []
    portions: dict[str, set[int]] = defaultdict(set)
    claimed: dict[str, int] = defaultdict(int)
    operator: dict[str, int] = defaultdict(int)
    query = select(ClaimLine.vendor_code, ClaimLine.book_line_id, ClaimLine.beneficiary, ClaimLine.amount_fen).where(
        ClaimLine.period_id == period.id
    )
    for vendor, line, beneficiary, amount in db.execute(query):
        if not vendor or scope.vendor not in {None, vendor}:
            continue
        claimed[vendor] += amount
        operator[vendor] += amount if beneficiary == "operator" else 0
        if line is not None:
            portions[vendor].add(line)
    kept: dict[tuple[str, Side], ScoreRecord] = {
        (row.vendor_code, row.side): row for row in scores.revisions(db) if row.period == month
    }
    names = dict(db.execute(select(Vendor.code, Vendor.name)).tuples().all())
    return [
        _month(vendor, names, kept, len(portions[vendor]), claimed[vendor], operator[vendor])
        for vendor in sorted(claimed)
    ]


def _month(
    vendor: str,
    names: dict[str, str],
    kept: dict[tuple[str, Side], ScoreRecord],
    portions: int,
    claimed: int,
    operator: int,
) -> VendorMonth:
    brought, cooked = kept.get((vendor, Side.DELIVERED)), kept.get((vendor, Side.COOKED))
    return VendorMonth(
        vendor_code=vendor, vendor_name=names.get(vendor, vendor), portions=portions, claimed_fen=claimed, operator_fen=operator,
        delivered_score=brought.score if brought else None, cooked_score=cooked.score if cooked else None,
        digest="/".join(f"{row.revision}:{row.digest[:12]}" for row in (brought, cooked) if row is not None),
    )  # fmt: skip


def fix(db: Session, payer: str, month: str, *, by: Actor, clock: Clock) -> int:
    """Fix the awards of a closed month as they stand. Again with the same figures writes nothing; others make a further revision.

    Raises
    ------
    MealrouteError
        ``period-not-closed``, ``step-needs-account``, ``close-needs-district``.
    """
    if by.scope.streets is not None:
        raise Forbidden("close-needs-district", _("A month is closed for the whole district."), _("Ask the district's finance officer."))  # fmt: skip
    if by.account_id is None:
        raise Forbidden("step-needs-account", _("Each step of a month is signed by a person with an account."))
    query = select(Period).where(Period.payer == payer, Period.month == month).with_for_update()
    period = db.scalars(query).one_or_none()
    if period is None or period.state != "closed":
        raise Conflict("period-not-closed", _("Only an approved month is paid."))
    policy = policy_on(queries.month_days(month)[1])
    last = {
        row.vendor_code: row
        for row in db.scalars(
            select(VendorAward).where(VendorAward.period_id == period.id).order_by(VendorAward.revision)
        )
    }
    written = 0
    for each in month_awards(db, payer, month, scope=by.scope):
        before = last.get(each.month.vendor_code)
        now = (each.score, each.grade.code if each.grade else "", each.amount_fen, each.month.digest)
        if before is not None and (before.score, before.grade, before.amount_fen, before.digest) == now:
            continue
        db.add(
            VendorAward(
                period_id=period.id, vendor_code=each.month.vendor_code, revision=1 if before is None else before.revision + 1,
                portions=each.month.portions, claimed_fen=each.month.claimed_fen, score=now[0], grade=now[1], amount_fen=now[2], digest=now[3],
                document=policy.document, rules_from=policy.valid_from, account_id=by.account_id, by_name=by.name, at=clock.now(),
            )
        )  # fmt: skip
        written += 1
    if written:
        audit.record(
            db, by=by, clock=clock, action="settlement.awards-fixed", subject=f"period/{payer}/{month}", rows=written
        )
    db.flush()
    return written


def fixed(db: Session, payer: str, month: str, *, scope: Scope) -> tuple[FixedAward, ...]:
    """Every award that was fixed for a month, the newest revision of each vendor last."""
    names = dict(db.execute(select(Vendor.code, Vendor.name)).tuples().all())
    query = (
        select(VendorAward)
        .join(Period, Period.id == VendorAward.period_id)
        .where(Period.payer == payer, Period.month == month)
        .order_by(VendorAward.vendor_code, VendorAward.revision)
    )
    if scope.vendor is not None:
        query = query.where(VendorAward.vendor_code == scope.vendor)
    return tuple(
        FixedAward(
            vendor_code=row.vendor_code, vendor_name=names.get(row.vendor_code, row.vendor_code), revision=row.revision, score=row.score,
            grade=row.grade, amount_fen=row.amount_fen, document=row.document, by_name=row.by_name, at=row.at,
        )
        for row in db.scalars(query)
    )  # fmt: skip
