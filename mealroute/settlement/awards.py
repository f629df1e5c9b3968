"""Vendors' awards of a month: read from the settled lines and the kept scores; fixed by the approver, never edited."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, Forbidden
from mealroute.core.i18n import _
from mealroute.settlement import award_figures, award_rules, awarding
from mealroute.settlement.award_records import Award, FixedAward, VendorMonth
from mealroute.settlement.award_rulebook import policy_on
from mealroute.settlement.models import AdjustmentLine, VendorAward
from mealroute.subsidy import queries
from mealroute.subsidy.models import Period
from mealroute.vendors import scores
from mealroute.vendors.models import Vendor
from mealroute.vendors.score_records import ScoreRecord, Side


def month_awards(db: Session, payer: str, month: str, *, scope: Scope) -> tuple[Award, ...]:
    """Every vendor with a line in the month, the best first: from the lines as last built or closed, the corrections that the month settles,
    and the newest scores kept for it.
    """
    policy = policy_on(queries.month_days(month)[1])
    found = award_rules.ranked(award_rules.award(each, policy) for each in _months(db, payer, month))
    return tuple(one for one in found if scope.vendor in {None, one.month.vendor_code})


def _months(db: Session, payer: str, month: str) -> list[VendorMonth]:
    period = queries.period(db, payer, month)
    if period is None:
        return []
    figures = award_figures.by_vendor(db, period)
    kept: dict[tuple[str, Side], ScoreRecord] = {
        (row.vendor_code, row.side): row for row in scores.revisions(db) if row.period == month
    }
    names = dict(db.execute(select(Vendor.code, Vendor.name)).tuples().all())
    return [
        _month(vendor, names, kept, each.portions, each.claimed_fen, each.operator_fen)
        for vendor, each in sorted(figures.items())
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
            grade=row.grade, amount_fen=row.amount_fen, document=row.document, rules_from=row.rules_from, by_name=row.by_name, at=row.at,
        )
        for row in db.scalars(query)
    )  # fmt: skip


def settled_of(db: Session, payer: str, month: str) -> dict[str, tuple[str, int]]:
    """Natural key of each award of a month that was settled → the month that settled it last, and the sum in fen."""
    query = (
        select(AdjustmentLine.natural_key, func.max(Period.month), func.sum(AdjustmentLine.amount_fen))
        .join(Period, Period.id == AdjustmentLine.period_id)
        .where(Period.payer == payer, AdjustmentLine.month == month, AdjustmentLine.rule_id == awarding.RULE)
        .group_by(AdjustmentLine.natural_key)
    )
    return {key: (settled, int(amount)) for key, settled, amount in db.execute(query)}
