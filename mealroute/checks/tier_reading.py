"""Which tiers the claims of a month reached, and how the counts behind them ran before. Read only for those that end near a tier."""

import calendar
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from mealroute.checks.facts import DELIVERED
from mealroute.checks.records import Limits
from mealroute.checks.tier_facts import Reached, Step, reached_by, steps_of
from mealroute.checks.tier_rules import just_over
from mealroute.delivery.models import Proof
from mealroute.delivery.queries import current
from mealroute.dispatch.models import Run
from mealroute.orders.models import BookLine
from mealroute.rulebook.records import Rule, Unit
from mealroute.subsidy.line_basis import NAMED
from mealroute.subsidy.models import ClaimBasis, ClaimLine
from mealroute.subsidy.site_queries import signed_persons
from mealroute.vendors.models import Station

MONTHS = 3
"""Earlier months that are looked at."""
Who = tuple[str, str]


class DayCount(NamedTuple):
    """One person's meals of one day with one payee."""

    day: date
    resident: int
    portions: int
    home: int


def tiers_of(
    db: Session, periods: Collection[int], rules: Iterable[Rule], first: date, last: date, limits: Limits,
    *, holds: Callable[[str, str], bool] = lambda _street, _vendor: True,
) -> tuple[Reached, ...]:  # fmt: skip
    """The steps that claims of these periods ended just above. ``holds``: whether a street's or a vendor's claim is looked at here.

    Nothing is read where no rule in force has a tier, and nothing of earlier months where nobody ends near one.
    """
    steps = steps_of(rules, first, last)
    if not steps or not periods:
        return ()
    near = [one for one in _reached(db, periods, steps, holds) if _near(one, limits)]
    if not near:
        return ()
    signed = _signed(db, [one for one in near if one.step.name == "signed-persons"], last, limits)
    carried = _carried(db, [one for one in near if one.step.name != "signed-persons"], first, last, limits)
    return tuple(sorted([*signed, *carried], key=lambda one: (one.who, one.rule, one.step.name)))


def _near(one: Reached, limits: Limits) -> bool:
    """As if all earlier months had been below."""
    return just_over(one._replace(before=(0,) * MONTHS), limits)


def _reached(
    db: Session, periods: Collection[int], steps: Mapping[tuple[str, int], Sequence[Step]], holds: Callable[[str, str], bool]
) -> list[Reached]:  # fmt: skip
    query = select(
        ClaimLine.rule_id, ClaimLine.rule_version, ClaimLine.unit, ClaimLine.amount_fen, ClaimBasis.basis, ClaimLine.cut, ClaimLine.station_code,
        ClaimLine.driver_code, ClaimLine.vendor_code, ClaimLine.street_code,
    ).select_from(ClaimLine).join(ClaimBasis, NAMED).where(
        ClaimLine.period_id.in_(periods), ClaimLine.book_line_id.is_(None), ClaimLine.rule_id.in_(sorted({rule for rule, _version in steps})),
    )  # fmt: skip
    found = []
    for rule, version, unit, fen, basis, cut, station, driver, vendor, street in db.execute(
        query.order_by(ClaimLine.id)
    ).tuples():
        known: Sequence[Step] = steps.get((rule, version), ()) if holds(street, vendor) else ()
        counts, who = basis.get("counts", {}), _who(station, driver, vendor)
        found += [
            Reached(who, rule, version, step, counts[step.name], yearly=unit == Unit.YEAR, vendor=vendor, street=street)
            for step in reached_by(known, counts, fen, cut=bool(cut))
        ]  # fmt: skip
    return found


def _who(station: str, driver: str, vendor: str) -> Who:
    if station:
        return "site", station
    return ("deliverer", driver) if driver else ("operator", vendor)


def _signed(db: Session, near: Sequence[Reached], last: date, limits: Limits) -> list[Reached]:
    """Signed persons at the ends of the months before, and who signed in the last days."""
    if not near:
        return []
    days = timedelta(days=limits["last_days"])
    ends = [*_ends_before(last.replace(day=1)), last - 2 * days, last - days, last]
    standing = [signed_persons(db, day) for day in ends]
    operators = dict(db.execute(select(Station.code, Station.operator_vendor_code)).tuples().all())

    def people(who: Who, at: int) -> frozenset[int]:
        kind, code = who
        mine = [station for station in standing[at] if (station if kind == "site" else operators.get(station)) == code]
        return frozenset().union(*(standing[at][station] for station in mine))

    found = []
    for one in near:
        sets = [people(one.who, at) for at in range(len(ends))]
        before = tuple(len(each) for each in sets[:MONTHS] if each)
        found.append(one._replace(before=before, late=len(sets[-1] - sets[-2]), pace=len(sets[-2] - sets[-3])))
    return found


