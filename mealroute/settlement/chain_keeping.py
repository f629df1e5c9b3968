"""Words about counts that differ, and the chain kept with a month that closes: refused while something of it is open."""

from dataclasses import asdict
from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, Forbidden, MealrouteError, NotFound
from mealroute.core.i18n import _, ngettext
from mealroute.settlement import chain, chain_rules, history
from mealroute.settlement.chain_records import CountDifference
from mealroute.settlement.models import ChainCell, ChainWord
from mealroute.settlement.month import MonthNow
from mealroute.settlement.records import Act, Step
from mealroute.subsidy.models import Period
from mealroute.subsidy.payers import Who


def open_counts(db: Session, month: str, now: MonthNow) -> tuple[CountDifference, ...]:
    """Counts of whole trips that differ from the plan and that nobody has explained yet."""
    return tuple(each for each in chain.lines_from(db, month, now).differences if not each.words)


def explain_count(
    db: Session, payer: Who, month: str, natural_key: str, *, sentence: str, by: Actor, clock: Clock
) -> None:
    """Say why a count of a trip differs from its plan. It is part of preparing.

    Raises
    ------
    MealrouteError
        ``sentence-missing``, ``nothing-to-explain``, ``period-closed``, ``step-same-person``, ``step-needs-account``,
        ``close-needs-district`` (a trip serves more than one street).
    """
    if not sentence.strip():
        raise MealrouteError(
            "sentence-missing", _("An explanation needs a sentence: what happened, and who bears the amount.")
        )
    if by.scope.streets is not None:
        raise Forbidden(
            "close-needs-district",
            _("A month is closed for the whole district."),
            _("Ask the district's finance officer."),
        )
    period = history.locked(db, payer, month)
    history.refuse_closed(period)
    account = history.other_hands(db, period, Step.PREPARE, by=by)
    if natural_key not in {each.natural_key for each in _of_the_day(db, payer, month, natural_key)}:
        raise NotFound("nothing-to-explain", _("This meal has no open difference."))
    number = db.scalar(select(func.max(ChainWord.number)).where(ChainWord.natural_key == natural_key)) or 0
    db.add(
        ChainWord(
            natural_key=natural_key, month=month, number=number + 1, sentence=sentence.strip(), account_id=account, by_name=by.name,
            at=clock.now(),
        )
    )  # fmt: skip
    audit.record(db, by=by, clock=clock, action="settlement.count-explained", subject=natural_key[:120], reason=sentence.strip())  # fmt: skip
    history.add(
        db, period, Step.PREPARE, Act.EXPLAINED, account_id=account, by=by, clock=clock, reason=sentence.strip(),
        figures={"counts": [natural_key], "count": 1},
    )  # fmt: skip


def _of_the_day(db: Session, payer: Who, month: str, natural_key: str) -> tuple[CountDifference, ...]:
    """The differences of the day that a key names, where that is a day of the month: the rest of it has no part in them."""
    _kind, day, *_trip = *natural_key.split("/"), ""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return ()
    return chain.day_differences(db, payer, found) if f"{found:%Y-%m}" == month else ()


def write_down(db: Session, period: Period, now: MonthNow) -> int:
    """Keep the chain of a period that is about to close.

    Raises
    ------
    MealrouteError
        ``period-open-counts``: a count of a trip differs and nobody has said why.
    """
    found = chain.lines_from(db, period.month, now)
    waiting = [each for each in found.differences if not each.words]
    if waiting:
        raise Conflict(
            "period-open-counts",
            ngettext("%(n)d count of a trip differs from its plan.", "%(n)d counts of trips differ from their plans.", len(waiting)),
            _("Whoever prepares the month explains each of them on the page of the chain."),
        )  # fmt: skip
    rows = [
        {
            "period_id": period.id, "day": cell.place.day, "slot": cell.place.slot, "street_code": cell.place.street,
            "vendor_code": cell.place.vendor, "kitchen_code": cell.place.kitchen,
            "figures": {name: value for name, value in asdict(cell.chain).items() if value},
        }
        for cell in chain_rules.cells(found)
    ]  # fmt: skip
    if rows:
        db.execute(insert(ChainCell), rows)
    return len(rows)
