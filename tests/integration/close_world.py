"""Four people with accounts, and the small district of two days that they close."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from mealroute.accounts import service as accounts
from mealroute.accounts.rules import actor_of
from mealroute.core.actor import SYSTEM, Actor, Role
from mealroute.core.clock import FixedClock
from mealroute.delivery import service as delivery
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.settlement.simulate import Four
from tests.integration.settlement_world import STREET, World, make_world
from tests.planted import planted

PAYER = "dongcheng"
FEBRUARY, MARCH = "2026-02", "2026-03"
MONDAY, TUESDAY = date(2026, 2, 2), date(2026, 2, 3)
MARCH_DAY = date(2026, 3, 2)


def person(db: Session, clock: FixedClock, login: str, role: Role, street: str | None = None) -> Actor:
    """An account made for somebody, as the actor that they are when they sign in."""
    record, _password = accounts.create_account(
        db, login=login, display_name=f"{login} 甲", role=role, street_code=street, by=SYSTEM, clock=clock
    )
    return actor_of(record)


def four(db: Session, clock: FixedClock) -> Four:
    return Four(
        preparer=person(db, clock, "preparer", Role.FINANCE), checker=person(db, clock, "checker", Role.STREET_CHECKER, STREET),
        approver=person(db, clock, "approver", Role.DISTRICT_APPROVER), cashier=person(db, clock, "cashier", Role.FINANCE),
    )  # fmt: skip


@dataclass
class Close:
    """A month of two days that closes: three people with subsidy, one without, everybody has paid."""

    db: Session
    clock: FixedClock
    world: World
    four: Four
    lines: list[int]
    runs: list[int]

    def record(self, number: int, outcome: Outcome = Outcome.HANDED_OVER) -> None:
        run = self.runs[0] if number < len(self.lines) - 1 else self.runs[1]
        entry = ProofInput(
            client_id=str(uuid4()), run_id=run, book_line_id=self.lines[number], outcome=outcome, by_name="刘建国"
        )
        delivery.record_proof(self.db, entry, by=SYSTEM, clock=self.clock)

    def doors(self) -> None:
        for number in range(len(self.lines)):
            self.record(number)


def make_close(db: Session, first: date = MONDAY, second: date = TUESDAY, world: World | None = None) -> Close:
    """Into an empty database, or into one that has ``world``."""
    clock = FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    if world is not None:
        lines, runs, hands = _ordered(world, first, second, clock)
        return Close(db=db, clock=clock, world=world, four=hands, lines=[*lines], runs=[*runs])
    residents, (lines, runs, hands) = planted(
        db, ("close_world", first, second), lambda: _built(db, first, second, clock)
    )
    return Close(db=db, clock=clock, world=World(db, [*residents]), four=hands, lines=[*lines], runs=[*runs])


Ordered = tuple[tuple[int, ...], tuple[int, ...], Four]
"""Book lines, runs, and who closes."""


def _built(db: Session, first: date, second: date, clock: FixedClock) -> tuple[tuple[int, ...], Ordered]:
    world = make_world(db)
    ordered = _ordered(world, first, second, clock)
    return tuple(world.residents), ordered


def _ordered(made: World, first: date, second: date, clock: FixedClock) -> Ordered:
    book = made.book(first)
    people = [made.resident() for _ in range(3)]
    general = made.resident(basic=False)
    orders = [made.order(person, first) for person in people]
    orders.append(made.order(general, first, resident_part_fen=1700, expected_subsidy_fen=0))
    lines = [made.line(book, order) for order in orders]
    run = made.publish(first, lines)
    book = made.book(second)
    lines.append(made.line(book, made.order(people[0], second)))
    second_run = made.publish(second, lines[-1:])
    return tuple(lines), (run, second_run), four(made.db, clock)
