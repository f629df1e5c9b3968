"""The settlement world with a second vendor: V01 brings what V02 cooks. One day, seven doors, one open line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.delivery import service as delivery
from mealroute.delivery.records import Answer, Outcome, ProofInput
from mealroute.dispatch.models import Run
from mealroute.vendors.models import Vendor
from tests.integration.settlement_world import make_world

DAY = date(2026, 2, 2)
NOON = datetime(2026, 2, 2, 4, 0, tzinfo=UTC)  # 12:00 in Beijing; the world's windows are 11:00–12:30


class Doors:
    """What the phones said: see ``tell`` below; ``lines`` in the order of the residents."""

    def __init__(self, db: Session) -> None:
        self.db, self.world = db, make_world(db)
        db.add_all([Vendor(code="V02", name="和顺餐饮"), Vendor(code="V03", name="旁观餐饮")])
        db.flush()
        self.residents = [self.world.resident() for _ in range(8)]
        book = self.world.book(DAY)
        self.lines = [self.world.line(book, self.world.order(person, DAY)) for person in self.residents]
        self.run = self.world.publish(DAY, self.lines)
        run = db.get_one(Run, self.run)
        run.cooked_by, run.accepted_at = "V02", NOON
        self._tell()

    def _tell(self) -> None:
        late = NOON + timedelta(minutes=45)
        self.record(0, answer=Answer.GOOD)
        self.record(1, at=late, answer=Answer.BAD)
        self.record(2, at=None)
        self.record(3, Outcome.LEFT_WITH_CONTACT, lon=116.42, answer=Answer.GOOD)
        self.record(4, Outcome.REFUSED, reason="饭凉了或洒了", answer=Answer.SO_SO)
        self.record(5, Outcome.REFUSED, reason="菜不合忌口")
        self.record(6, Outcome.NOT_REACHED, at=None)

    def record(
        self, number: int, outcome: Outcome = Outcome.HANDED_OVER, *, at: datetime | None = NOON, lon: float = 116.41, **more: Any
    ) -> None:  # fmt: skip
        entry = ProofInput(
            client_id=str(uuid4()), run_id=self.run, book_line_id=self.lines[number], outcome=outcome, phone_at=at, lon=lon, lat=39.94,
            by_name="刘司机", **more,
        )  # fmt: skip
        delivery.record_proof(self.db, entry, by=SYSTEM, clock=FixedClock(NOON + timedelta(hours=1)))
