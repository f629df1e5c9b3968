import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock


def _note(db: Session, clock: FixedClock, subject: str) -> None:
    audit.record(db, by=SYSTEM, clock=clock, action="test.noted", subject=subject, detail={"n": 1})


def test_the_chain_holds_over_many_events(db: Session, clock: FixedClock) -> None:
    for n in range(5):
        _note(db, clock, f"thing/{n}")
    assert audit.verify(db) is None
    assert [e.subject for e in audit.events(db, limit=2)] == ["thing/4", "thing/3"]


def test_an_event_changed_behind_the_program_breaks_the_chain_at_that_event(db: Session, clock: FixedClock) -> None:
    for n in range(3):
        _note(db, clock, f"thing/{n}")
    second = audit.events(db)[1].id
    db.execute(text("update audit_event set subject = 'other' where id = :id"), {"id": second})
    db.expire_all()
    assert audit.verify(db) == second


def test_the_program_refuses_to_change_an_event(db: Session, clock: FixedClock) -> None:
    _note(db, clock, "thing/1")
    entry = db.query(audit.AuditEvent).one()
    entry.subject = "other"
    with pytest.raises(ValueError, match="append-only"):
        db.flush()
