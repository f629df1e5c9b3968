"""Reads of the chain: a month from order to claim by day, street, vendor and kitchen, down to its lines. Fixed number of statements.

An open month is computed from what stands now; a closed one is read as it was closed (``chain_cell``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from mealroute.areas.queries import streets
from mealroute.core.actor import Scope
from mealroute.core.collecting import uncollected
from mealroute.core.i18n import language
from mealroute.core.text import mask_name
from mealroute.delivery.loading_models import LoadingCheck, LoadingCount
from mealroute.dispatch.models import Run
from mealroute.kitchen.models import PackedTrip
from mealroute.orders.models import BookLine
from mealroute.planning.models import PlanLine, PlanRoute, PlanVersion, PlanVisit
from mealroute.residents.models import Resident
from mealroute.settlement import chain_rules, holding
from mealroute.settlement.chain_records import NAMES, Cell, Chain, ChainLine, CountDifference, Cut, MonthChain, Place
from mealroute.settlement.chain_rules import Carrier, Count, Lines
from mealroute.settlement.models import ChainCell, ChainWord
from mealroute.settlement.month import MonthNow, month_now
from mealroute.subsidy import computing, queries
from mealroute.subsidy.build import MonthRows
from mealroute.subsidy.payers import Payer, Who, payer_of
from mealroute.subsidy.records import ClaimLineRecord, LineAccount, PeriodState
from mealroute.subsidy.rows import month_days
from mealroute.vendors.models import Kitchen, Vendor


def month_chain(db: Session, payer: Who, month: str, cut: Cut, *, scope: Scope) -> MonthChain:
    """The chain of a month, cut as asked."""
    who = payer_of(db, payer)
    period = queries.period(db, who.code, month)
    if period is not None and period.state == PeriodState.CLOSED:
        stored = tuple(cell for cell in stored_cells(db, period.id) if within(cell.place, scope))
        return MonthChain(closed=True, rows=chain_rules.cut_by(stored, cut, labels(db, cut)), whole=chain_rules.total(stored), differences=())  # fmt: skip
    found = lines_now(db, who, month)
    cells = tuple(cell for cell in chain_rules.cells(found) if within(cell.place, scope))
    return MonthChain(
        closed=False, rows=chain_rules.cut_by(cells, cut, labels(db, cut)), whole=chain_rules.total(cells),
        differences=tuple(each for each in found.differences if within(each.place, scope)),
    )  # fmt: skip


def within(place: Place, scope: Scope) -> bool:
    """A street sees its own portions; counts of whole trips are for those who see every street."""
    return (
        scope.sees_street(place.street)
        and scope.vendor in {None, place.vendor}
        and scope.kitchen in {None, place.kitchen}
    )


@uncollected()
def lines_now(db: Session, payer: Who, month: str) -> Lines:
    """Every line of the month on its way, as records stand now."""
    who = payer_of(db, payer)
    period = queries.period(db, who.code, month)
    if period is None or period.state != PeriodState.CLOSED:
        return lines_from(db, month, month_now(db, who, month))
    rows = queries.month_rows(db, month, facts=queries.person_facts(db, period.id), part=who.part)
    held = frozenset(each.line.natural_key for each in holding.kept_out(db, period.id))
    computed = computing.compute(month, rows, who.rules, every_reason=False, held=held)
    explained = computing.with_automatic(computed.accounts, computing.covered(queries.explanations(db, period.id)))
    return _lines(db, who, month_days(month), rows, computed.accounts, computed.lines, computed.held, explained)


def day_differences(db: Session, payer: Who, day: date) -> tuple[CountDifference, ...]:
    """The counts of trips of one day that differ, as ``lines_now`` gives them for its month: no claim has a part in them, so none is computed."""
    who = payer_of(db, payer)
    no_rules = replace(who.rules, book=replace(who.rules.book, rules=()))
    rows = queries.rows_between(db, day, day, part=replace(who.whole_part, rules=no_rules))
    return _lines(db, who, (day, day), rows, (), (), (), {}).differences


def lines_from(db: Session, month: str, now: MonthNow) -> Lines:
    """The same from a month that has been computed already."""
    return _lines(db, now.who, month_days(month), now.rows, now.accounts, now.lines, now.held, now.explained)


def _lines(
    db: Session, who: Payer, days: tuple[date, date], rows: MonthRows, accounts: Sequence[LineAccount], lines: Sequence[ClaimLineRecord],
    held: Sequence[ClaimLineRecord], explained: Mapping[int, int],
) -> Lines:  # fmt: skip
    first, last = days
    return chain_rules.lines_of(
        rows, carriers(db, first, last), accounts, lines, held, explained, packed=packed(db, first, last), aboard=aboard(db, first, last),
        words=words(db, f"{first:%Y-%m}"), beside=beside(db, first, last, who),
    )  # fmt: skip


def beside(db: Session, first: date, last: date, who: Payer) -> dict[tuple[str, object], int]:
    """Planned portions of other payers by trip, as ``chain_rules.trip_keys`` names trips: a count of a whole trip holds them too."""
    if who.streets is None:
        return {}
    query = (
        select(PlanVersion.day, PlanVersion.slot, PlanRoute.vehicle_code, PlanVisit.trip, Run.id, func.sum(PlanLine.portions))
        .join(PlanVersion, PlanVersion.id == PlanLine.version_id)
        .join(PlanVisit, PlanVisit.id == PlanLine.visit_id)
        .join(PlanRoute, PlanRoute.id == PlanVisit.route_id)
        .join(BookLine, BookLine.id == PlanLine.book_line_id)
        .outerjoin(Run, Run.route_id == PlanRoute.id)
        .where(PlanVersion.day >= first, PlanVersion.day <= last, PlanVersion.state == "published")
        .where(BookLine.street_code.not_in(sorted(who.streets)))
        .group_by(PlanVersion.day, PlanVersion.slot, PlanRoute.vehicle_code, PlanVisit.trip, Run.id)
    )  # fmt: skip
    found: dict[tuple[str, object], int] = {}
    for day, slot, vehicle, trip, run, portions in db.execute(query):
        for key in chain_rules.trip_keys(day, slot, vehicle, trip, run):
            found[key] = found.get(key, 0) + int(portions)
    return found


def carriers(db: Session, first: date, last: date) -> dict[int, Carrier]:
    """Line → how it is carried, by the plan in force; by the run that brought it where that was withdrawn since."""
    query = (
        select(
            PlanLine.book_line_id, PlanVersion.state, PlanRoute.kitchen_code, Kitchen.vendor_code, Run.id, PlanRoute.number,
            PlanRoute.vehicle_code, PlanVisit.trip,
        )
        .join(PlanVersion, PlanVersion.id == PlanLine.version_id)
        .join(PlanVisit, PlanVisit.id == PlanLine.visit_id)
        .join(PlanRoute, PlanRoute.id == PlanVisit.route_id)
        .outerjoin(Run, Run.route_id == PlanRoute.id)
        .outerjoin(Kitchen, Kitchen.code == PlanRoute.kitchen_code)
        .where(PlanVersion.day >= first, PlanVersion.day <= last)
        .where((PlanVersion.state == "published") | (Run.state == "withdrawn"))
        .order_by(PlanVersion.number)
    )  # fmt: skip
    found: dict[int, Carrier] = {}
    standing: set[int] = set()
    for line, state, kitchen, vendor, run, route, vehicle, trip in db.execute(query):
        if state == "published" or line not in standing:
            found[line] = Carrier(kitchen, vendor or "", run, route, vehicle, trip)
        if state == "published":
            standing.add(line)
    return found


def packed(db: Session, first: date, last: date) -> dict[tuple[date, str, str, int], Count]:
    """Trips that the kitchen ticked as packed, with the portions that it packed; the newest tick holds."""
    query = (
        select(PackedTrip.day, PackedTrip.slot, PackedTrip.vehicle_code, PackedTrip.trip, PackedTrip.portions, PackedTrip.packed, PackedTrip.by_name)
        .where(PackedTrip.day >= first, PackedTrip.day <= last)
        .order_by(PackedTrip.number)
    )  # fmt: skip
    found: dict[tuple[date, str, str, int], Count] = {}
    for day, slot, vehicle, trip, portions, ticked, name in db.execute(query):
        found.pop((day, slot, vehicle, trip), None)
        if ticked:
            found[day, slot, vehicle, trip] = Count(portions, "", name)
    return found


def aboard(db: Session, first: date, last: date) -> dict[tuple[int, int], Count]:
    """What drivers counted before leaving, by run and trip; the newest check holds."""
    newest = (
        select(func.max(LoadingCheck.id).label("id"))
        .join(Run, Run.id == LoadingCheck.run_id)
        .where(Run.day >= first, Run.day <= last)
        .group_by(LoadingCheck.run_id, LoadingCheck.trip)
        .subquery()
    )
    query = (
        select(
            LoadingCheck.run_id,
            LoadingCheck.trip,
            LoadingCheck.note,
            LoadingCheck.by_name,
            func.sum(LoadingCount.counted),
        )
        .join(newest, newest.c.id == LoadingCheck.id)
        .join(LoadingCount, and_(LoadingCount.check_id == LoadingCheck.id, LoadingCount.kind == "portions"))
        .group_by(LoadingCheck.run_id, LoadingCheck.trip, LoadingCheck.note, LoadingCheck.by_name)
    )
    return {(run, trip): Count(int(counted), note, name) for run, trip, note, name, counted in db.execute(query)}


def words(db: Session, month: str) -> dict[str, tuple[str, str]]:
    """Natural key of a count's difference → what somebody said about it last, and who."""
    query = (
        select(ChainWord.natural_key, ChainWord.sentence, ChainWord.by_name)
        .where(ChainWord.month == month)
        .order_by(ChainWord.number)
    )
    return {key: (sentence, name) for key, sentence, name in db.execute(query)}


