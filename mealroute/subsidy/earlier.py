"""What earlier claims have paid already: caps of a week, month or year that began before the days in question go on."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.residents.models import Resident
from mealroute.rulebook.counters import caps_of
from mealroute.rulebook.facts import Earlier
from mealroute.rulebook.records import Every
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.parts import Part, within
from mealroute.subsidy.records import Rulebook
from mealroute.subsidy.rulebook import load_rulebook


def counted_from(rules: Rulebook, first: date) -> date | None:
    """The earliest day whose lines matter to ``first``; None where no rule counts beyond a day."""
    counted = {cap.every for rule in rules.rules for cap in caps_of(rule)}
    counted |= {rule.stack.every for rule in rules.rules if rule.stack is not None}
    if Every.EVER in counted:
        return date.min
    begins = [first]
    if Every.WEEK in counted:
        begins.append(first - timedelta(days=first.weekday()))
    if Every.MONTH in counted:
        begins.append(first.replace(day=1))
    if Every.QUARTER in counted:
        begins.append(first.replace(month=first.month - (first.month - 1) % 3, day=1))
    if Every.YEAR in counted:
        begins.append(first.replace(month=1, day=1))
    return min(begins) if min(begins) < first else None


def earlier_lines(db: Session, first: date, part: Part | None = None) -> list[Earlier]:
    """Lines as built or closed before ``first``, as far as a cap still counts them; one statement, none where no cap does."""
    begins = counted_from(load_rulebook() if part is None else part.rules, first)
    if begins is None:
        return []
    query = select(
        ClaimLine.rule_id, ClaimLine.day, ClaimLine.slot, ClaimLine.amount_fen, ClaimLine.resident_id, ClaimLine.vendor_code,
        ClaimLine.station_code, ClaimLine.driver_code, ClaimLine.payee, ClaimLine.street_code, Resident.address_key,
    ).outerjoin(Resident, Resident.id == ClaimLine.resident_id).where(ClaimLine.day >= begins, ClaimLine.day < first, *within(part, ClaimLine.street_code))  # fmt: skip
    return [
        Earlier(
            rule_id=row.rule_id, day=row.day, slot=row.slot, amount_fen=row.amount_fen, person_id=row.resident_id,
            operator=row.vendor_code, site=row.station_code, deliverer=row.driver_code,
            subject=row.payee if row.resident_id is None else "", household=row.address_key or "", place=row.street_code,
        )
        for row in db.execute(query.order_by(ClaimLine.id))
    ]  # fmt: skip
