"""What earlier claims have paid already: caps of a week, month or year that began before the days in question go on.

A correction counts like the line that it corrects: what stands for a person's day is the claim and all corrections of it together.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.bulk import chunks, numbered, rows
from mealroute.residents.models import Resident
from mealroute.rulebook.counters import caps_of
from mealroute.rulebook.facts import Earlier
from mealroute.rulebook.records import Every
from mealroute.subsidy.adjustment_models import AdjustmentLine
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.parts import Part, claimed_for, line_ids, within
from mealroute.subsidy.records import ClaimLineRecord, Rulebook
from mealroute.subsidy.rulebook import load_rulebook

_COLUMNS = ("natural_key", "payee", "rule_id", "day", "slot", "amount_fen", "resident_id", "street_code", "vendor_code", "station_code", "driver_code")  # fmt: skip

CHUNK = 5_000


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


@dataclass(slots=True)
class _Standing:
    line: Earlier
    fen: int


def earlier_lines(
    db: Session, first: date, part: Part | None = None, *, forward: Iterable[ClaimLineRecord] = ()
) -> list[Earlier]:
    """What stands for the days before ``first``, as far as a cap still counts them; nothing is read where no cap does.

    ``forward``: signed lines that are about to be settled and count already.
    """
    begins = counted_from(load_rulebook() if part is None else part.rules, first)
    if begins is None:
        return []
    standing: dict[tuple[str, str], _Standing] = {}
    for row in _claimed(db, begins, first, part):
        standing[row.natural_key, row.payee] = _Standing(_earlier(row), row.amount_fen)
    corrected: dict[tuple[str, str], list[Any]] = defaultdict(list)
    settled = select(AdjustmentLine.line).where(
        AdjustmentLine.day >= begins, AdjustmentLine.day < first, *within(part, AdjustmentLine.street_code)
    )
    for line in db.scalars(settled.order_by(AdjustmentLine.id)):
        one = SimpleNamespace(**{**line, "day": date.fromisoformat(line["day"])})
        corrected[one.natural_key, one.payee].append(one)
    for claim in forward:
        if begins <= claim.day < first and (part is None or part.holds(claim.street_code)):
            corrected[claim.natural_key, claim.payee].append(claim)
    for key, signed in corrected.items():
        known = standing.get(key)
        fen = (known.fen if known else 0) + sum(row.amount_fen for row in signed)
        standing[key] = _Standing(_earlier(signed[-1]), fen)
    paid = [replace(found.line, amount_fen=found.fen) for found in standing.values() if found.fen > 0]
    doors = _doors(db, {one.person_id for one in paid if one.person_id is not None})
    shared = (replace(one, household=doors.get(one.person_id or 0, "")) for one in paid)
    return sorted(shared, key=lambda one: (one.day, one.slot))


def _claimed(db: Session, begins: date, first: date, part: Part | None) -> list[Any]:
    """The lines of the days before. Those of some streets are found by their meals: a look through all lines of a city would grow with it."""
    query = select(ClaimLine.id, *(getattr(ClaimLine, name) for name in _COLUMNS)).where(
        ClaimLine.day >= begins, ClaimLine.day < first, *within(part, ClaimLine.street_code),
        *(() if part is None or part.people is None else (claimed_for(part.people),)),
    )  # fmt: skip
    if part is None or part.streets is None or part.people is not None:
        found = [*db.execute(query)]
    else:
        meals = line_ids(begins, first - timedelta(days=1), part)
        assert meals is not None
        found = [*db.execute(query.where(ClaimLine.book_line_id.is_(None)))]
        for some in chunks(number for (number,) in rows(db, meals)):
            found += db.execute(query.where(numbered(ClaimLine.book_line_id, some)))
    return sorted(found, key=lambda row: row.id)


def _doors(db: Session, people: set[int]) -> dict[int, str]:
    """Resident → the door that a household shares."""
    found: dict[int, str] = {}
    wanted = sorted(people)
    for start in range(0, len(wanted), CHUNK):
        query = select(Resident.id, Resident.address_key).where(Resident.id.in_(wanted[start : start + CHUNK]))
        found |= dict(db.execute(query).tuples().all())
    return found


def _earlier(row: Any) -> Earlier:
    return Earlier(
        rule_id=row.rule_id, day=row.day, slot=row.slot, amount_fen=row.amount_fen, person_id=row.resident_id,
        operator=row.vendor_code, site=row.station_code, deliverer=row.driver_code, subject=row.payee if row.resident_id is None else "",
        place=row.street_code,
    )  # fmt: skip
