"""What rules on months, quarters, years and applications need, read from the database; nothing is read where no such rule is in force."""

import calendar
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from mealroute.areas.queries import street_zones
from mealroute.delivery.models import Proof
from mealroute.delivery.queries import current
from mealroute.delivery.records import DELIVERED
from mealroute.dispatch.models import Run
from mealroute.orders.models import BookLine
from mealroute.residents.models import Resident, StateChange
from mealroute.rulebook.records import Unit
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.records import Rulebook
from mealroute.subsidy.site_facts import Application, Member, Payee, PeriodicFacts, Site, Tally
from mealroute.subsidy.site_models import SiteAgreement, SiteApplication, SiteFigure
from mealroute.vendors.models import Station, Vendor

TAG, KIND = "tag:", "kind:"
"""Figures that are no numbers but marks of a site (1 holds, 0 no longer): a tag of the rules, or what kind of meal point it is."""


def periodic_facts(
    db: Session, first: date, last: date, rules: Rulebook, *, streets: Collection[str] | None = None,
    members: Sequence[Member] = (),
) -> PeriodicFacts | None:  # fmt: skip
    """The facts of one whole calendar month; None for other spans, and where no rule pays by months, quarters, years or applications.

    ``streets``: only the sites there, and what was done for people there. ``members``: the residents of the month (``members_of``).
    """
    whole = first.day == 1 and last == first.replace(day=calendar.monthrange(first.year, first.month)[1])
    periodic = [rule for rule in rules.rules if rule.unit.periodic]
    if not whole or not periodic:
        return None
    yearly = last.month == 12 and any(rule.unit is Unit.YEAR for rule in periodic)
    quarterly = last.month % 3 == 0 and any(rule.unit is Unit.QUARTER for rule in periodic)
    ids = [rule.rule_id for rule in periodic]
    claimed = select(ClaimLine.natural_key).where(
        ClaimLine.book_line_id.is_(None), ClaimLine.rule_id.in_(ids), (ClaimLine.day < first) | (ClaimLine.day > last)
    )
    applications = select(SiteApplication).where(SiteApplication.day >= first, SiteApplication.day <= last)
    sites = [site for site in _sites(db, last) if streets is None or site.street_code in streets]
    known = {site.code for site in sites}
    return PeriodicFacts(
        first=first, last=last, sites=sites,
        operators={code: star for code, star in db.execute(select(Vendor.code, Vendor.star)) if star is not None},
        applications=[
            Application(
                reference=row.reference, station_code=row.station_code, day=row.day, kind=row.kind, capacity=row.capacity,
                cost_fen=row.cost_fen, document_no=row.document_no,
            )
            for row in db.scalars(applications.order_by(SiteApplication.day, SiteApplication.id))
            if row.station_code in known
        ],
        members=members, quarters=_span(db, last.replace(month=last.month - 2, day=1), last, streets) if quarterly else {},
        years=_span(db, last.replace(month=1, day=1), last, streets) if yearly else {}, claimed=frozenset(db.scalars(claimed)),
    )  # fmt: skip


def _sites(db: Session, last: date) -> list[Site]:
    figures: dict[str, dict[str, int]] = defaultdict(dict)
    query = select(SiteFigure).where(SiteFigure.valid_from <= last).order_by(SiteFigure.valid_from, SiteFigure.id)
    for entry in db.scalars(query):
        figures[entry.station_code][entry.name] = entry.value
    signed, zones = signed_persons(db, last), street_zones(db)
    found = []
    for row in db.scalars(select(Station).order_by(Station.code)):
        known = figures.get(row.code, {})
        marks = {
            kind: [name.removeprefix(kind) for name, value in known.items() if name.startswith(kind) and value]
            for kind in (TAG, KIND)
        }
        found.append(
            Site(
                code=row.code, kind=(marks[KIND] or [row.kind])[-1], street_code=row.street_code,
                operator=row.operator_vendor_code or "", signed_persons=len(signed.get(row.code, ())),
                zone=zones.get(row.street_code, ""), figures={name: value for name, value in known.items() if not name.startswith((TAG, KIND))},
                tags=frozenset(marks[TAG]),
            )
        )  # fmt: skip
    return found


def signed_persons(db: Session, day: date) -> dict[str, frozenset[int]]:
    """Station → residents whose agreement with it stands on a day; who has died is signed no longer."""
    standing: dict[tuple[str, int], str] = {}
    query = select(SiteAgreement).where(SiteAgreement.day <= day).order_by(SiteAgreement.day, SiteAgreement.id)
    for row in db.scalars(query):
        standing[row.station_code, row.resident_id] = row.kind
    newest = select(StateChange.resident_id, StateChange.state).where(StateChange.since <= day)
    states = dict(db.execute(newest.order_by(StateChange.since, StateChange.id)).tuples().all())
    found: dict[str, set[int]] = defaultdict(set)
    for (station, resident), kind in standing.items():
        if kind == "signed" and states.get(resident) != "deceased":
            found[station].add(resident)
    return {station: frozenset(people) for station, people in found.items()}


def _span(db: Session, first: date, last: date, streets: Collection[str] | None) -> dict[Payee, Tally]:
    """What each payee did from ``first`` to ``last``, from the records of doors in force; a statement each kind."""
    home = BookLine.delivery == "home"
    cook = func.coalesce(Run.cooked_by, Run.vendor_code)
    found: dict[Payee, Tally] = {}
    for kind, code, where in (
        ("operator", cook, None), ("site", BookLine.station_code, BookLine.delivery == "station"), ("deliverer", Run.driver_code, home),
        ("resident", Resident.code, None),
    ):  # fmt: skip
        conditions = [
            Run.day >= first, Run.day <= last, current(), Proof.outcome.in_(sorted(map(str, DELIVERED))),
            Proof.quantity > 0, *(() if streets is None else (BookLine.street_code.in_(sorted(streets)),)),
        ]  # fmt: skip
        query = (
            select(
                code, BookLine.resident_id, Run.day, func.sum(Proof.quantity),
                func.sum(Proof.quantity * BookLine.unit_price_fen), func.count(), func.sum(case((home, 1), else_=0)),
            )
            .join(Run, Run.id == Proof.run_id)
            .join(BookLine, BookLine.id == Proof.book_line_id)
            .join(Resident, Resident.id == BookLine.resident_id)
            .where(*conditions, *(() if where is None else (where,)))
            .group_by(code, BookLine.resident_id, Run.day)
        )  # fmt: skip
        meals: dict[str, int] = defaultdict(int)
        spend: dict[str, int] = defaultdict(int)
        days: dict[str, int] = defaultdict(int)
        lines: dict[str, int] = defaultdict(int)
        people: dict[str, set[int]] = defaultdict(set)
        dates: dict[str, set[date]] = defaultdict(set)
        for code_of, resident, day, portions, fen, count, brought in db.execute(query):
            who = code_of or ""
            meals[who] += int(portions)
            spend[who] += int(fen)
            days[who] += 1
            lines[who] += count if kind == "deliverer" else int(brought)
            people[who].add(resident)
            dates[who].add(day)
        for who, portions in meals.items():
            found[kind, who] = Tally(
                meals=portions, person_days=days[who], persons=len(people[who]), spend_fen=spend[who],
                deliveries=lines[who], days=len(dates[who]),
            )  # fmt: skip
    return found
