"""Corrections of closed months: worked out when a later month is prepared, written when it is approved, read ever after."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from mealroute.areas.queries import street_names
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict
from mealroute.core.i18n import _, speaking
from mealroute.settlement import arrivals, awarding, corrections, holding
from mealroute.settlement.lines import columns, packed, unpacked
from mealroute.settlement.models import AdjustmentLine
from mealroute.settlement.records import AdjustmentRecord, Correction, Word
from mealroute.subsidy import queries
from mealroute.subsidy.differences import differences
from mealroute.subsidy.models import ClaimLine, Period
from mealroute.subsidy.payers import Payer, Who, payer_of
from mealroute.subsidy.records import ClaimLineRecord
from mealroute.vendors.models import Vendor


def proposals(db: Session, payer: Who, month: str) -> tuple[Correction, ...]:
    """What every closed month of the payer needs now, to be settled in ``month``: by closed month, natural key and payee.

    Only people for whom something has arrived are computed again. Months follow each other: what one needs counts in the caps of the next.
    """
    who = payer_of(db, payer)
    before = before_it(db, who, month)
    return (*before, *after_it(db, who, month, before))


def before_it(db: Session, who: Payer, month: str) -> tuple[Correction, ...]:
    """What closed months before ``month`` need; its own caps count that."""
    return _of_months(db, who, Period.month < month, ())


def after_it(db: Session, who: Payer, month: str, before: Sequence[Correction]) -> tuple[Correction, ...]:
    """What months after it need that closed sooner; their caps count the lines of ``month`` as they have been written."""
    return _of_months(db, who, Period.month > month, before)


def _of_months(
    db: Session, who: Payer, which: ColumnElement[bool], before: Sequence[Correction]
) -> tuple[Correction, ...]:
    query = select(Period).where(Period.payer == who.code, Period.state == "closed", which)
    found: list[Correction] = []
    with speaking("zh"):  # what is written down is in the language of the files
        for period in db.scalars(query.order_by(Period.month)).all():
            forward = [each.line for each in (*before, *found)]
            found.extend(of_month(db, who, period, forward, arrivals.touched(db, who, period, forward)))
    return tuple(found)


def refuse_stale(db: Session, who: Payer, month: str, forward: Sequence[Correction]) -> None:
    """Raises ``corrections-stale`` where months that closed sooner than this one, though they follow it, need something else by now."""
    later = [each for each in forward if each.month > month]
    before = [each for each in forward if each.month < month]
    if [_brief(each) for each in after_it(db, who, month, before)] != [_brief(each) for each in later]:
        raise _stale()


def _brief(found: Correction) -> tuple[object, ...]:
    return found.month, found.line.natural_key, found.line.payee, found.number, found.line.amount_fen


def _stale() -> Conflict:
    return Conflict(
        "corrections-stale",
        _("Other corrections of closed months are due by now than when this month was prepared."),
        _("Send it back to be prepared again."),
    )


def of_month(
    db: Session, who: Payer, period: Period, forward: list[ClaimLineRecord], people: Collection[int] | None = None
) -> tuple[Correction, ...]:
    """What one closed month needs; ``forward`` are corrections of earlier months in the same turn. ``people``: of these residents alone."""
    settled = settled_for(db, who.code, period.month)
    own = settled if people is None else tuple(each for each in settled if each.line.resident_id in people)
    said = holding.words(db, period.month)
    back = {key: reason for key, (word, reason) in said.items() if word is Word.TAKE_BACK}
    found = differences(
        db, who, period.month, settled=corrections.standing(own), known=[each.line for each in own], people=people, forward=forward
    )  # fmt: skip
    kept = holding.kept_out(db, period.id)
    cleared = holding.cleared(db, [number for each in kept for number in each.findings])
    blocks = holding.blocks_of(db, period.month)
    blocked = {
        one.natural_key: block.sentence for one in found for block in holding.blocks_on(one.line, blocks)
    } | {each.line.natural_key: each.reasons[0] for each in kept if not set(each.findings) <= cleared}  # fmt: skip
    put = corrections.put_forward(
        period.month, found, settled, blocked=blocked, words={key: word for key, (word, _reason) in said.items()},
        held=frozenset(each.line.natural_key for each in kept),
    )  # fmt: skip
    closed: Iterable[Any] = ()
    if back:
        lines = queries.lines_query(Scope.everything()).where(
            ClaimLine.period_id == period.id, ClaimLine.natural_key.in_(sorted(back))
        )
        closed = [(line.id, line.claim) for line in queries.read_lines(db, lines)]
    return (*put, *corrections.taken_back(period.month, closed, settled, back))


def settled_for(db: Session, payer: str, month: str) -> tuple[Correction, ...]:
    """The corrections of a payer's month that its later months have settled. Awards of vendors stand beside its claims: they are not among them."""
    query = select(AdjustmentLine).join(Period, Period.id == AdjustmentLine.period_id)
    query = query.where(AdjustmentLine.rule_id != awarding.RULE)
    return tuple(
        correction(row) for row in db.scalars(query.where(AdjustmentLine.month == month, Period.payer == payer))
    )


