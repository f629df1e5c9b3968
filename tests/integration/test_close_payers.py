"""Two districts in one database: each closes its own months; neither stands in the other's way or changes what the other has closed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.orm import Session

from mealroute.areas.models import District, Street
from mealroute.checks import service as checks
from mealroute.checks.models import CheckFinding
from mealroute.checks.queries import open_findings
from mealroute.checks.records import Severity
from mealroute.core.actor import SYSTEM, Role, Scope
from mealroute.core.errors import NotFound
from mealroute.delivery import service as delivery
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.kitchen.models import PackedTrip
from mealroute.orders.models import BookLine
from mealroute.residents.models import Resident
from mealroute.settlement import correcting, history, service
from mealroute.settlement.chain import lines_now, month_chain
from mealroute.settlement.chain_records import Cut
from mealroute.settlement.models import AdjustmentLine, ChainCell
from mealroute.settlement.overview import overview
from mealroute.settlement.simulate import Four, close_month
from mealroute.subsidy import queries as money
from mealroute.subsidy.models import ClaimLine, Period
from mealroute.subsidy.payers import Payer, payer_of
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.subsidy.statement import month_statement
from tests.integration.close_world import FEBRUARY, MARCH, PAYER, Close, make_close, person
from tests.integration.settlement_world import STREET

ALL = Scope.everything()
OTHER = "110102001"
DAY = date(2026, 2, 4)
LATE = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)


@dataclass
class Two:
    """Dongcheng's month of ``close_world``, and Xicheng's one day with two people."""

    close: Close
    own: Payer
    other: Payer
    officers: Four
    lines: list[int]
    run: int

    @property
    def db(self) -> Session:
        return self.close.db

    def record(self, number: int, outcome: Outcome = Outcome.HANDED_OVER) -> None:
        entry = ProofInput(
            client_id=str(uuid4()), run_id=self.run, book_line_id=self.lines[number], outcome=outcome, by_name="李雷"
        )
        delivery.record_proof(self.db, entry, by=SYSTEM, clock=self.close.clock)

    def shut(self, who: Payer, month: str) -> None:
        four = self.close.four if who is self.own else self.officers
        close_month(self.db, who, month, four, clock=self.close.clock)

    def claimed(self, who: Payer) -> list[tuple[object, ...]]:
        query = select(ClaimLine.natural_key, ClaimLine.amount_fen, ClaimLine.street_code, ClaimLine.line_no)
        rows = self.db.execute(
            query.join(Period, Period.id == ClaimLine.period_id).where(Period.payer == who.code).order_by(ClaimLine.id)
        )
        return [tuple(row) for row in rows]


@pytest.fixture
def two(db: Session) -> Two:
    close = make_close(db)
    close.doors()
    close.clock.at = LATE
    db.add(District(code="110102", name="西城区"))
    db.flush()
    db.add(
        Street(
            code=OTHER,
            district_code="110102",
            name="西长安街街道",
            name_en="Xichang'an",
            lon=116.37,
            lat=39.91,
            point_source="test",
        )
    )
    db.flush()
    world = close.world
    people = [world.resident() for _ in range(2)]
    db.execute(update(Resident).where(Resident.id.in_(people)).values(street_code=OTHER))
    book = world.book(DAY)
    lines = [world.line(book, world.order(number, DAY)) for number in people]
    db.execute(update(BookLine).where(BookLine.id.in_(lines)).values(street_code=OTHER))
    run = world.publish(DAY, lines)
    rules = load_rulebook()
    four = Four(
        preparer=person(db, close.clock, "x-preparer", Role.FINANCE), checker=person(db, close.clock, "x-checker", Role.STREET_CHECKER, OTHER),
        approver=person(db, close.clock, "x-approver", Role.DISTRICT_APPROVER), cashier=person(db, close.clock, "x-cashier", Role.FINANCE),
    )  # fmt: skip
    found = Two(
        close=close, own=payer_of(db, PAYER), officers=four, lines=lines, run=run,
        other=Payer(rules=replace(rules, payer="xicheng", payer_name="西城区民政局", district="110102"), streets=frozenset({OTHER}), rest=False),
    )  # fmt: skip
    found.record(0)
    found.record(1)
    return found


def test_the_installations_own_payer_settles_its_own_streets_where_others_live_in_the_database(two: Two) -> None:
    assert two.own.streets == {STREET}
    service.prepare(two.db, PAYER, FEBRUARY, by=two.close.four.preparer, clock=two.close.clock)
    assert {row[2] for row in two.claimed(two.own)} == {STREET}
    found = overview(two.db, PAYER, FEBRUARY, scope=ALL)
    assert set(found.parts) == {STREET}


def test_a_payer_that_nobody_knows_is_refused(db: Session, two: Two) -> None:
    with pytest.raises(NotFound, match="payer-unknown"):
        service.prepare(db, "haidian", FEBRUARY, by=two.close.four.preparer, clock=two.close.clock)


@pytest.mark.parametrize("first", ["own", "other"])
def test_one_closes_whatever_the_other_has_done_and_changes_nothing_of_it(two: Two, first: str) -> None:
    one, another = (two.own, two.other) if first == "own" else (two.other, two.own)
    two.shut(one, FEBRUARY)
    before = two.claimed(one)
    assert money.period(two.db, another.code, FEBRUARY) is None
    two.shut(another, FEBRUARY)
    assert two.claimed(one) == before
    assert len(two.claimed(two.own)) == 9
    assert len(two.claimed(two.other)) == 4
    keys = [row[0] for row in (*two.claimed(one), *two.claimed(another))]
    assert len(keys) == len(set(keys))


def test_the_figures_of_both_together_are_the_databases(two: Two) -> None:
    statements = [month_statement(two.db, FEBRUARY, scope=ALL, payer=who) for who in (two.own, two.other)]
    assert [one.figures.delivered for one in statements] == [5, 2]
    assert [one.imbalances for one in statements] == [(), ()]
    for who in (two.own, two.other):
        two.shut(who, FEBRUARY)
    portions = two.db.execute(
        select(Period.payer, func.count()).join(ChainCell).group_by(Period.payer).order_by(Period.payer)
    ).all()
    assert [payer for payer, _cells in portions] == ["dongcheng", "xicheng"]
    whole = [month_chain(two.db, who, FEBRUARY, Cut.DAY, scope=ALL).whole.delivered for who in (two.own, two.other)]
    assert whole == [5, 2]


def test_what_comes_late_for_one_is_no_correction_of_the_other_before_and_after_it_is_settled(two: Two) -> None:
    for who in (two.own, two.other):
        two.shut(who, FEBRUARY)
    two.record(0, Outcome.REFUSED)
    two.close.record(0, Outcome.REFUSED)
    assert {each.line.street_code for each in correcting.proposals(two.db, two.own, MARCH)} == {STREET}
    assert {each.line.street_code for each in correcting.proposals(two.db, two.other, MARCH)} == {OTHER}
    two.shut(two.own, MARCH)
    assert {each.line.street_code for each in correcting.proposals(two.db, two.other, MARCH)} == {OTHER}
    assert correcting.proposals(two.db, two.own, "2026-04") == ()
    two.shut(two.other, MARCH)
    assert correcting.proposals(two.db, two.own, "2026-04") == correcting.proposals(two.db, two.other, "2026-04") == ()
    sums = dict(
        two.db.execute(select(Period.payer, func.sum(AdjustmentLine.amount_fen)).join(Period, Period.id == AdjustmentLine.period_id).group_by(Period.payer)).tuples().all()
    )  # fmt: skip
    assert sums == {"dongcheng": -800, "xicheng": -800}


def test_a_finding_that_waits_in_one_district_keeps_the_other_from_nothing(two: Two) -> None:
    row = CheckFinding(
        natural_key="test/other", month=FEBRUARY, code="complained", severity="hold", state="open", subject="x", params={}, evidence=[], digest="d",
        first_found_at=LATE, last_found_at=LATE, street_code=OTHER,
    )  # fmt: skip
    two.db.add(row)
    two.db.flush()
    four, clock = two.close.four, two.close.clock
    service.prepare(two.db, two.own, FEBRUARY, by=four.preparer, clock=clock)
    for finding in open_findings(two.db, FEBRUARY, scope=two.own.within(ALL), severity=Severity.HOLD):
        checks.clear(two.db, finding.id, reason="已电话核实", by=four.preparer, clock=clock)
    service.sign(two.db, two.own, FEBRUARY, [STREET], by=four.checker, clock=clock)
    service.approve(two.db, two.own, FEBRUARY, by=four.approver, clock=clock)
    assert row.state == "open"
    service.prepare(two.db, two.other, FEBRUARY, by=two.officers.preparer, clock=two.close.clock)
    found = overview(two.db, two.other, FEBRUARY, scope=ALL)
    assert len(found.blocks) >= 1


def test_a_trip_that_carries_meals_of_both_is_counted_whole_for_each(two: Two) -> None:
    two.db.add(
        PackedTrip(
            number=1, content="c", day=DAY, slot="lunch", kitchen_code="K01", vehicle_code="E01", trip=1, packed=True, portions=2, by_name="厨房", at=LATE,
        )
    )  # fmt: skip
    two.db.flush()
    two.db.execute(update(BookLine).where(BookLine.id == two.lines[0]).values(street_code=STREET))
    two.db.execute(update(Resident).where(Resident.id == two.close.world.residents[-2]).values(street_code=STREET))
    for who in (two.own, two.other):
        assert lines_now(two.db, who, FEBRUARY).differences == ()


@pytest.mark.parametrize("any_engine", ["postgresql"], indirect=True)  # SQLite has one writer anyway
def test_two_payers_months_are_worked_on_at_once(any_engine: Engine) -> None:
    rules = load_rulebook()
    other = Payer(rules=replace(rules, payer="xicheng"), streets=frozenset({OTHER}))
    with Session(any_engine) as one, Session(any_engine) as two:
        history.locked(one, PAYER, FEBRUARY)
        two.execute(text("set local lock_timeout = '2s'"))
        assert history.locked(two, other, FEBRUARY).payer == "xicheng"
        two.rollback()
        one.rollback()
