"""A month's statement for the page: figures, sums, equations, what is still open. A closed month is read as it was closed."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from mealroute.areas.queries import street_names
from mealroute.core.actor import Scope
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.subsidy import computing, queries, stored_sums
from mealroute.subsidy.models import Period
from mealroute.subsidy.payers import Who, payer_of
from mealroute.subsidy.reconcile import identities
from mealroute.subsidy.records import (
    Beneficiary,
    ClaimLineRecord,
    ExplanationRecord,
    Imbalance,
    LineAccount,
    PeriodState,
    Rulebook,
)
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.subsidy.statements import DayMoney, MonthFigures, MonthStatement, OpenPortion, Settlement, Sum
from mealroute.vendors.models import Vendor


def month_statement(
    db: Session, month: str, *, scope: Scope, payer: Who | None = None, computed: computing.Computed | None = None
) -> MonthStatement:
    """The whole month with its equations and differences.

    An open month is computed from what stands now; a closed one is what was closed. Sums are the district's;
    ``open_portions``, the only people named, are those within the scope. ``computed``: an open month that has been computed already.
    """
    who = payer_of(db, payer or load_rulebook().payer)
    rulebook, scope = who.rules, who.within(scope)
    period = queries.period(db, who.code, month)
    closed = period is not None and period.state == PeriodState.CLOSED
    explained = queries.explanations(db, period.id) if period else ()
    accounts: tuple[LineAccount, ...] = ()
    imbalances: tuple[Imbalance, ...] = ()
    vendors = {vendor.code: vendor.name for vendor in db.query(Vendor)}
    streets = street_names(db)
    if closed and period is not None:
        sums = _stored_sums(db, period, rulebook, vendors, streets)
        found = MonthFigures(**period.totals["figures"])
        days, outstanding = period.totals["service_days"], period.totals["outstanding_fen"]
        counted = _explained(explained)
    else:
        if computed is None:
            rows = queries.month_rows(db, month, part=who.part)
            computed = computing.compute(month, rows, rulebook, every_reason=False)
        accounts = computed.accounts
        sums = _computed_sums(computed.lines, rulebook, vendors, streets)
        covered = computing.with_automatic(accounts, computing.covered(explained))
        found, imbalances = computing.balance(computed, covered, rulebook)
        days, outstanding = _days(computed), sum(account.outstanding_fen for account in accounts)
        counted = _explained(explained, accounts)
        accounts = tuple(account for account in accounts if account.is_open(covered))
    return MonthStatement(
        payer=who.code, payer_name=rulebook.payer_name,
        state=PeriodState.CLOSED if closed else PeriodState.OPEN, closed_by=period.closed_by if period else None,
        closed_at=period.closed_at if period else None, csv_sha256=period.csv_sha256 if period else None, figures=found,
        service_days=days, residents=sums.residents, copay_paid_fen=sums.copay_paid_fen, outstanding_fen=outstanding,
        by_rule=sums.by_rule, by_vendor=sums.by_vendor, by_street=sums.by_street, identities=identities(found), imbalances=imbalances, open_portions=_open(db, accounts, scope),
        explanations=counted,
    )  # fmt: skip


class _Sums(NamedTuple):
    """What the lines of a month come to; amounts in fen."""

    residents: int
    copay_paid_fen: int
    by_rule: tuple[Sum, ...]
    by_vendor: tuple[Sum, ...]
    by_street: tuple[Sum, ...]


def _computed_sums(lines: tuple[ClaimLineRecord, ...], rulebook: Rulebook, vendors: Mapping[str, str], streets: Mapping[str, str]) -> _Sums:  # fmt: skip
    return _Sums(
        residents=len({line.resident_id for line in lines} - {None}),
        copay_paid_fen=sum(min(line.resident_paid_fen, line.copay_fen) for line in lines if line.beneficiary is Beneficiary.RESIDENT),
        by_rule=computing.by_rule(lines, rulebook),
        by_vendor=computing.sums(lines, lambda line: line.vendor_code, lambda key: vendors.get(key, key)),
        by_street=computing.sums(lines, lambda line: line.street_code, lambda key: streets.get(key, key)),
    )  # fmt: skip


def _stored_sums(db: Session, period: Period, rulebook: Rulebook, vendors: Mapping[str, str], streets: Mapping[str, str]) -> _Sums:  # fmt: skip
    title, document = computing.titles(rulebook)
    kept = period.totals.get("sums") or stored_sums.of_period(
        db, period.id
    )  # months closed before sums were kept have none
    return _Sums(
        residents=kept["residents"], copay_paid_fen=kept["copay_paid_fen"],
        by_rule=stored_sums.named(kept["rule"], title, document=document),
        by_vendor=stored_sums.named(kept["vendor"], lambda key: vendors.get(key, key)),
        by_street=stored_sums.named(kept["street"], lambda key: streets.get(key, key)),
    )  # fmt: skip


def _days(computed: computing.Computed) -> int:
    return len({row.day for row in computed.rows.book})


def _open(db: Session, accounts: tuple[LineAccount, ...], scope: Scope) -> tuple[OpenPortion, ...]:
    within = [account for account in accounts if scope.sees_street(account.street_code)]
    names = queries.open_names(db, {account.resident_id for account in within})
    return tuple(
        OpenPortion(
            book_line_id=account.book_line_id, order_id=account.order_id, resident_code=account.resident_code,
            resident_name=names[account.resident_id], day=account.day, slot=account.slot, street_code=account.street_code,
            portions=account.unclaimed or account.delivered, outstanding_fen=account.outstanding_fen, code=account.code, sentence=account.sentence,
        )
        for account in within
    )  # fmt: skip


def _explained(
    written: tuple[ExplanationRecord, ...], open_accounts: tuple[LineAccount, ...] | None = None
) -> dict[str, int]:
    """Portions by the code of their explanation; in an open month the automatic ones follow from what stands now."""
    counted: Counter[str] = Counter()
    for entry in written:
        if open_accounts is None or not entry.automatic:
            counted[entry.code] += entry.portions
    for account in open_accounts or ():
        if account.unclaimed and account.automatic:
            counted[account.code] += account.unclaimed
    return dict(sorted(counted.items()))


def day_money(db: Session, day: date, slot: str) -> DayMoney:
    """How the delivered portions of one day and meal are accounted for, as far as it is known now."""
    computed = computing.compute(day.strftime("%Y-%m"), queries.rows_between(db, day, day), load_rulebook())
    covered = computing.with_automatic(computed.accounts, queries.explained_on(db, day))
    accounts = [account for account in computed.accounts if account.slot == slot]
    explained = sum(min(covered.get(account.book_line_id, 0), account.unclaimed) for account in accounts)
    return DayMoney(
        delivered=sum(account.delivered for account in accounts),
        subsidised=sum(account.subsidised for account in accounts),
        self_paid=sum(account.self_paid for account in accounts), explained=explained,
        open=sum(account.unclaimed for account in accounts) - explained,
    )  # fmt: skip


def stored_figures(db: Session, payer: str, month: str) -> MonthFigures:
    """The figures of a month as last built, or as closed. Raises NotFound."""
    period = queries.period(db, payer, month)
    if period is None or not period.totals:
        raise NotFound("period-not-built", _("There is no settlement for %(month)s yet.", month=month))
    return MonthFigures(**period.totals["figures"])


def settlement(db: Session, period: Period, *, scope: Scope) -> Settlement:
    """A period's claim lines and sums as they stand, open or closed."""
    rulebook = load_rulebook()
    lines = queries.settlement_lines(db, period.id, scope=scope)
    return Settlement(
        payer=period.payer, payer_name=rulebook.payer_name, month=period.month, state=PeriodState(period.state),
        closed_by=period.closed_by, closed_at=period.closed_at, csv_sha256=period.csv_sha256,
        figures=MonthFigures(**period.totals["figures"]),
        by_rule=computing.by_rule([line.claim for line in lines], rulebook), lines=lines,
    )  # fmt: skip
