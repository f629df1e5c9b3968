"""A city's checks in parts that have nothing in common: payers that share a run, a driver, a phone or a person are looked at together.

So a person who is claimed for in two districts is found as surely as in one, and what is found in all parts is what one look at the whole finds.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from mealroute.checks.counts_reading import Conditions
from mealroute.checks.world_reading import address_of, twin_of
from mealroute.core.bulk import chunks, numbered, rows
from mealroute.delivery.aside_models import ProofAside
from mealroute.delivery.evidence_models import Evidence
from mealroute.delivery.models import Proof
from mealroute.dispatch.models import Run
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.orders.models import BookLine, Order, OrderBook, Payment
from mealroute.residents.models import Contact, Resident
from mealroute.vendors.models import Driver


@dataclass(frozen=True, slots=True, kw_only=True)
class Streets:
    """The streets of a part. ``others``: where this is the part that takes what belongs to no street, those of all other parts.

    ``known``: all streets that anything is written down for; with them the rest is asked for by name, which an index answers.
    """

    own: frozenset[str]
    others: frozenset[str] | None = None
    known: frozenset[str] = frozenset()

    def holds(self, street: str) -> bool:
        return street in self.own if self.others is None else street not in self.others

    def of_lines(self) -> Conditions:
        """Which book lines belong to the part."""
        return (self._holding(BookLine.street_code),)

    def residents(self, first: date, last: date) -> Select[int]:
        """Who lives there, and who eats there."""
        eating = select(BookLine.resident_id).join(OrderBook, OrderBook.id == BookLine.book_id)
        both = union(
            select(Resident.id).where(self._holding(Resident.street_code)),
            eating.where(OrderBook.day >= first, OrderBook.day <= last, *self.of_lines()),
        ).subquery()
        return select(both.c.id)

    def _holding(self, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        if self.others is None:
            return column.in_(sorted(self.own))
        return column.in_(sorted(self.known - self.others)) if self.known else column.not_in(sorted(self.others))


def known_streets(db: Session) -> frozenset[str]:
    """Every street that a resident lives in or a meal was ordered for."""
    codes = union(select(Resident.street_code), select(BookLine.street_code))
    return frozenset(db.scalars(codes))


Hand = tuple[int, str, str | None]
"""What a record of a door hangs on: its run, device and station."""


def _hands(first: date, last: date, *more: InstrumentedAttribute[Any]) -> Select[*tuple[Any, ...]]:
    query = select(Proof.run_id, Proof.device, BookLine.station_code, *more)
    joined = query.join(Run, Run.id == Proof.run_id).join(BookLine, BookLine.id == Proof.book_line_id)
    return joined.where(Run.day >= first, Run.day <= last).distinct()


def overtaken(db: Session, first: date, last: date) -> dict[str, set[Hand]]:
    """Street → the hands of records that no longer stand: few, and so read for all streets at once."""
    later = aliased(Proof)
    gone: CompoundSelect[int | None] = union(
        select(later.supersedes_id).where(later.supersedes_id.is_not(None)), select(ProofAside.proof_id)
    )
    found: dict[str, set[Hand]] = defaultdict(set)
    for run, device, station, street in rows(db, _hands(first, last, BookLine.street_code).where(Proof.id.in_(gone))):
        found[street].add((run, device, station))
    return dict(found)


def links(
    db: Session, streets: Streets, first: date, last: date, *, doors: Collection[Hand] | None = None
) -> frozenset[str]:
    """Everything by which the records of a part may hang together with those of another; ``doors``: their hands, if they are known."""
    where = Run.day >= first, Run.day <= last, *streets.of_lines()
    if doors is None:
        doors = [
            (run, device, station) for run, device, station in rows(db, _hands(first, last).where(*streets.of_lines()))
        ]
    found = {
        f"{kind}/{code}" for _run, *own in doors for kind, code in zip(("device", "station"), own, strict=True) if code
    }
    for some in chunks({run for run, *_own in doors}):
        of_runs = select(Run.id, Run.vendor_code, Run.cooked_by, Run.kitchen_code, Run.driver_code)
        for run, vendor, cook, kitchen, driver in rows(db, of_runs.where(numbered(Run.id, some))):
            found |= {f"run/{run}", f"vendor/{vendor}", f"kitchen/{kitchen}", f"driver/{driver}"}
            if cook:
                found.add(f"vendor/{cook}")
    found |= _one_phone(db, found)
    handed_on = select(StopTransfer.cooked_by).where(StopTransfer.cooked_by != "")
    if db.scalar(handed_on.limit(1)) is not None:
        cooks = (
            handed_on.join(Proof, Proof.visit_id == StopTransfer.visit_id)
            .join(Run, Run.id == Proof.run_id)
            .join(BookLine, BookLine.id == Proof.book_line_id)
        )
        found |= {f"vendor/{cook}" for cook in db.scalars(cooks.where(*where).distinct())}
    people = select(
        Resident.id, Resident.name, Resident.birth_date, Resident.street_code, Resident.address, Resident.unit, Resident.id_number_index,
        Resident.phone_index,
    ).where(Resident.id.in_(streets.residents(first, last)))  # fmt: skip
    for number, name, born, street, address, unit, identity, phone in db.execute(people).tuples():
        found |= {f"resident/{number}", f"twin/{twin_of(name, born)}/{address_of(street, address, unit)}"}
        found |= {f"{kind}/{index}" for kind, index in (("identity", identity), ("phone", phone)) if index}
    return frozenset(found)


def _one_phone(db: Session, known: Collection[str]) -> set[str]:
    """Of drivers among ``known``: the telephones that stand at several."""
    several = select(Driver.phone_index).group_by(Driver.phone_index).having(func.count() > 1)
    query = select(Driver.code, Driver.phone_index).where(Driver.phone_index.in_(several))
    return {f"driver-phone/{phone}" for code, phone in db.execute(query).tuples() if f"driver/{code}" in known}


def shared_streets(db: Session, first: date, last: date) -> tuple[frozenset[str], ...]:
    """Streets in which one payment reference or photo stands for several meals, or one person may have two cards."""
    street = BookLine.street_code
    found: list[frozenset[str]] = []
    of_orders = Order.day >= first, Order.day <= last, Payment.reference != ""
    payments = (
        select(Payment.reference)
        .join(Order, Order.id == Payment.order_id)
        .join(BookLine, BookLine.order_id == Order.id)
        .where(*of_orders)
    )
    found += _streets(
        db, payments.add_columns(street), payments.group_by(Payment.reference).having(func.count(street.distinct()) > 1)
    )
    photos = (
        select(Evidence.digest)
        .join(Proof, Proof.id == Evidence.proof_id)
        .join(Run, Run.id == Proof.run_id)
        .join(BookLine, BookLine.id == Proof.book_line_id)
        .where(Run.day >= first, Run.day <= last, Evidence.kind == "photo", Evidence.digest != "")
    )
    found += _streets(
        db, photos.add_columns(street), photos.group_by(Evidence.digest).having(func.count(street.distinct()) > 1)
    )
    return (*found, *_second_cards(db))


def _second_cards(db: Session) -> list[frozenset[str]]:
    """Streets of cards that agree in two of name, birth date and telephone where one has no ID number: few, and looked at together."""
    phones = union(
        select(Resident.id, Resident.phone_index).where(Resident.phone_index.is_not(None)),
        select(Contact.resident_id, Contact.phone_index),
    ).subquery()
    number, phone = phones.c
    of_phones = select(phone).join(Resident, Resident.id == number)
    of: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for query, keys in (
        (select(Resident.name_key), (Resident.name_key, Resident.birth_date)),
        (of_phones, (phone, Resident.name_key)),
        (of_phones, (phone, Resident.birth_date)),
    ):
        alike = query.with_only_columns(*keys).group_by(*keys)
        several = alike.having(
            func.count(Resident.street_code.distinct()) > 1,
            func.count(Resident.id_number_index) < func.count(),
            func.max(Resident.name_key) != "",
        ).subquery()
        same = and_(*(key == column for key, column in zip(keys, several.c, strict=True)))
        for *key, street in db.execute(
            query.with_only_columns(*keys, Resident.street_code).join(several, same)
        ).tuples():
            of[tuple(key)].add(street)
    return list({frozenset(streets) for streets in of.values()})


def _streets(db: Session, rows: Select[str, str], shared: Select[str]) -> Iterable[frozenset[str]]:
    column = next(iter(shared.selected_columns))
    of: dict[str, set[str]] = defaultdict(set)
    wanted = sorted(db.scalars(shared))
    for begin in range(0, len(wanted), 500):
        for key, street in db.execute(rows.where(column.in_(wanted[begin : begin + 500])).distinct()).tuples():
            of[key].add(street)
    return [frozenset(streets) for streets in of.values()]


def together(parts: Sequence[Collection[str]]) -> list[list[int]]:
    """The parts by number, those with anything in common in one list."""
    root = list(range(len(parts)))

    def top(number: int) -> int:
        while root[number] != number:
            root[number] = root[root[number]]
            number = root[number]
        return number

    first: dict[str, int] = {}
    for number, keys in enumerate(parts):
        for key in keys:
            known = first.setdefault(key, number)
            if known != number:
                root[max(top(number), top(known))] = min(top(number), top(known))
    groups: dict[int, list[int]] = defaultdict(list)
    for number in range(len(parts)):
        groups[top(number)].append(number)
    return list(groups.values())
