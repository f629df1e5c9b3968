"""What stays the same for a month, read from the ledger: people, vendors, drivers, and the weeks before. Columns, never ORM objects."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from mealroute.checks.business_facts import CapFacts, DriverFacts, RuleSays, VendorFacts
from mealroute.checks.door_rules import bare
from mealroute.checks.entered_reading import entered_of
from mealroute.checks.facts import DELIVERED, Person, Span, World
from mealroute.checks.hands_reading import hands_of
from mealroute.checks.models import OutsideNotice
from mealroute.checks.records import Limits
from mealroute.core.bulk import numbered
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.crypto import blind_index, normalise
from mealroute.core.rulebook import RULES, read
from mealroute.core.text import compact
from mealroute.delivery.models import Proof
from mealroute.delivery.queries import current
from mealroute.delivery.satisfaction_models import Satisfaction
from mealroute.dispatch.models import Run
from mealroute.orders.models import Amendment, BookLine, OrderBook, StandingOrder
from mealroute.residents.models import Contact, Pause, Resident, ResidentCategory, ResidentFact, StateChange
from mealroute.residents.rules import id_number_fault
from mealroute.rulebook.records import CapPer, Every, Nested, Rule
from mealroute.rulebook.values import Band, Windows
from mealroute.subsidy.queries import month_days
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.vendors.life_models import VendorStep
from mealroute.vendors.models import Driver, Kitchen, Vendor

Ids = Select[int] | Collection[int] | None
"""Which residents: a query of them, their numbers, or (None) all."""
MONTHS_BEFORE = 3
"""How far back residents' answers are compared with."""


@lru_cache(maxsize=1)
def district_code() -> str:
    """The district that pays, by its division code."""
    return read(RULES / "district-options.yaml", kind="district-options").text("district")


def read_world(db: Session, month: str, *, clock: Clock) -> World:
    """The people, businesses and earlier weeks around a month. A fixed number of statements."""
    first, last = month_days(month)
    return World(
        month=month, first=first, last=last, district=district_code(), people=people_of(db, clock),
        vendors=vendors_of(db), drivers=drivers_of(db), earlier=earlier_of(db, first), content=content_of(db, first, last),
        caps=caps_of(load_rulebook().rules, first, last), rules=says_of(load_rulebook().rules, first, last), staff=staff_of(db), hands=hands_of(db, month, first, last, clock=clock),
        entered=entered_of(db, first, clock=clock), cancelled=cancelled_of(db, first, last, clock=clock), kitchens_closed=kitchens_closed(db, last),
    )  # fmt: skip


def caps_of(every: Iterable[Rule], first: date, last: date, payer: int = 0) -> tuple[CapFacts, ...]:
    """How often a person may get each rule of the month, where it counts by calendar days, weeks, months or longer."""
    found: set[CapFacts] = set()
    for rule in every:
        if rule.valid_from <= last and (rule.valid_to is None or rule.valid_to >= first):
            if rule.unit == "person-day":
                found.add(CapFacts(rule.rule_id, "day", 1, payer))
            for cap in rule.caps:
                if (
                    cap.per is CapPer.PERSON
                    and cap.count is not None
                    and cap.pool == rule.rule_id
                    and cap.every in {Every.DAY, Every.WEEK, Every.MONTH, Every.QUARTER, Every.YEAR}
                ):
                    found.add(CapFacts(rule.rule_id, str(cap.every), cap.count, payer))
    return tuple(sorted(found))


def says_of(every: Iterable[Rule], first: date, last: date) -> dict[str, RuleSays]:
    """What each rule of the month asks for; of several versions the last."""
    found = {}
    for rule in every:
        if rule.valid_from <= last and (rule.valid_to is None or rule.valid_to >= first) and not rule.unit.periodic:
            asked = {one.key: one.value for one in rule.conditions}
            slots, price = asked.get("slots"), asked.get("price")
            found[rule.rule_id] = RuleSays(
                once_a_day=rule.unit == "person-day", tied=asked.get("own_part_paid") is True,
                above=isinstance(price, Band) and price.over_amount, basic=asked.get("basic_service") is True,
                slots=slots.names if isinstance(slots, Windows) else None, asks=frozenset(_named(rule)),
            )  # fmt: skip
    return found


