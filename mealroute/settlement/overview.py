"""The month's page in records: where it stands, what blocks the next step, who did what, what changed since it was prepared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mealroute.checks.queries import open_sum
from mealroute.core.actor import Scope
from mealroute.core.collecting import uncollected
from mealroute.core.i18n import _, ngettext
from mealroute.settlement import correcting, history, queries, rules
from mealroute.settlement.chain_keeping import open_counts
from mealroute.settlement.held import held_records, kept_records
from mealroute.settlement.month import MonthNow, month_now, put_forward
from mealroute.settlement.records import (
    Act,
    AdjustmentRecord,
    Change,
    Due,
    HeldRecord,
    Stage,
    Standing,
    Step,
    StepRecord,
    StreetPart,
)
from mealroute.subsidy.payers import Payer, Who, payer_of
from mealroute.subsidy.queries import period as period_of
from mealroute.subsidy.statement import month_statement
from mealroute.subsidy.statements import MonthStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """``parts`` and ``changes`` reach as far as the reader's scope, ``standing`` is the district's.

    ``blocks`` are sentences: what keeps the month from its next step. Empty when somebody may simply do it.
    """

    closed: bool
    standing: Standing
    history: tuple[StepRecord, ...]
    parts: Mapping[str, StreetPart]
    changes: tuple[Change, ...]
    blocks: tuple[str, ...]
    dues: tuple[Due, ...]
    held: tuple[HeldRecord, ...] = ()
    adjustments: tuple[AdjustmentRecord, ...] = ()

    def part_in(self, account_id: int | None, step: Step) -> StepRecord | None:
        """What keeps this account from ``step``: its part in another one."""
        return None if account_id is None else rules.other_step_of(self.history, account_id, step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What of an open month follows from its records: ``differences`` and ``counts`` are how many are open. ``held`` is the reader's."""

    parts: Mapping[str, StreetPart]
    held: tuple[HeldRecord, ...]
    differences: int
    counts: int


@uncollected()
def page(db: Session, payer: Who, month: str, *, scope: Scope) -> tuple[MonthStatement, Overview]:
    """What the page of a month shows; an open month is computed once for both."""
    who = payer_of(db, payer)
    period = period_of(db, who.code, month)
    closed = period is not None and period.state == "closed"
    now = None if closed else month_now(db, who, month)
    found = month_statement(db, month, scope=scope, payer=who, computed=now.computed if now else None)
    return found, overview(db, who, month, scope=scope, now=now)


def overview(db: Session, payer: Who, month: str, *, scope: Scope, now: MonthNow | None = None) -> Overview:
    """Everything that the page of a month says about its four steps. ``now``: the open month, where it has been computed already."""
    who = payer_of(db, payer)
    scope = who.within(scope)
    period = period_of(db, who.code, month)
    entries = history.steps(db, period.id) if period else ()
    if period is not None and period.state == "closed":
        dues = queries.dues(db, period)
        parts = {entry.street: _signed(entry) for entry in entries if entry.act is Act.SIGNED}
        standing = rules.standing(entries, parts, closed=True, dues=dues)
        left = [due for due in dues if due.left_fen]
        blocks = (
            (ngettext("%(n)d amount is still to be paid.", "%(n)d amounts are still to be paid.", len(left)),)
            if left
            else ()
        )
        return Overview(
            closed=True, standing=standing, history=entries, parts=_within(parts, scope), changes=(), blocks=blocks, dues=dues,
            held=kept_records(db, period, scope), adjustments=correcting.adjustment_lines(db, period.id, scope=scope),
        )  # fmt: skip
    now = now or month_now(db, who, month)
    seen = Seen(
        parts=now.parts, held=held_records(db, now, scope), differences=len(now.imbalances), counts=len(open_counts(db, month, now))
    )  # fmt: skip
    return open_overview(db, who, month, scope=scope, seen=seen)


def open_overview(db: Session, who: Payer, month: str, *, scope: Scope, seen: Seen) -> Overview:
    """The same of an open month whose records have been reckoned; history, changes and findings are those of now."""
    scope = who.within(scope)
    period = period_of(db, who.code, month)
    entries = history.steps(db, period.id) if period else ()
    waiting = open_sum(db, month, scope=who.within(Scope.everything())).hold
    standing = rules.standing(entries, seen.parts, closed=False)
    since = _read_at(standing.prepared) if standing.prepared else None
    changes = queries.changes_since(db, period, since) if period is not None and since is not None else ()
    return Overview(
        closed=False, standing=standing, history=entries, parts=_within(seen.parts, scope),
        changes=tuple(change for change in changes if scope.sees_street(change.street)),
        blocks=_blocks(standing, seen.differences, waiting, seen.counts), dues=(), held=seen.held,
        adjustments=correcting.shown(db, put_forward(entries), scope=scope),
    )  # fmt: skip


def paid_of(db: Session, payer: Who, month: str, *, scope: Scope) -> Overview:
    """What finance's page needs: the whole of a closed month; of an open one, of which nothing can be paid, its history alone."""
    who = payer_of(db, payer)
    period = period_of(db, who.code, month)
    if period is not None and period.state == "closed":
        return overview(db, who, month, scope=scope)
    entries = history.steps(db, period.id) if period else ()
    standing = rules.standing(entries, {}, closed=False)
    return Overview(closed=False, standing=standing, history=entries, parts={}, changes=(), blocks=(), dues=())


def _read_at(prepared: StepRecord) -> datetime:
    """When the records were read that the preparation put together: what came while it was at work has changed since."""
    kept = prepared.figures.get("read_at")
    return datetime.fromisoformat(kept) if isinstance(kept, str) else prepared.at


def _within(parts: Mapping[str, StreetPart], scope: Scope) -> dict[str, StreetPart]:
    return {street: part for street, part in parts.items() if scope.sees_street(street)}


def _signed(entry: StepRecord) -> StreetPart:
    """The part as it was signed; what was signed last is what was closed."""
    return StreetPart(**entry.figures)  # type: ignore[arg-type]


def _blocks(standing: Standing, differences: int, waiting: int, counts: int) -> tuple[str, ...]:
    found = []
    if standing.sent_back is not None:
        found.append(_("Sent back: %(reason)s", reason=standing.sent_back.reason))
    if differences and standing.stage is not Stage.TO_PREPARE:
        found.append(ngettext("%(n)d difference is open.", "%(n)d differences are open.", differences))
    if counts and standing.stage is not Stage.TO_PREPARE:
        found.append(
            ngettext(
                "%(n)d count of a trip differs from its plan.", "%(n)d counts of trips differ from their plans.", counts
            )
        )
    if waiting and standing.stage is not Stage.TO_PREPARE:
        found.append(ngettext("%(n)d finding waits for a word.", "%(n)d findings wait for a word.", waiting))
    if standing.stage is Stage.TO_CHECK:
        if standing.unsigned:
            found.append(
                ngettext("%(n)d street has not signed yet.", "%(n)d streets have not signed yet.", len(standing.unsigned))
            )  # fmt: skip
        if standing.stale:
            found.append(
                ngettext(
                    "%(n)d street has to sign again: its part has changed.", "%(n)d streets have to sign again: their parts have changed.",
                    len(standing.stale),
                )
            )  # fmt: skip
    return tuple(found)