def _ends_before(first: date) -> list[date]:
    """The last days of the months before, the oldest first."""
    found = [first - timedelta(days=1)]
    while len(found) < MONTHS:
        found.append(found[-1].replace(day=1) - timedelta(days=1))
    return found[::-1]


def _carried(db: Session, near: Sequence[Reached], first: date, last: date, limits: Limits) -> list[Reached]:
    """Counts of meals, months made comparable by their service days. A vendor of several districts is counted as a whole."""
    if not near:
        return []
    begin = first.replace(month=1) if any(one.yearly for one in near) else first
    begin = min(begin, (_ends_before(first)[0]).replace(day=1))
    served = sorted(db.scalars(select(Run.day).where(Run.day >= begin, Run.day <= last).distinct()))
    months: dict[date, int] = defaultdict(int)
    for day in served:
        months[day.replace(day=1)] += 1
    rows = _rows(db, {one.who for one in near}, begin, last)
    found = []
    for one in near:
        own = rows.get(one.who, [])
        if one.yearly:
            sums = [_count(one.step.name, _of_month(own, month)) for month in sorted(months) if month.year == last.year]
            found.append(one._replace(late=sums[-1], pace=max(sums[:-1], default=0)) if sums else one)
            continue
        before = []
        for end in _ends_before(first):
            month = end.replace(day=1)
            count = _count(one.step.name, _of_month(own, month))
            if count:
                scale = one.step.name in {"meals", "person-days", "deliveries"}
                before.append(count * months[first] // months[month] if scale else count)
        late, pace = _last_days(one.step.name, own, served, limits["last_days"])
        found.append(one._replace(before=tuple(before), late=late, pace=pace))
    return found


def _rows(db: Session, payees: Collection[Who], begin: date, last: date) -> dict[Who, list[DayCount]]:
    columns: dict[str, Any] = {
        "operator": func.coalesce(Run.cooked_by, Run.vendor_code), "site": BookLine.station_code, "deliverer": Run.driver_code,
    }  # fmt: skip
    found: dict[Who, list[DayCount]] = defaultdict(list)
    for kind, column in columns.items():
        codes = sorted(code for each, code in payees if each == kind)
        if not codes:
            continue
        home = func.sum(case((BookLine.delivery == "home", 1), else_=0))
        query = (
            select(column, Run.day, BookLine.resident_id, func.sum(Proof.quantity), home)
            .join(Run, Run.id == Proof.run_id)
            .join(BookLine, BookLine.id == Proof.book_line_id)
            .where(Run.day >= begin, Run.day <= last, column.in_(codes), current(), Proof.outcome.in_(sorted(DELIVERED)), Proof.quantity > 0)
            .where(*(() if kind == "operator" else (BookLine.delivery == ("station" if kind == "site" else "home"),)))
            .group_by(column, Run.day, BookLine.resident_id)
        )  # fmt: skip
        for code, day, resident, portions, lines in db.execute(query):
            found[kind, code].append(DayCount(day, resident, int(portions), int(lines)))
    return found


def _of_month(rows: Iterable[DayCount], month: date) -> list[DayCount]:
    end = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    return [row for row in rows if month <= row.day <= end]


def _count(name: str, rows: Sequence[DayCount]) -> int:
    """As ``subsidy.site_facts.Tally`` counts."""
    days = len({row.day for row in rows})
    portions = sum(row.portions for row in rows)
    return {
        "meals": portions, "person-days": len(rows), "persons": len({row.resident for row in rows}), "deliveries": sum(row.home for row in rows),
        "meals-a-day": portions // days if days else 0,
    }[name]  # fmt: skip


def _last_days(name: str, rows: Sequence[DayCount], served: Sequence[date], days: int) -> tuple[int, int]:
    """What the last service days brought, and the most that as many before them in a row did. Of counts that add up alone."""
    if name not in {"meals", "person-days", "deliveries"} or len(served) < 2 * days:
        return 0, 0
    by_day: dict[date, list[DayCount]] = defaultdict(list)
    for row in rows:
        by_day[row.day].append(row)
    daily = [_count(name, by_day[day]) for day in served]
    return sum(daily[-days:]), max(sum(daily[n : n + days]) for n in range(len(daily) - 2 * days + 1))
