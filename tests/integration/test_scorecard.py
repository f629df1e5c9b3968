"""The scorecard on real rows: figures recomputed by hand, kept apart by side, written upstream once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.delivery.records import Outcome
from mealroute.oversight import complaints, queries, service
from mealroute.oversight.records import (
    Check,
    Complainant,
    ComplaintInput,
    ComplaintKind,
    ComplaintState,
    FigureKey,
    Share,
    SideCard,
)
from mealroute.vendors import queries as vendors
from mealroute.vendors import scores
from mealroute.vendors.score_models import VendorScore
from mealroute.vendors.score_records import Side
from tests.integration.oversight_world import DAY, NOON, Doors

MONTH = "2026-02"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))


@pytest.fixture
def doors(db: Session) -> Doors:
    return Doors(db)


def side(db: Session, clock: FixedClock, vendor: str) -> SideCard:
    card = queries.scorecard(db, vendor, MONTH, scope=Scope.everything(), clock=clock)
    (only,) = card.sides
    return only


def shares(card: SideCard) -> dict[FigureKey, Share]:
    return {figure.key: figure.share for figure in card.figures}


def test_who_brought_the_meals_answers_for_time_failures_and_evidence(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    card = side(db, clock, "V01")
    assert card.side is Side.DELIVERED
    # eight loaded: 0–3 stayed at the door, 4–6 did not, 7 has no record
    assert (card.loaded, card.handed_over, card.not_handed_over, card.open) == (8, 4, 3, 1)
    assert shares(card) == {
        FigureKey.ON_TIME: Share(2, 4),  # 0 and 3; 1 was late, 2 has no phone time
        FigureKey.FAILED: Share(2, 7),  # cold, and never reached
        FigureKey.COMPLAINTS: Share(0, 4),
        FigureKey.SATISFACTION: Share(
            150, 300
        ),  # good, bad, so-so of the one who refused; the contact's word is not the resident's
        FigureKey.EVIDENCE: Share(4 + 4 + 2 + 2, 16),  # 2: no time, so not prompt; 3: a street away, not seen
    }


def test_the_kitchen_answers_for_what_it_cooked(db: Session, doors: Doors, clock: FixedClock) -> None:
    card = side(db, clock, "V02")
    assert card.side is Side.COOKED
    assert shares(card) == {
        FigureKey.FAILED: Share(1, 7),
        FigureKey.COMPLAINTS: Share(0, 4),
        FigureKey.SATISFACTION: Share(150, 300),
    }


def test_the_figures_agree_with_sums_over_the_tables(db: Session, doors: Doors, clock: FixedClock) -> None:
    card = side(db, clock, "V01")
    delivered, loaded = db.execute(
        text(
            "select sum(p.quantity), sum(b.quantity) from proof p join book_line b on b.id = p.book_line_id "
            "where not exists (select 1 from proof n where n.supersedes_id = p.id)"
        )
    ).one()
    assert (card.handed_over, card.loaded - card.open) == (delivered, loaded)
    seen = db.scalar(text("select count(*) from proof where seen and quantity > 0"))
    checks = next(figure.checks for figure in card.figures if figure.checks)
    assert checks[Check.SEEN] == Share(seen, 4)


def test_a_record_that_comes_later_replaces_the_one_before(db: Session, doors: Doors, clock: FixedClock) -> None:
    doors.record(6, at=NOON + timedelta(hours=1))
    card = side(db, clock, "V01")
    assert shares(card)[FigureKey.FAILED] == Share(1, 7)
    assert shares(card)[FigureKey.ON_TIME] == Share(2, 5)  # handed over, an hour late


def test_a_month_is_scored_once_while_its_figures_stay(db: Session, doors: Doors, clock: FixedClock) -> None:
    assert len(service.score_month(db, MONTH, by=SYSTEM, clock=clock)) == 2
    assert service.score_month(db, MONTH, by=SYSTEM, clock=clock) == ()
    assert db.scalar(select(func.count()).select_from(VendorScore)) == 2
    doors.record(7, Outcome.NO_ANSWER)
    written = service.score_month(db, MONTH, by=SYSTEM, clock=clock)
    assert {(row.vendor_code, row.revision) for row in written} == {("V01", 2), ("V02", 2)}


def test_dispatch_reads_scores_and_knows_too_little_from_none(db: Session, doors: Doors, clock: FixedClock) -> None:
    assert vendors.scores(db) == {}
    service.score_month(db, MONTH, by=SYSTEM, clock=clock)
    assert vendors.scores(db) == {"V01": None}
    scores.keep(
        db,
        [scores.ScoreInput(vendor_code="V01", side=Side.DELIVERED, period="2026-03", score=88, digest="0" * 64)],
        clock=clock,
    )
    assert vendors.scores(db) == {"V01": 88}


def test_a_month_that_is_not_over_keeps_no_score(db: Session, doors: Doors) -> None:
    with pytest.raises(MealrouteError, match="month-not-over"):
        service.score_month(db, MONTH, by=SYSTEM, clock=FixedClock(datetime(2026, 2, 28, 1, 0, tzinfo=UTC)))


def test_a_vendor_reads_no_card_but_its_own(db: Session, doors: Doors, clock: FixedClock) -> None:
    with pytest.raises(NotFound):
        queries.scorecard(db, "V01", MONTH, scope=Scope(vendor="V02"), clock=clock)
    with pytest.raises(NotFound):
        queries.vendor_code(db, queries.vendor_ids(db)["V01"], scope=Scope(vendor="V02"))


def test_a_complaint_counts_until_it_is_dismissed(db: Session, doors: Doors, clock: FixedClock) -> None:
    number = complaints.take(
        db,
        ComplaintInput(
            client_id=str(uuid4()), kind=ComplaintKind.COLD, complainant=Complainant.FAMILY, day=DAY, slot="lunch", text="饭是凉的",
            resident_id=doors.residents[0],
        ),
        by=SYSTEM, clock=clock,
    )  # fmt: skip
    assert shares(side(db, clock, "V01"))[FigureKey.COMPLAINTS] == Share(1, 4)
    assert shares(side(db, clock, "V02"))[FigureKey.COMPLAINTS] == Share(0, 4)
    complaints.step(db, number, ComplaintState.DISMISSED, person="陈洁", text="核对后不属实", by=SYSTEM, clock=clock)
    assert shares(side(db, clock, "V01"))[FigureKey.COMPLAINTS] == Share(0, 4)


def test_scoring_is_on_the_audit_trail_with_codes_only(db: Session, doors: Doors, clock: FixedClock) -> None:
    service.score_month(db, MONTH, by=SYSTEM, clock=clock)
    (event,) = audit.events(db, action="oversight.month-scored")
    assert event.detail == {"V01/delivered": None, "V02/cooked": None}