def stored_cells(db: Session, period_id: int) -> tuple[Cell, ...]:
    """The chain of a closed month, as it was closed."""
    query = select(ChainCell).where(ChainCell.period_id == period_id).order_by(ChainCell.id)
    return tuple(
        Cell(
            place=Place(day=row.day, slot=row.slot, street=row.street_code, vendor=row.vendor_code, kitchen=row.kitchen_code),
            chain=Chain(**{name: row.figures.get(name, 0) for name in NAMES}),
        )
        for row in db.scalars(query)
    )  # fmt: skip


def labels(db: Session, cut: Cut) -> Callable[[str], str]:
    """What a row of a cut is called; keys without a name are shown as they are."""
    match cut:
        case Cut.DAY:
            names: dict[str, str] = {}
        case Cut.STREET:
            english = language() == "en"
            names = {one.code: (one.name_en or one.name) if english else one.name for one in streets(db)}
        case Cut.VENDOR:
            names = dict(db.execute(select(Vendor.code, Vendor.name)).tuples().all())
        case Cut.KITCHEN:
            names = dict(db.execute(select(Kitchen.code, Kitchen.name)).tuples().all())
    return lambda key: names.get(key, key)


def chain_lines(
    db: Session, payer: Who, month: str, *, cut: Cut | None, key: str, figure: str, scope: Scope
) -> tuple[ChainLine, ...]:
    """The lines behind one figure of the chain: of one row of a cut, or (``cut`` None) of the whole month."""
    who = payer_of(db, payer)
    found = lines_now(db, who, month)
    wanted = [
        line
        for line, chain in found.chains.items()
        if getattr(chain, figure)
        and within(found.places[line], scope)
        and (cut is None or found.places[line].of(cut) == key)
    ]
    return described(db, who, month, found, wanted)


def described(db: Session, who: Payer, month: str, found: Lines, wanted: list[int]) -> tuple[ChainLine, ...]:
    """Lines with the masked name and what is known about them, by day and street."""
    rows = found.rows
    people = {line.line_id: line.resident_id for line in rows.book}
    names = {number: (code, mask_name(name)) for number, code, name in db.execute(select(Resident.id, Resident.code, Resident.name))}  # fmt: skip
    period = queries.period(db, who.code, month)
    said = (
        {each.book_line_id: (each.code, each.sentence) for each in queries.explanations(db, period.id)}
        if period
        else {}
    )
    lines = []
    for line in wanted:
        code, name = names[people[line]]
        door, carrier = rows.doors.get(line), found.carriers.get(line)
        why, words_of = said.get(line, ("", ""))
        lines.append(
            ChainLine(
                book_line_id=line, place=found.places[line], resident_code=code, resident_name=name, chain=found.chains[line],
                outcome=door.outcome if door else "", route=carrier.route if carrier else None, code=why, words=words_of,
            )
        )  # fmt: skip
    return tuple(
        sorted(lines, key=lambda each: (each.place.day, each.place.slot, each.place.street, each.book_line_id))
    )
