"""The list of what is due and not paid: why, since when, and whether it has been released or settled since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.settlement import correcting, holding
from mealroute.settlement.month import MonthNow
from mealroute.settlement.payees import names as payee_names
from mealroute.settlement.records import HeldRecord, Word
from mealroute.subsidy import queries
from mealroute.subsidy.models import Period
from mealroute.subsidy.records import ClaimLineRecord


def held_records(db: Session, now: MonthNow, scope: Scope) -> tuple[HeldRecord, ...]:
    """What an open month would be closed without."""
    return named(db, nameless(now), scope)


def nameless(now: MonthNow) -> tuple[HeldRecord, ...]:
    """The same for whoever sees everything, without the names."""
    found = [(line, holding.blocks_on(line, now.blocks)) for line in now.held]
    return tuple(
        HeldRecord(
            line=line, resident_name="", reasons=tuple(each.sentence for each in on), findings=tuple(each.finding for each in on)
        )
        for line, on in found
    )  # fmt: skip


def named(db: Session, held: Iterable[HeldRecord], scope: Scope) -> tuple[HeldRecord, ...]:
    """Those within the scope, with the masked names of today and the reasons in the reader's language."""
    seen = [each for each in held if _within(each.line, scope)]
    names = queries.open_names(db, {each.line.resident_id for each in seen if each.line.resident_id is not None})
    said = holding.sentences(db, [number for each in seen for number in each.findings])
    payees = payee_names(db, {each.line.payee for each in seen})
    return tuple(
        replace(
            each, resident_name=names.get(each.line.resident_id or 0, ""), reasons=_said(each.findings, each.reasons, said),
            payee_name=payees.get(each.line.payee, each.line.payee),
        )
        for each in seen
    )  # fmt: skip


def _said(findings: Sequence[int], written: Sequence[str], said: Mapping[int, str]) -> tuple[str, ...]:
    """The sentences of the findings as the reader reads them; what was written down where a finding is not known."""
    if len(findings) != len(written):
        return tuple(written)
    return tuple(said.get(number, text) for number, text in zip(findings, written, strict=True))


def kept_records(db: Session, period: Period, scope: Scope) -> tuple[HeldRecord, ...]:
    """What a closed month was closed without, and what became of it."""
    kept = [each for each in holding.kept_out(db, period.id) if _within(each.line, scope)]
    if not kept:
        return ()
    names = queries.open_names(db, {each.line.resident_id for each in kept if each.line.resident_id is not None})
    cleared = holding.cleared(db, [number for each in kept for number in each.findings])
    said = holding.words(db, period.month)
    payees = payee_names(db, {each.line.payee for each in kept})
    sentences = holding.sentences(db, [number for each in kept for number in each.findings])
    settled = {each.line.natural_key for each in correcting.settled_for(db, period.payer, period.month)}
    return tuple(
        HeldRecord(
            line=each.line, resident_name=names.get(each.line.resident_id or 0, ""), reasons=_said(each.findings, each.reasons, sentences),
            findings=each.findings, payee_name=payees.get(each.line.payee, each.line.payee), released=set(each.findings) <= cleared or said.get(each.line.natural_key, (None, ""))[0] is Word.RELEASE,
            settled=each.line.natural_key in settled,
        )
        for each in kept
    )  # fmt: skip


def _within(line: ClaimLineRecord, scope: Scope) -> bool:
    return scope.sees_street(line.street_code) and scope.vendor in {None, line.vendor_code}