def _named(rule: Rule) -> Iterator[str]:
    """The keys of every condition of a rule, in whatever block it stands."""
    blocks = [rule.conditions, *(conditions for conditions, _amount in rule.amount.cases)]
    blocks += [share.when for share in rule.sharing.shares]
    while blocks:
        for one in blocks.pop():
            yield one.key
            if isinstance(one.value, Nested):
                blocks += one.value.blocks


def staff_of(db: Session) -> dict[str, frozenset[str]]:
    """Vendor → its drivers' names, as they are compared."""
    found: dict[str, set[str]] = defaultdict(set)
    for vendor, name in db.execute(select(Driver.vendor_code, Driver.name)).tuples():
        if vendor and len(bare(name)) > 1:
            found[vendor].add(bare(name))
    return {vendor: frozenset(names) for vendor, names in found.items()}


def people_of(db: Session, clock: Clock, ids: Ids = None) -> dict[int, Person]:
    """Residents as the ledger has them; ``ids``: these alone."""
    states, pauses, categories, contacts = _states(db, ids), _pauses(db, ids), _categories(db, ids), _contacts(db, ids)
    notices, changes = notices_of(db, ids), _changes(db, ids)
    standing = dict(
        db.execute(
            select(StandingOrder.resident_id, func.min(StandingOrder.valid_from))
            .where(*_among(StandingOrder.resident_id, ids))
            .group_by(StandingOrder.resident_id)
        )
        .tuples()
        .all()
    )
    query = select(
        Resident.id, Resident.code, Resident.street_code, Resident.birth_date, Resident.living, Resident.basic_service,
        Resident.basic_service_from, Resident.ability_level, Resident.assessment_valid_until, Resident.id_number,
        Resident.id_number_index, Resident.phone_index, Resident.name, Resident.address, Resident.unit, Resident.created_at,
        Resident.state, Resident.state_since,
    ).where(*_among(Resident.id, ids))  # fmt: skip
    found = {}
    for row in db.execute(query.execution_options(yield_per=2000)).tuples():
        (number, code, street, born, living, basic, basic_from, ability, until, identity, index, phone, name, address, unit, created,
         state, since) = row  # fmt: skip
        known = contacts.get(number, ())
        found[number] = Person(
            id=number, code=code, street=street, born=born, states=tuple(states.get(number, ((since, state),))),
            pauses=tuple(pauses.get(number, ())), notices=tuple(notices.get(number, ())), categories=tuple(categories.get(number, ())),
            living=living, basic=basic, basic_from=basic_from, ability=ability, assessed_until=until, identity=index or "",
            identity_fault=(id_number_fault(identity, born) or "") if identity else "", phone=phone or "",
            contact_phones=frozenset(phone for _name, _relation, phone in known if phone),
            contacts=tuple(known), twin=twin_of(name, born), named=_print(compact(name)),
            address=address_of(street, address, unit), entered=clock.local(created).date(), standing_from=standing.get(number),
            changes=tuple(changes.get(number, ())),
        )  # fmt: skip
    return found


def _changes(db: Session, ids: Ids) -> dict[int, list[tuple[str, date, str, str]]]:
    found: dict[int, list[tuple[str, date, str, str]]] = defaultdict(list)
    query = select(
        ResidentFact.resident_id, ResidentFact.name, ResidentFact.since, ResidentFact.before, ResidentFact.value
    )
    wanted = ResidentFact.name.in_(("living", "basic_service")), *_among(ResidentFact.resident_id, ids)
    for number, name, since, before, after in db.execute(query.where(*wanted).order_by(ResidentFact.id)).tuples():
        found[number].append((name, since, before, after))
    return found


