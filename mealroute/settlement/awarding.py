"""An award becomes money: the signed line of the next month that is prepared, so that it goes through the four steps like any other.

The law: for each vendor and closed month, what is settled since and what is put forward here is the award as it was fixed last. So no award
is paid twice, and a later revision of the grade pays or takes back the difference alone.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.errors import Conflict
from mealroute.core.i18n import _, speaking
from mealroute.core.money import Fen
from mealroute.rulebook.records import ShareRounding
from mealroute.rulebook.sharing import by_weight
from mealroute.settlement import holding
from mealroute.settlement.award_records import AwardPolicy
from mealroute.settlement.award_rulebook import load_policies
from mealroute.settlement.correction_words import award
from mealroute.settlement.models import AdjustmentLine, VendorAward
from mealroute.settlement.records import Correction, Word
from mealroute.subsidy.models import ClaimLine, Period
from mealroute.subsidy.queries import month_days
from mealroute.subsidy.records import Beneficiary, ClaimLineRecord

KIND, RULE = "award", "vendor-award"
"""How an award's line is told from a correction, and what stands where others name their rule."""


def natural_key(payer: str, month: str, vendor: str) -> str:
    """What an award is paid for, once for ever: the vendor's month."""
    return f"{RULE}/{payer}/{month}/{vendor}"


def proposals(db: Session, payer: str, month: str) -> tuple[Correction, ...]:
    """What the fixed awards of closed months before ``month`` need now, to be settled in it: by closed month and vendor."""
    query = select(Period).where(Period.payer == payer, Period.state == "closed", Period.month < month)
    with speaking("zh"):  # what is written down is in the language of the files
        return tuple(each for period in db.scalars(query.order_by(Period.month)) for each in _of_month(db, period))


def _of_month(db: Session, period: Period) -> Iterator[Correction]:
    fixed = _fixed(db, period.id)
    if not any(row.amount_fen is not None for row in fixed.values()):
        return
    settled, numbers = _settled(db, period.month)
    said = holding.words(db, period.month)
    for vendor, row in fixed.items():
        key = natural_key(period.payer, period.month, vendor)
        word, reason = said.get(key, (None, ""))
        due = 0 if word is Word.TAKE_BACK else row.amount_fen or 0
        stands = settled.get(key, {})
        amount = due - sum(stands.values())
        if not amount:
            continue
        shares = _shares(due, _policy(row)) if due else {}
        parts = {payer: shares.get(payer, 0) - stands.get(payer, 0) for payer in sorted({*shares, *stands})}
        yield Correction(
            month=period.month, number=numbers.get(key, 0) + 1, kind=KIND if word is not Word.TAKE_BACK else "taken-back",
            reason=reason if word is Word.TAKE_BACK else award(period.month, row.grade, row.score), claim_line_id=None,
            line=_line(db, period, row, key, amount, {payer: part for payer, part in parts.items() if part}),
        )  # fmt: skip


def _fixed(db: Session, period_id: int) -> dict[str, VendorAward]:
    """Vendor → its award as it was fixed last."""
    query = select(VendorAward).where(VendorAward.period_id == period_id).order_by(VendorAward.vendor_code, VendorAward.revision)  # fmt: skip
    return {row.vendor_code: row for row in db.scalars(query)}


def _settled(db: Session, month: str) -> tuple[dict[str, dict[str, Fen]], dict[str, int]]:
    """What later months have settled of a month's awards: key → payer → fen, and how many lines."""
    sums: dict[str, dict[str, Fen]] = defaultdict(lambda: defaultdict(int))
    numbers: dict[str, int] = {}
    query = select(AdjustmentLine).where(AdjustmentLine.month == month, AdjustmentLine.rule_id == RULE)
    for row in db.scalars(query):
        numbers[row.natural_key] = max(numbers.get(row.natural_key, 0), row.number)
        for payer, part in row.shares.items():
            sums[row.natural_key][payer] += part
    return {key: dict(parts) for key, parts in sums.items()}, numbers


def _policy(row: VendorAward) -> AwardPolicy:
    """The version of the rules by which an award was fixed; a version that was used stays in the file."""
    for policy in load_policies():
        if policy.valid_from == row.rules_from and policy.shares:
            return policy
    raise Conflict(
        "award-rules-gone",
        _("The rules for awards of %(day)s, by which an award was fixed, are not in the file any more.", day=row.rules_from.isoformat()),
        _("Put the version back into data/rules/vendor-awards.yaml; a change is a version of its own."),
    )  # fmt: skip


def _shares(amount: Fen, policy: AwardPolicy) -> Mapping[str, Fen]:
    weights = [weight for _payer, weight in policy.shares]
    parts = by_weight(amount, weights, ShareRounding.LARGEST_REMAINDER)
    return {payer: part for (payer, _weight), part in zip(policy.shares, parts, strict=True) if part}


def _line(
    db: Session, period: Period, row: VendorAward, key: str, amount: Fen, shares: Mapping[str, Fen]
) -> ClaimLineRecord:
    return ClaimLineRecord(
        natural_key=key, rule_id=RULE, rule_version=_version(row), document_no=row.document, beneficiary=Beneficiary.OPERATOR, amount_fen=amount,
        shares=tuple(sorted(shares.items())), order_id=None, book_line_id=None, proof_id=None, resident_id=None, resident_code="",
        day=month_days(period.month)[1], slot="", street_code=_street(db, period.id, row.vendor_code), vendor_code=row.vendor_code,
        unit_price_fen=0, resident_paid_fen=0, copay_fen=0, outcome="", unit="month", payee=row.vendor_code,
        basis={"award": {"grade": row.grade, "score": row.score, "portions": row.portions, "revision": row.revision, "scores": row.digest}},
    )  # fmt: skip


def _version(row: VendorAward) -> int:
    return next((policy.version for policy in load_policies() if policy.valid_from == row.rules_from), 0)


def _street(db: Session, period_id: int, vendor: str) -> str:
    """The street that signs a vendor's award: where it has most lines of the month."""
    query = (
        select(ClaimLine.street_code)
        .where(ClaimLine.period_id == period_id, ClaimLine.vendor_code == vendor)
        .group_by(ClaimLine.street_code)
        .order_by(func.count().desc(), ClaimLine.street_code)
        .limit(1)
    )
    return db.scalar(query) or ""
