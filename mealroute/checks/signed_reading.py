"""Who is signed with the sites whose claims count signed persons. Nothing is read where no rule does."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.checks.facts import Person
from mealroute.checks.records import Limits
from mealroute.checks.signed_facts import SignedSite
from mealroute.checks.world_reading import people_of
from mealroute.core.clock import Clock
from mealroute.rulebook.records import Amount, Conditions, Rule
from mealroute.rulebook.values import Counts
from mealroute.subsidy.line_basis import NAMED
from mealroute.subsidy.models import ClaimBasis, ClaimLine
from mealroute.subsidy.site_queries import signed_persons

SIGNED = "signed-persons"


def signed_of(
    db: Session, periods: Collection[int], rules: Iterable[Rule], first: date, last: date, limits: Limits, *, clock: Clock,
    holds: Callable[[str, str], bool] = lambda _street, _vendor: True,
) -> tuple[SignedSite, ...]:  # fmt: skip
    """The sites with a claim that rests on signed persons, and who of these is nobody to be counted. ``holds``: as in ``tiers_of``.

    Who went within the last ``days`` before the month is left out: such papers are on their way.
    """
    counting = {rule.rule_id for rule in rules if rule.unit.periodic and _counts_signed(rule)}
    if not counting or not periods:
        return ()
    query = (
        select(
            ClaimLine.station_code, ClaimLine.vendor_code, ClaimLine.street_code, ClaimLine.rule_id, ClaimBasis.basis
        )
        .select_from(ClaimLine)
        .join(ClaimBasis, NAMED)
        .where(ClaimLine.period_id.in_(periods), ClaimLine.book_line_id.is_(None))
        .where(ClaimLine.rule_id.in_(sorted(counting)), ClaimLine.station_code != "")
    )
    claims = [row for row in db.execute(query.order_by(ClaimLine.id)).tuples() if holds(row[2], row[1])]
    if not claims:
        return ()
    standing = signed_persons(db, last)
    times = Counter(person for people in standing.values() for person in people)
    people = people_of(db, clock, sorted(set().union(*(standing.get(claim[0], ()) for claim in claims))))
    long_ago = first - timedelta(days=limits["days"])
    found = []
    for station, vendor, street, rule, basis in claims:
        own = standing.get(station, frozenset())
        wrong = {
            number: why
            for number in sorted(own)
            if (why := _why(people[number], long_ago) or ("twice" if times[number] > 1 else ""))
        }
        count = basis.get("counts", {}).get(SIGNED, len(own))
        found.append(SignedSite(station, vendor, street, rule, count, wrong))
    return tuple(found)


def _why(person: Person, day: date) -> str:
    """Why somebody was no person to be signed by that day; empty: nothing is known."""
    if person.notice_on(day, "deceased") or person.state_on(day) == "deceased":
        return "deceased"
    if person.notice_on(day, "moved-out"):
        return "moved"
    return "institution" if person.at_institution_on(day) or person.notice_on(day, "institution") else ""


def _counts_signed(rule: Rule) -> bool:
    asked = (one.value for conditions in _conditions(rule) for one in conditions)
    named = any(isinstance(value, Counts) and any(name == SIGNED for name, _band in value.bands) for value in asked)
    return named or any(amount.by == SIGNED for amount in _amounts(rule.amount))


def _conditions(rule: Rule) -> Iterator[Conditions]:
    yield rule.conditions
    yield from (when for when, _amount in rule.amount.cases)


def _amounts(amount: Amount) -> Iterator[Amount]:
    yield amount
    for _when, other in amount.cases:
        yield from _amounts(other)