def _print(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def twin_of(name: str, born: date) -> str:
    """A fingerprint of name and birth date."""
    return _print(f"{compact(name)}/{born}")


def address_of(street: str, address: str, unit: str) -> str:
    """A fingerprint of the address."""
    return _print(compact(f"{street}{address}{unit}"))


def _among(column: InstrumentedAttribute[int], ids: Ids) -> tuple[ColumnElement[bool], ...]:
    if ids is None:
        return ()
    return (column.in_(ids) if isinstance(ids, Select) else numbered(column, ids),)


def _states(db: Session, ids: Ids) -> dict[int, list[tuple[date, str]]]:
    found: dict[int, list[tuple[date, str]]] = defaultdict(list)
    query = (
        select(StateChange.resident_id, StateChange.since, StateChange.state)
        .where(*_among(StateChange.resident_id, ids))
        .order_by(StateChange.id)
    )
    for number, since, state in db.execute(query).tuples():
        found[number].append((since, state))
    return found


def _pauses(db: Session, ids: Ids) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    query = select(Pause.resident_id, Pause.starts_on, Pause.ends_on, Pause.reason, Pause.id).where(
        Pause.cancelled_at.is_(None), *_among(Pause.resident_id, ids)
    )
    for number, first, last, reason, pause in db.execute(query).tuples():
        found[number].append(Span(first=first, last=last, kind=reason, reference=("pause", str(pause))))
    return found


def _categories(db: Session, ids: Ids) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    rows = db.execute(
        select(
            ResidentCategory.resident_id,
            ResidentCategory.valid_from,
            ResidentCategory.valid_to,
            ResidentCategory.category,
        ).where(*_among(ResidentCategory.resident_id, ids))
    )
    for number, first, last, category in rows.tuples():
        found[number].append(Span(first=first, last=last, kind=category))
    return found


def _contacts(db: Session, ids: Ids) -> dict[int, list[tuple[str, str, str]]]:
    found: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    rows = db.execute(
        select(Contact.resident_id, Contact.name, Contact.relation, Contact.phone_index)
        .where(*_among(Contact.resident_id, ids))
        .order_by(Contact.position)
    )
    for number, name, relation, phone in rows.tuples():
        found[number].append((name, relation, phone))
    return found


def notices_of(db: Session, ids: Ids = None) -> dict[int, list[Span]]:
    """Resident → what lists from outside say and nobody has withdrawn."""
    withdrawn = select(OutsideNotice.withdraws_id).where(OutsideNotice.withdraws_id.is_not(None))
    query = select(
        OutsideNotice.resident_id, OutsideNotice.first_day, OutsideNotice.last_day, OutsideNotice.kind, OutsideNotice.id
    ).where(
        OutsideNotice.withdraws_id.is_(None),
        OutsideNotice.id.not_in(withdrawn),
        *_among(OutsideNotice.resident_id, ids),
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for number, first, last, kind, notice in db.execute(query.order_by(OutsideNotice.id)).tuples():
        found[number].append(Span(first=first, last=last, kind=kind, reference=("notice", str(notice))))
    return found


def vendors_of(db: Session) -> dict[str, VendorFacts]:
    steps: dict[str, list[tuple[date, str]]] = defaultdict(list)
    before: dict[str, str] = {}
    for code, since, to, old in db.execute(
        select(VendorStep.vendor_code, VendorStep.effective_on, VendorStep.to_state, VendorStep.from_state).order_by(
            VendorStep.id
        )
    ).tuples():
        steps[code].append((since, to))
        before.setdefault(code, old or to)
    query = select(
        Vendor.code, Vendor.licence_valid_to, Vendor.contract_from, Vendor.contract_to, Vendor.state, Vendor.capacity_lunch,
        Vendor.capacity_dinner, Vendor.phone, Vendor.uscc, Vendor.licence_no,
    )  # fmt: skip
    return {
        code: VendorFacts(
            code=code, licence_to=licence, contract_from=begins, contract_to=ends, states=tuple(steps.get(code, ())),
            state=before.get(code, state), capacity={slot: most for slot, most in (("lunch", lunch), ("dinner", dinner)) if most},
            phones=_fingerprints(phone=phone or ""), papers=_fingerprints(phone=phone or "", uscc=uscc, licence=number),
        )
        for code, licence, begins, ends, state, lunch, dinner, phone, uscc, number in db.execute(query).tuples()
    }  # fmt: skip


def _fingerprints(**values: str) -> frozenset[str]:
    """What equal values have in common however they are written; a value without a letter or digit has none."""
    return frozenset(blind_index(kind, value) for kind, value in values.items() if normalise(kind, value))


def kitchens_closed(db: Session, last: date) -> dict[str, date]:
    """Kitchen → the first day without it, of those that were closed by the month's ``last`` day."""
    return {
        code: since
        for code, since in db.execute(select(Kitchen.code, Kitchen.closed_on).where(Kitchen.closed_on <= last)).tuples()
        if since is not None
    }


def cancelled_of(db: Session, first: date, last: date, *, clock: Clock) -> dict[int, int]:
    """Book line → when it was taken out of the book for good, in seconds since the midnight of its day."""
    query = (
        select(Amendment.cancels_line_id, OrderBook.day, Amendment.at)
        .join(OrderBook, OrderBook.id == Amendment.book_id)
        .where(OrderBook.day >= first, OrderBook.day <= last, Amendment.adds_line_id.is_(None))
    )
    return {
        line: int((at - at_seconds(day, 0, clock.zone)).total_seconds())
        for line, day, at in db.execute(query).tuples()
        if line is not None
    }


def drivers_of(db: Session) -> dict[str, DriverFacts]:
    query = select(
        Driver.code, Driver.vendor_code, Driver.phone_index, Driver.shift_start_s, Driver.shift_end_s, Driver.weekdays,
        Driver.health_certificate_to,
    )  # fmt: skip
    return {
        code: DriverFacts(
            code=code,
            vendor=vendor or "",
            phone=phone or "",
            shift_from_s=begins,
            shift_to_s=ends,
            weekdays=weekdays,
            certificate_to=until,
        )
        for code, vendor, phone, begins, ends, weekdays, until in db.execute(query).tuples()
    }


def earlier_of(db: Session, first: date) -> dict[str, dict[date, int]]:
    vendor = func.coalesce(Run.cooked_by, Run.vendor_code)
    query = (
        select(vendor, Run.day, func.sum(Proof.quantity))
        .join(Run, Run.id == Proof.run_id)
        .where(Run.day >= first - timedelta(weeks=4), Run.day < first, Proof.outcome.in_(sorted(DELIVERED)), current())
        .group_by(vendor, Run.day)
    )
    found: dict[str, dict[date, int]] = defaultdict(dict)
    for code, day, portions in db.execute(query).tuples():
        found[code][day] = int(portions)
    return found


def content_of(db: Session, first: date, last: date) -> dict[str, tuple[int, int, int, int]]:
    """The newest answer to each meal counts."""
    vendor = func.coalesce(Run.cooked_by, Run.vendor_code)
    newest = select(func.max(Satisfaction.id)).group_by(Satisfaction.book_line_id)
    query = (
        select(vendor, Run.day, Satisfaction.answer, func.count())
        .join(Proof, Proof.id == Satisfaction.proof_id)
        .join(Run, Run.id == Proof.run_id)
        .where(Run.day >= first - timedelta(days=31 * MONTHS_BEFORE), Run.day <= last, Satisfaction.id.in_(newest))
        .where(Satisfaction.answer.in_(("good", "so-so", "bad")))
        .group_by(vendor, Run.day, Satisfaction.answer)
    )
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for code, day, answer, n in db.execute(query).tuples():
        sums, now = counted[code], day >= first
        sums[0 if now else 2] += n
        sums[1 if now else 3] += n if answer == "good" else 0
    return {code: (sums[0], sums[1], sums[2], sums[3]) for code, sums in counted.items()}


def add_unused(db: Session, world: World, served: Collection[int], limits: Limits, ids: Ids = None) -> None:
    """Who has had a standing order for weeks and got nothing this month, with the last day on which they got something."""
    until = world.last - timedelta(weeks=limits["weeks"])
    begun = db.scalar(select(func.min(Run.day)))
    if begun is None or begun > until:  # the program itself has not run for so long
        return
    query = select(StandingOrder.resident_id).where(
        StandingOrder.valid_from <= until,
        (StandingOrder.valid_to.is_(None)) | (StandingOrder.valid_to >= world.last),
        *_among(StandingOrder.resident_id, ids),
    )
    wanted = [
        number
        for number in sorted(set(db.scalars(query)) - set(served))
        if number in world.people
        and world.people[number].state_on(world.last) == "active"
        and not _paused(world.people[number], until, world.last)
    ]
    world.unused = wanted
    world.last_meals = dict(_last_meals(db, wanted))


def _paused(person: Person, first: date, last: date) -> bool:
    """A pause that reaches into the weeks looked at explains why nothing came."""
    return any(span.first <= last and (span.last is None or span.last >= first) for span in person.pauses)


def _last_meals(db: Session, residents: list[int]) -> Iterable[tuple[int, date]]:
    for begin in range(0, len(residents), 500):
        query: Any = (
            select(BookLine.resident_id, func.max(Run.day))
            .join(Proof, Proof.book_line_id == BookLine.id)
            .join(Run, Run.id == Proof.run_id)
            .where(BookLine.resident_id.in_(residents[begin : begin + 500]), Proof.outcome.in_(sorted(DELIVERED)))
            .group_by(BookLine.resident_id)
        )
        yield from db.execute(query).tuples()
