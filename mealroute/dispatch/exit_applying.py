"""Carrying out who takes over what from a vendor that leaves. The trial does exactly this and takes it back."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.accounts import queries as accounts
from mealroute.accounts import service as access
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.dispatch.exit_records import NOBODY, Choices, Hanging
from mealroute.vendors import life, streets
from mealroute.vendors import queries as vendors
from mealroute.vendors.models import Driver, Kitchen, Station, Vehicle
from mealroute.vendors.records import VendorState

RowT = TypeVar("RowT", Kitchen, Station, Driver, Vehicle)


def carry_out(db: Session, hangs: Hanging, choices: Choices, *, reason: str, by: Actor, clock: Clock) -> None:
    """Everything at once: kitchens, drivers, vehicles, stations, contracts, stand-ins, the contract's end, the state, access.

    ``today`` is the vendor's last day.

    Raises
    ------
    MealrouteError
        ``exit-choice-missing``: something is without a decision; ``exit-taker-wrong``: somebody named may not be given work on the
        next service day. And what ``life.take_step`` refuses.
    """
    code, today = hangs.vendor.code, clock.today()
    _decided(hangs, choices)
    _able(db, code, choices, hangs.next_day)
    for kitchen in _rows(db, Kitchen, (each.code for each in hangs.kitchens)):
        taker = choices.kitchens[kitchen.code]
        if taker == NOBODY:
            kitchen.closed_on = today + timedelta(days=1)
        else:
            kitchen.vendor_code = taker
    db.flush()
    owners = {kitchen.code: kitchen.vendor_code for kitchen in vendors.kitchens(db) if kitchen.is_open(hangs.next_day)}
    gone = _crew(db, hangs, choices, owners)
    for station in _rows(db, Station, (each.code for each in hangs.stations)):
        station.operator_vendor_code = choices.stations[station.code]
    _end_area(db, hangs, choices, today, by=by, clock=clock)
    life.take_step(db, code, VendorState.EXITED, reason=reason, by=by, clock=clock, handed_over=True)
    vendor = life.locked(db, code)
    vendor.contract_to = today if vendor.contract_to is None else min(vendor.contract_to, today)
    closed = {kitchen for kitchen, taker in choices.kitchens.items() if taker == NOBODY}
    for account in accounts.accounts(db):
        ends = account.vendor_code == code or account.kitchen_code in closed or account.driver_code in gone
        if account.active and ends:
            access.set_active(db, account.id, False, by=by, clock=clock)
    db.flush()


def place_of(choices: Choices, chosen: str | None, kitchen_code: str) -> str:
    """The kitchen where a driver or vehicle goes on; ``NOBODY`` = it leaves. Not named: with its kitchen, if that goes on."""
    if chosen is not None:
        return chosen
    return NOBODY if choices.kitchens.get(kitchen_code) == NOBODY else kitchen_code


def _crew(db: Session, hangs: Hanging, choices: Choices, owners: dict[str, str]) -> set[str]:
    """Move drivers and vehicles, or take them out; the drivers that leave."""
    code = hangs.vendor.code
    gone: set[str] = set()
    held = {each.code: each.kitchen_code for each in hangs.drivers} | {
        each.code: each.kitchen_code for each in hangs.vehicles
    }
    rows: list[Driver | Vehicle] = [
        *_rows(db, Driver, (each.code for each in hangs.drivers)),
        *_rows(db, Vehicle, (each.code for each in hangs.vehicles)),
    ]
    for row in rows:
        chosen = (choices.drivers if isinstance(row, Driver) else choices.vehicles).get(row.code)
        place = place_of(choices, chosen, held[row.code])
        owner = owners.get(place, NOBODY)
        if place == NOBODY or owner in {NOBODY, code}:  # where its kitchen is nobody's any more it cannot go on
            row.active = False
            gone |= {row.code} if isinstance(row, Driver) else set()
            continue
        row.kitchen_code = place
        if row.vendor_code == code:
            row.vendor_code = owner
    return gone


def _end_area(db: Session, hangs: Hanging, choices: Choices, today: date, *, by: Actor, clock: Clock) -> None:
    tomorrow = today + timedelta(days=1)
    for entry in hangs.contracts:
        streets.end_contract(db, entry.id, max(today, entry.valid_from), by=by, clock=clock)
        taker = choices.contracts[entry.street_code]
        running = [
            each
            for each in vendors.street_contracts(db)
            if (each.vendor_code, each.street_code) == (taker, entry.street_code)
            and (each.valid_to or tomorrow) >= tomorrow
        ]
        if taker != NOBODY and not running:
            streets.add_contract(db, taker, entry.street_code, valid_from=tomorrow, by=by, clock=clock)
    for backup in hangs.backups:
        streets.end_backup(db, backup.id, max(today, backup.valid_from), by=by, clock=clock)


def _decided(hangs: Hanging, choices: Choices) -> None:
    missing = [
        *(each.name for each in hangs.kitchens if each.code not in choices.kitchens),
        *(each.name for each in hangs.stations if not choices.stations.get(each.code)),
        *(each.street_code for each in hangs.contracts if each.street_code not in choices.contracts),
    ]
    if missing:
        raise MealrouteError(
            "exit-choice-missing",
            _("Nobody is chosen yet for: %(names)s", names="、".join(missing)),
            _("Choose who takes over, or that it ends."),
        )


def _able(db: Session, code: str, choices: Choices, day: date) -> None:
    named = {*choices.kitchens.values(), *choices.stations.values(), *choices.contracts.values()} - {NOBODY}
    for taker in sorted(named):
        reasons = vendors.may_work(db, taker, day)
        if taker == code or reasons:
            raise MealrouteError(
                "exit-taker-wrong",
                _("%(code)s cannot take over.", code=taker),
                " ".join(reason.sentence for reason in reasons),
            )


def _rows(db: Session, model: type[RowT], codes: Iterable[str]) -> list[RowT]:
    return list(db.scalars(select(model).where(model.code.in_(list(codes))).order_by(model.code)))
