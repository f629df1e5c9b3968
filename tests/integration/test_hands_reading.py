"""What the checks read beside the doors: who was reached in the month, which doors were turned afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from mealroute.checks import hands_reading
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.delivery import service as delivery
from mealroute.delivery.models import FollowUp
from mealroute.delivery.records import Outcome, ProofInput, Source
from mealroute.welfare.models import WelfareContact
from tests.integration.settlement_world import STREET, make_world

DAY, FIRST, LAST = date(2026, 2, 2), date(2026, 2, 1), date(2026, 2, 28)
NOON = datetime(2026, 2, 2, 3, 30, tzinfo=UTC)
CLOCK = FixedClock(datetime(2026, 3, 2, 3, 0, tzinfo=UTC))


def contact(db: Session, resident: int, result: str, at: datetime) -> None:
    db.add(WelfareContact(client_id=str(uuid4()), resident_id=resident, street_code=STREET, means="call", result=result, person="", by_name="王", at=at))  # fmt: skip
    db.flush()


def test_only_a_person_reached_within_the_month_is_heard_of(db: Session) -> None:
    world = make_world(db)
    spoken, missed, before = (world.resident() for _n in range(3))
    contact(db, spoken, "spoke", NOON)
    contact(db, missed, "not-reached", NOON)
    contact(db, before, "seen", datetime(2026, 1, 31, 15, 59, tzinfo=UTC))
    assert hands_reading.heard_of(db, FIRST, LAST, CLOCK) == {spoken}


def test_a_case_that_somebody_settled_by_name_counts_and_an_open_one_does_not(db: Session) -> None:
    world = make_world(db)
    for n, closed in enumerate(("周航", None)):
        db.add(
            FollowUp(
                natural_key=f"case/{n}", resident_id=world.resident(), street_code=STREET, kind="left-at-door", owner="站", opened_at=NOON,
                due_at=NOON, state="closed" if closed else "open", closed_by=closed,
            )
        )  # fmt: skip
    db.flush()
    assert hands_reading.heard_of(db, FIRST, LAST, CLOCK) == {world.residents[0]}


def test_a_door_turned_at_a_desk_is_read_with_the_time_between(db: Session) -> None:
    world = make_world(db)
    book = world.book(DAY)
    lines = [world.line(book, world.order(world.resident(), DAY)) for _n in range(2)]
    run = world.publish(DAY, lines)

    def record(line: int, outcome: Outcome, minutes: int, source: Source) -> None:
        entry = ProofInput(
            client_id=str(uuid4()), run_id=run, book_line_id=line, outcome=outcome, phone_at=NOON + timedelta(minutes=minutes),
            by_name="刘司机", source=source, reason="无人应答",
        )  # fmt: skip
        delivery.record_proof(db, entry, by=SYSTEM, clock=FixedClock(NOON + timedelta(minutes=minutes + 1)))

    record(lines[0], Outcome.NO_ANSWER, 0, Source.PHONE)
    record(lines[0], Outcome.HANDED_OVER, 180, Source.DESK)
    record(lines[1], Outcome.HANDED_OVER, 5, Source.PHONE)
    ((vendor, found),) = hands_reading.changed_of(db, FIRST, LAST).items()
    assert (vendor, [(one.line, one.gap_s, one.by_hand) for one in found]) == ("V01", [(lines[0], 180 * 60, True)])
