"""A day's orders as a file."""

from __future__ import annotations

import csv
import io

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.adapters.sheets import read_bytes
from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.audit import AuditEvent
from mealroute.core.clock import FixedClock
from mealroute.orders import service
from mealroute.orders.handout import export_orders
from tests.integration.orders_world import FIVE, LUNCH, MONDAY, World


def test_the_file_holds_one_masked_row_an_order_and_the_audit_knows_of_it(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    world = World(db)
    world.resident("R1", name="=王玉兰")
    world.resident("R2", point=False)
    for code in ("R1", "R2"):
        world.standing(code)
    service.materialise(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)

    file = export_orders(db, MONDAY, LUNCH, kind="csv", by=by, clock=clock, reason="核对")

    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert (file.name, file.rows) == ("orders-2026-03-09-lunch.csv", 2)
    assert (rows[0]["姓名"], rows[0]["单价（元）"], rows[0]["已付（元）"]) == ("'=*兰", "16.00", "11.00")
    event = db.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (event.action, event.rows, event.digest, event.reason) == ("orders.exported", 2, file.digest, "核对")


def test_a_street_takes_only_its_own_orders_and_equal_orders_give_equal_bytes(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    world = World(db)
    world.resident("R1")
    world.resident("R2", street="110101002")
    for code in ("R1", "R2"):
        world.standing(code)
    service.materialise(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    street = Actor(account_id=1, name="景山", role=Role.DISPATCHER, scope=Scope(streets=frozenset({"110101002"})))

    first = export_orders(db, MONDAY, LUNCH, kind="xlsx", by=street, clock=clock)
    again = export_orders(db, MONDAY, LUNCH, kind="xlsx", by=street, clock=clock)

    assert (first.rows, first.content) == (1, again.content)
    orders, _about = read_bytes(first.content, first.name)
    assert len(orders.rows) == 2