def correction(row: AdjustmentLine) -> Correction:
    """A written correction as a record."""
    return Correction(
        month=row.month, number=row.number, kind=row.kind, reason=row.reason, claim_line_id=row.claim_line_id, line=unpacked(row.line)
    )  # fmt: skip


def as_figures(found: Iterable[Correction]) -> list[dict[str, Any]]:
    """Corrections as JSON, to be kept with the preparation that puts them forward."""
    return [
        {
            "month": each.month, "number": each.number, "kind": each.kind, "reason": each.reason, "claim_line_id": each.claim_line_id,
            "line": packed(each.line),
        }
        for each in found
    ]  # fmt: skip


def from_figures(kept: object) -> tuple[Correction, ...]:
    """The corrections of ``as_figures``."""
    if not isinstance(kept, list):
        return ()
    return tuple(Correction(**{**each, "line": unpacked(each["line"])}) for each in kept)


def write(db: Session, period: Period, found: Iterable[Correction], *, account_id: int, by: Actor, clock: Clock) -> int:
    """Write the corrections into a period that is about to close.

    Raises
    ------
    MealrouteError
        ``corrections-stale``: another month has settled some of them since they were put forward.
    """
    wanted = list(found)
    last: dict[tuple[str, str], int] = {
        (key, payee): number
        for key, payee, number in db.execute(
            select(AdjustmentLine.natural_key, AdjustmentLine.payee, func.max(AdjustmentLine.number)).group_by(
                AdjustmentLine.natural_key, AdjustmentLine.payee
            )
        )
    }
    if any(last.get((each.line.natural_key, each.line.payee), 0) + 1 != each.number for each in wanted):
        raise _stale()
    fields = with_words(db, wanted)
    rows = [
        columns(each.line)
        | {
            "period_id": period.id, "line_no": number, "month": each.month, "number": each.number, "kind": each.kind, "reason": each.reason,
            "claim_line_id": each.claim_line_id, "account_id": account_id, "by_name": by.name, "at": clock.now(), "line": fields[number - 1],
        }
        for number, each in enumerate(wanted, 1)
    ]  # fmt: skip
    if rows:
        db.execute(insert(AdjustmentLine), rows)
    return len(rows)


def with_words(db: Session, found: Sequence[Correction]) -> list[dict[str, Any]]:
    """All fields of each correction's line as they are written, masked names and the words of today among them."""
    words = _words(db, found)
    return [
        packed(each.line) | {"basis": {**dict(each.line.basis), **words[number]}} for number, each in enumerate(found)
    ]


def _words(db: Session, found: Sequence[Correction]) -> list[Mapping[str, str]]:
    """Masked names and the words of the day, so that a closed month prints the same for ever."""
    people = queries.masked_people(db, {each.line.resident_id for each in found if each.line.resident_id is not None})
    streets = street_names(db)
    vendors = dict(db.execute(select(Vendor.code, Vendor.name)).tuples().all())
    return [
        {
            "name": people.get(each.line.resident_id or 0, ("", ""))[0], "id_number": people.get(each.line.resident_id or 0, ("", ""))[1],
            "street": streets.get(each.line.street_code, ""), "vendor": vendors.get(each.line.vendor_code, ""),
        }
        for each in found
    ]  # fmt: skip


def adjustment_lines(db: Session, period_id: int, *, scope: Scope) -> tuple[AdjustmentRecord, ...]:
    """The corrections that a closed month settles, in their order, as far as the scope reaches. Amounts carry their sign."""
    query = select(AdjustmentLine).where(AdjustmentLine.period_id == period_id).order_by(AdjustmentLine.line_no)
    if scope.streets is not None:
        query = query.where(AdjustmentLine.street_code.in_(sorted(scope.streets)))
    if scope.vendor is not None:
        query = query.where(AdjustmentLine.vendor_code == scope.vendor)
    return tuple(_shown(row.line_no, correction(row), row.by_name, row.at) for row in db.scalars(query))


def shown(db: Session, found: Iterable[Correction], *, scope: Scope) -> tuple[AdjustmentRecord, ...]:
    """Corrections that are put forward and not settled yet, as they would be shown."""
    within = [
        each
        for each in found
        if scope.sees_street(each.line.street_code) and scope.vendor in {None, each.line.vendor_code}
    ]
    words = _words(db, within)
    return tuple(_shown(number, each, "", None, words[number - 1]) for number, each in enumerate(within, 1))


def _shown(number: int, found: Correction, name: str, at: Any, words: Mapping[str, str] | None = None) -> AdjustmentRecord:  # fmt: skip
    said: Mapping[str, Any] = words if words is not None else found.line.basis
    return AdjustmentRecord(
        line_no=number, correction=found, resident_name=str(said.get("name", "")), resident_id_masked=str(said.get("id_number", "")),
        street_name=str(said.get("street", "")), vendor_name=str(said.get("vendor", "")), by_name=name, at=at,
    )  # fmt: skip
