"""Cards: the code large on a resident's own, nobody named on a door's; each printing recorded."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.audit import AuditEvent
from mealroute.core.clock import FixedClock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.delivery import spoken_code
from mealroute.dispatch import queries as dispatch
from mealroute.paper import cards
from mealroute.residents.models import Resident
from mealroute.vendors.models import Station
from tests.integration.paper_world import published
from tests.integration.planning_world import OTHER_STREET, STREET, build_world


def _pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def test_a_card_shows_the_name_and_the_code_that_is_then_known_at_the_door(db: Session, clock: FixedClock) -> None:
    build_world(db)
    printed = cards.resident_cards(db, [1], by=SYSTEM, clock=clock)
    (page,) = _pages(printed.content)
    assert "曾𠮷祥" in page
    found = re.search(r"我的取餐口令(\d{4})", re.sub(r"\s", "", page))
    assert found
    assert spoken_code.check(db, 1, found[1])


def test_printing_again_keeps_the_code(db: Session, clock: FixedClock) -> None:
    build_world(db)
    first = cards.resident_cards(db, [1, 2], by=SYSTEM, clock=clock)
    assert cards.resident_cards(db, [1, 2], by=SYSTEM, clock=clock).content == first.content


def test_two_cards_to_a_page_and_the_audit_knows_how_many_people(db: Session, clock: FixedClock) -> None:
    build_world(db)
    printed = cards.resident_cards(db, [1, 2, 3], by=SYSTEM, clock=clock)
    assert len(_pages(printed.content)) == 2
    (event,) = db.scalars(select(AuditEvent).where(AuditEvent.action == "papers.resident-cards"))
    assert event.rows == printed.people == 3


def test_who_has_no_phone_is_listed_by_street(db: Session, clock: FixedClock) -> None:
    build_world(db)
    for number in (4, 5):
        db.get_one(Resident, number).phone = None
    db.flush()
    assert cards.without_phone(db, scope=SYSTEM.scope, clock=clock) == (4, 5)
    assert cards.without_phone(db, scope=SYSTEM.scope, clock=clock, street=OTHER_STREET) == (5,)
    with pytest.raises(MealrouteError, match="cards-none"):
        cards.resident_cards(db, [], by=SYSTEM, clock=clock)


def test_cards_of_another_street_are_out_of_reach(db: Session, clock: FixedClock) -> None:
    build_world(db)
    clerk = replace(SYSTEM, scope=Scope(streets=frozenset({OTHER_STREET})))
    with pytest.raises(NotFound):
        cards.resident_cards(db, [1], by=clerk, clock=clock)


def test_door_cards_name_whom_to_call_and_nobody_who_lives_there(db: Session, clock: FixedClock) -> None:
    version = published(db, clock)
    station = db.scalars(select(Station)).one()
    station.phone = "01064001234"
    db.flush()
    sheet = dispatch.manifests(db, version)[0]
    homes = [stop for trip in sheet.trips for stop in trip.stops if not stop.station_bulk]
    printed = cards.door_cards(db, sheet, [STREET] * len(homes), by=SYSTEM, clock=clock)
    pages = _pages(printed.content)
    text = "\n".join(pages)
    assert len(pages) == -(-len(homes) // 4)
    assert text.count("01064001234") == len(homes)
    assert "王玉兰" not in text
    assert "三条" not in text
